package dev.inkfish.objclass.rbd;

/// Feature bits of images (`src/include/rbd/features.h`), as Ceph 16 knows them.
final class RbdFeatures {
    static final long LAYERING = 1;
    static final long STRIPINGV2 = 1 << 1;
    static final long EXCLUSIVE_LOCK = 1 << 2;
    static final long OBJECT_MAP = 1 << 3;
    static final long FAST_DIFF = 1 << 4;
    static final long DEEP_FLATTEN = 1 << 5;
    static final long JOURNALING = 1 << 6;
    static final long DATA_POOL = 1 << 7;
    static final long OPERATIONS = 1 << 8;
    static final long MIGRATING = 1 << 9;
    static final long NON_PRIMARY = 1 << 10;
    static final long DIRTY_CACHE = 1 << 11;

    static final long ALL = (1 << 12) - 1;
    /// Set by the class itself, never by a caller.
    static final long INTERNAL = OPERATIONS | MIGRATING;
    /// A client that does not know them must not open the image, not even to read.
    static final long INCOMPATIBLE = LAYERING | STRIPINGV2 | DATA_POOL | DIRTY_CACHE;
    /// A client that does not know them must not write.
    static final long WRITE_INCOMPATIBLE = ALL;
    static final long MUTABLE = EXCLUSIVE_LOCK | OBJECT_MAP | FAST_DIFF | JOURNALING | NON_PRIMARY | DIRTY_CACHE;
    static final long DISABLE_ONLY = DEEP_FLATTEN;

    static final long OP_CLONE_PARENT = 1;
    static final long OP_CLONE_CHILD = 1 << 1;
    static final long OP_GROUP = 1 << 2;
    static final long OP_SNAP_TRASH = 1 << 3;
    static final long OP_ALL = 15;

    private RbdFeatures() {}
}
