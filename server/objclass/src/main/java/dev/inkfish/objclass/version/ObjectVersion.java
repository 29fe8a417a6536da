package dev.inkfish.objclass.version;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A version that clients count up, and the tag that tells its series from another (`obj_version`).
@CephType("obj_version")
record ObjectVersion(long version, String tag) {
    static final ObjectVersion NONE = new ObjectVersion(0, "");

    static ObjectVersion decode(WireReader in) {
        return in.versioned(1, (body, version) -> new ObjectVersion(body.u64(), body.string()));
    }

    void encode(WireWriter out) {
        out.versioned(1, 1, () -> out.u64(version).string(tag));
    }

    /// A demand on the version (`obj_version_cond`).
    record Condition(ObjectVersion than, Comparison comparison) {
        static Condition decode(WireReader in) {
            return in.versioned(1, (body, version) -> {
                ObjectVersion than = ObjectVersion.decode(body);
                int number = body.u32();
                boolean known = number >= 0 && number < Comparison.values().length;
                // what is not known demands nothing
                return new Condition(than, known ? Comparison.values()[number] : Comparison.NONE);
            });
        }

        boolean holds(ObjectVersion actual) {
            int order = Long.compareUnsigned(actual.version, than.version);
            return switch (comparison) {
                case NONE -> true;
                case EQUAL -> actual.equals(than);
                case GREATER -> order > 0;
                case GREATER_OR_EQUAL -> order >= 0;
                case LESS -> order < 0;
                case LESS_OR_EQUAL -> order <= 0;
                case TAG_EQUAL -> actual.tag.equals(than.tag);
                case TAG_DIFFERENT -> !actual.tag.equals(than.tag);
            };
        }
    }

    /// `VersionCond`, in the order of its numbers.
    enum Comparison {
        NONE,
        EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        TAG_EQUAL,
        TAG_DIFFERENT
    }
}
