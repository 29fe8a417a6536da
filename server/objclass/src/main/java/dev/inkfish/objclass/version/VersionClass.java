package dev.inkfish.objclass.version;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.objclass.version.ObjectVersion.Condition;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import java.util.Base64;
import java.util.List;

/// Class `version`: optimistic concurrency for clients.
public final class VersionClass {
    private static final String ATTR = "ceph.objclass.version";
    private static final int TAG_LENGTH = 24;

    private VersionClass() {}

    public static ObjectClass create() {
        return new ObjectClass("version")
                .readWrite("set", VersionClass::set)
                .readWrite("inc", VersionClass::increment)
                .readWrite("inc_conds", VersionClass::increment)
                .read("read", (context, input) -> read(context))
                .read("check_conds", VersionClass::check);
    }

    private static Bytes set(ClassContext context, Bytes input) {
        store(context, Codec.input(input, in -> in.versioned(1, (body, version) -> ObjectVersion.decode(body))));
        return Bytes.EMPTY;
    }

    private static Bytes increment(ClassContext context, Bytes input) {
        Change change = Codec.input(input, Change::decode);
        ObjectVersion current = load(context);
        if (current == null) {
            Bytes random = context.randomBytes(TAG_LENGTH);
            String tag = Base64.getEncoder().encodeToString(random.toArray()).substring(0, TAG_LENGTH);
            current = new ObjectVersion(1, tag);
        }
        require(change.conditions, current);
        store(context, new ObjectVersion(current.version() + 1, current.tag()));
        return Bytes.EMPTY;
    }

    private static Bytes check(ClassContext context, Bytes input) {
        Change check = Codec.input(input, Change::decode);
        ObjectVersion current = load(context);
        require(check.conditions, current == null ? ObjectVersion.NONE : current);
        return Bytes.EMPTY;
    }

    private static Bytes read(ClassContext context) {
        ObjectVersion current = load(context);
        ObjectVersion result = current == null ? ObjectVersion.NONE : current;
        return Codec.encode(out -> out.versioned(1, 1, () -> result.encode(out)));
    }

    private static void require(List<Condition> conditions, ObjectVersion actual) {
        for (Condition condition : conditions) {
            if (!condition.holds(actual)) {
                throw fail(Errno.ECANCELED, "the version is another");
            }
        }
    }

    private static @org.jspecify.annotations.Nullable ObjectVersion load(ClassContext context) {
        Bytes attr = context.exists() ? context.getXattrs().get(ATTR) : null;
        return attr == null ? null : Codec.stored(attr, ObjectVersion::decode);
    }

    private static void store(ClassContext context, ObjectVersion version) {
        context.setXattr(ATTR, Codec.encode(version::encode));
    }

    /// `cls_version_inc_op`, `cls_version_check_op`: both name a version, which is not looked at, and conditions.
    private record Change(ObjectVersion version, List<Condition> conditions) {
        static Change decode(WireReader in) {
            return in.versioned(1, (body, version) ->
                    new Change(ObjectVersion.decode(body), body.list(Condition::decode)));
        }
    }
}
