package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.crush.CrushEditor;
import dev.inkfish.crush.WeightSetEditor;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.Release;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.List;

/// Commands that change weight sets: `osd crush weight-set create|rm|reweight` and their `-compat` forms.
final class CrushWeightSetCommands {
    private final OsdMaps maps;

    CrushWeightSetCommands(OsdMaps maps) {
        this.maps = maps;
    }

    void register(OsdSignatures on) {
        on.on("osd crush weight-set create", this::create).on("osd crush weight-set create-compat", this::create);
        on.on("osd crush weight-set rm", this::remove).on("osd crush weight-set rm-compat", this::remove);
        on.on("osd crush weight-set reweight", this::reweight).on("osd crush weight-set reweight-compat", this::reweight);
    }

    private CrushEditor editor() {
        return CrushEditor.of(maps.pendingCrush());
    }

    private CommandResult done(CrushEditor editor) {
        maps.pendingCrush(editor.build());
        return CommandResult.afterCommit("");
    }

    private static boolean isCompat(CommandContext call) {
        return call.prefix().endsWith("-compat");
    }

    private long pool(CommandContext call) {
        if (isCompat(call)) {
            return WeightSetEditor.ALL_POOLS;
        }
        String name = call.string("pool");
        long id = maps.map().poolId(name);
        if (id < 0) {
            throw new CephException(Errno.ENOENT, "pool '" + name + "' not found");
        }
        return id;
    }

    private CommandResult create(CommandContext call) {
        CrushEditor editor = editor();
        if (!editor.isAllStraw2()) {
            throw new CephException(Errno.EPERM, "crush map contains one or more bucket(s) that are not straw2");
        }
        int oldest = maps.map().requireMinCompatClient();
        if (!isCompat(call) && oldest != Release.UNKNOWN && oldest < Release.LUMINOUS) {
            throw new CephException(Errno.EPERM, "require_min_compat_client " + Release.name(oldest)
                    + " < luminous, which is required for per-pool weight-sets. Try 'ceph osd set-require-min-compat-client"
                    + " luminous' before using the new interface");
        }
        long id = pool(call);
        PgPool pool = maps.map().pool(id);
        int positions = call.string("mode").equals("positional") && pool != null ? pool.size() : 1;
        if (!editor.weightSets().create(id, positions)) {
            return CommandResult.status(isCompat(call) ? "compat weight-set already created"
                    : "weight-set for pool '" + call.string("pool") + "' already created");
        }
        return done(editor);
    }

    private CommandResult remove(CommandContext call) {
        CrushEditor editor = editor();
        editor.weightSets().remove(pool(call));
        return done(editor);
    }

    private CommandResult reweight(CommandContext call) {
        CrushEditor editor = editor();
        long id = pool(call);
        if (!editor.weightSets().exists(id)) {
            throw new CephException(Errno.ENOENT, isCompat(call) ? "no backward-compatible weight-set"
                    : "no weight-set for pool '" + call.string("pool") + "'");
        }
        List<Integer> weights = call.decimals("weight").stream().map(CrushEditor::fixed).toList();
        int positions = editor.weightSets().positions(id);
        if (!isCompat(call) && weights.size() != positions) {
            throw new CephException(Errno.EINVAL, "must specify exact " + positions + " weight values");
        }
        String item = call.string("item");
        if (!editor.hasItem(item)) {
            throw new CephException(Errno.ENOENT, "item '" + item + "' does not exist");
        }
        editor.weightSets().setWeight(id, editor.itemId(item), weights);
        return done(editor);
    }
}
