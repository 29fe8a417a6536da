package dev.inkfish.osd.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Ceph's commands that change one OSD's copy of an object behind the group's back, so that scrubs have something to find
/// (`OSDService`, `TestOpsSocketHook`).
final class OsdTestCommands {
    private static final String OBJECT = " name=pool,type=CephString name=objname,type=CephObjectname";

    private final OsdDaemon daemon;

    OsdTestCommands(OsdDaemon daemon) {
        this.daemon = daemon;
    }

    void register(CommandTable table) {
        add(table, "setomapval" + OBJECT + " name=key,type=CephString name=val,type=CephString", "set omap key",
                (c, t, at) -> t.omapSet(at.collection, at.object, entry(c.string("key"), c.string("val"))));
        add(table, "rmomapkey" + OBJECT + " name=key,type=CephString", "remove omap key",
                (c, t, at) -> t.omapRemove(at.collection, at.object, java.util.List.of(Bytes.utf8(c.string("key")))));
        add(table, "setomapheader" + OBJECT + " name=header,type=CephString", "set omap header",
                (c, t, at) -> t.omapSetHeader(at.collection, at.object, Bytes.utf8(c.string("header"))));
        add(table, "truncobj" + OBJECT + " name=len,type=CephInt", "truncate object to length",
                (c, t, at) -> t.truncate(at.collection, at.object, c.integer("len", 0)));
        String shard = " name=shardid,type=CephInt,req=false,range=0|255";
        add(table, "injectdataerr" + OBJECT + shard, "inject data error to an object",
                (c, t, at) -> daemon.faults().breakData(at.object));
        add(table, "injectmdataerr" + OBJECT + shard, "inject metadata error to an object",
                (c, t, at) -> daemon.faults().breakMetadata(at.object));
        table.add("getomap" + OBJECT, "output entire object map", "osd", "r", this::getOmap);
        table.add("dump_scrub_reservations", "show scrub reservations", "osd", "r", this::reservations);
    }

    private static TreeMap<Bytes, Bytes> entry(String key, String value) {
        TreeMap<Bytes, Bytes> entries = new TreeMap<>();
        entries.put(Bytes.utf8(key), Bytes.utf8(value));
        return entries;
    }

    private interface Change {
        void make(CommandContext call, Transaction transaction, Place place);
    }

    private record Place(PgId pgid, CollectionId collection, GhObject object) {}

    private void add(CommandTable table, String signature, String help, Change change) {
        table.add(signature, help, "osd", "rw", call -> {
            OsdMap map = daemon.map();
            Place place = place(map, pool(map, call.string("pool")), call.string("objname"));
            if (place == null) {
                return CommandResult.line("Invalid pool '" + call.string("pool") + "''");
            }
            OsdShard shard = daemon.shardOf(place.pgid);
            shard.post(() -> {
                String answer = run(call, shard, place, change);
                daemon.control(() -> call.reply(CommandResult.line(answer)));
            });
            return CommandResult.later();
        });
    }

    private static String run(CommandContext call, OsdShard shard, Place place, Change change) {
        try {
            Transaction transaction = new Transaction();
            change.make(call, transaction, place);
            boolean there = shard.store().collectionExists(place.collection)
                    && shard.store().exists(place.collection, place.object);
            if (!there) {
                return "error=-2";
            }
            if (!transaction.isEmpty()) {
                shard.submit(place.collection, transaction, () -> {});
            }
            return "ok";
        } catch (CephException e) {
            return "error=" + e.code();
        }
    }

    private static long pool(OsdMap map, String name) {
        long pool = map.poolId(name);
        return pool < 0 && name.matches("\\d{1,18}") && map.pool(Long.parseLong(name)) != null ? Long.parseLong(name) : pool;
    }

    /// Of `[namespace/]name`.
    private static @Nullable Place place(OsdMap map, long pool, String text) {
        int slash = text.indexOf('/');
        String nspace = slash < 0 ? "" : text.substring(0, slash);
        String name = text.substring(slash + 1);
        PgPool params = map.pool(pool);
        if (params == null) {
            return null;
        }
        int hash = params.hashKey(name, nspace);
        PgId pgid = params.rawPgToPg(new PgId(pool, hash));
        return new Place(
                pgid,
                CollectionId.of(SpgId.of(pgid)),
                GhObject.of(HObject.head(name, "", hash, nspace, pool)));
    }

    private CommandResult getOmap(CommandContext call) {
        OsdMap map = daemon.map();
        Place place = place(map, pool(map, call.string("pool")), call.string("objname"));
        if (place == null) {
            return CommandResult.line("Invalid pool '" + call.string("pool") + "''");
        }
        OsdShard shard = daemon.shardOf(place.pgid);
        shard.post(() -> {
            String answer = describe(shard.store(), place);
            daemon.control(() -> call.reply(CommandResult.line(answer)));
        });
        return CommandResult.later();
    }

    private static String describe(ObjectStore store, Place place) {
        if (!store.collectionExists(place.collection)) {
            return "unable to open collection for " + place.pgid;
        }
        try {
            StringBuilder out = new StringBuilder("header=");
            out.append(store.omapHeader(place.collection, place.object).utf8());
            store.omapScan(place.collection, place.object, Bytes.EMPTY, (key, value) -> {
                out.append(" key=").append(key.utf8()).append(" val=").append(value.utf8());
                return true;
            });
            return out.toString();
        } catch (CephException e) {
            return "error=" + e.code();
        }
    }

    private CommandResult reservations(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openObject("scrubs");
        daemon.scrubs().dump(f);
        f.close();
        return CommandResult.data(f);
    }
}
