package dev.inkfish.objclass.rbd;

import dev.inkfish.objclass.ObjectClass;

/// Class `rbd`: the table of its methods, by group.
public final class RbdClass {
    private RbdClass() {}

    public static ObjectClass create() {
        ObjectClass rbd = new ObjectClass("rbd");
        ImageMethods.register(rbd);
        SnapshotMethods.register(rbd);
        ParentMethods.register(rbd);
        ChildMethods.register(rbd);
        DirectoryMethods.register(rbd);
        ListedMethods.register(rbd);
        GroupMethods.register(rbd);
        ObjectMapMethods.register(rbd);
        DataMethods.register(rbd);
        MigrationMethods.register(rbd);
        MirrorPoolMethods.register(rbd);
        MirrorImageMethods.register(rbd);
        MirrorStatusMethods.register(rbd);
        MirrorDaemonMethods.register(rbd);
        MirrorSnapshotMethods.register(rbd);
        OldFormat.register(rbd);
        return rbd;
    }
}
