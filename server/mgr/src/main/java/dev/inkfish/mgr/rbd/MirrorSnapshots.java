package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/// Takes mirror snapshots of primary images that are mirrored by snapshots.
final class MirrorSnapshots implements ScheduledWork {
    private static final int MODE_IMAGE = 1;
    private static final int PAGE = 512;

    private final RbdHost host;

    MirrorSnapshots(RbdHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return "mirror snapshot";
    }

    @Override
    public String option() {
        return "mirror_snapshot_schedule";
    }

    @Override
    public String object() {
        return "rbd_mirror_snapshot_schedule";
    }

    @Override
    public boolean isPerImage() {
        return true;
    }

    @Override
    public void checkNamespace(PoolIo io) {
        Bytes mode = io.askIfThere("rbd_mirroring", "rbd", "mirror_mode_get", Bytes.EMPTY);
        if (mode == null || mode.reader().u32() != MODE_IMAGE) {
            throw new CephException(Errno.EINVAL, "namespace " + io.nspace() + " is not in mirror image mode");
        }
    }

    @Override
    public void checkImage(PoolIo io, String imageId) {
        if (!MirrorSnap.mirrored(io, imageId).isBySnapshots()) {
            throw new CephException(Errno.EINVAL, "Invalid mirror image mode");
        }
    }

    @Override
    public SortedMap<ScheduleTarget, String> targets(PoolIo pool, String poolName) {
        TreeMap<ScheduleTarget, String> all = new TreeMap<>();
        List<String> nspaces = new ArrayList<>(List.of(""));
        nspaces.addAll(RbdPools.namespaces(pool));
        for (String nspace : nspaces) {
            PoolIo io = pool.namespace(nspace);
            for (String imageId : mirrored(io).keySet()) {
                Image image = MirrorSnap.mirrored(io, imageId).isBySnapshots() ? Image.openById(io, "", imageId) : null;
                if (image == null || !MirrorSnap.isPrimary(MirrorSnap.list(image))) {
                    continue;
                }
                Bytes name = io.askIfThere(
                        "rbd_directory", "rbd", "dir_get_name", new WireWriter().string(imageId).toBytes());
                if (name != null) {
                    all.put(new ScheduleTarget(pool.pool(), nspace, imageId),
                            poolName + "/" + (nspace.isEmpty() ? "" : nspace + "/") + name.reader().string());
                }
            }
        }
        return all;
    }

    /// Local ids to global ids.
    private static NavigableMap<String, String> mirrored(PoolIo io) {
        NavigableMap<String, String> all = new TreeMap<>();
        while (true) {
            String after = all.isEmpty() ? "" : all.lastKey();
            Reply reply = io.run("rbd_mirroring", ObjectOps.of()
                    .ask("rbd", "mirror_image_list", new WireWriter().string(after).u64(PAGE).toBytes()));
            if (reply.failedWith(Errno.ENOENT)) {
                return all;
            }
            NavigableMap<String, String> page =
                    reply.orThrow("mirrored images").output().reader().map(WireReader::string, WireReader::string);
            all.putAll(page);
            if (page.size() < PAGE) {
                return all;
            }
        }
    }

    @Override
    public void run(PoolIo io, ScheduleTarget target) {
        MirrorSnap.MirroredImage mirrored = MirrorSnap.mirrored(io, target.image());
        Image image = mirrored.isBySnapshots() ? Image.openById(io, "", target.image()) : null;
        if (image != null && MirrorSnap.isPrimary(MirrorSnap.list(image))) {
            new MirrorSnapTaker(host, io, target.image()).take(mirrored.globalId());
        }
    }

    @Override
    public ObjectNode status(List<Planned> planned) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        planned.forEach(each -> all.addObject().put("schedule_time", each.time()).put("image", each.label()));
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        shown.set("scheduled_images", all);
        return shown;
    }
}
