package dev.inkfish.objclass.lock;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.objclass.lock.LockInfo.LockType;
import dev.inkfish.objclass.lock.LockInfo.Locker;
import dev.inkfish.objclass.lock.LockInfo.LockerId;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/// Class `lock`: what librbd's exclusive lock and `rados lock` are made of.
public final class LockClass {
    private static final String ATTR_PREFIX = "lock.";
    private static final int MAY_RENEW = 1;
    private static final int MUST_RENEW = 2;

    private LockClass() {}

    public static ObjectClass create() {
        return new ObjectClass("lock")
                .readWrite("lock", LockClass::lock)
                .readWrite("unlock", LockClass::unlock)
                .readWrite("break_lock", LockClass::breakLock)
                .read("get_info", LockClass::getInfo)
                .read("list_locks", (context, input) -> listLocks(context))
                .read("assert_locked", LockClass::assertLocked)
                .readWrite("set_cookie", LockClass::setCookie);
    }

    @CephType("cls_lock_lock_op")
    record LockRequest(
            String name, LockType type, String cookie, String tag, String description, Utime duration, int flags) {
        static LockRequest decode(WireReader in) {
            return in.versioned(1, (body, version) -> new LockRequest(
                    body.string(),
                    LockType.decode(body),
                    body.string(),
                    body.string(),
                    body.string(),
                    Utime.decode(body),
                    body.u8()));
        }
    }

    /// An assertion, or a change of cookies, which has one more field.
    @CephType({"cls_lock_assert_op", "cls_lock_set_cookie_op"})
    record Claim(String name, LockType type, String cookie, String tag, String newCookie) {
        static Claim decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Claim(
                    body.string(),
                    LockType.decode(body),
                    body.string(),
                    body.string(),
                    body.remaining() > 0 ? body.string() : ""));
        }
    }

    @CephType("cls_lock_unlock_op")
    record Unlocking(String name, String cookie) {
        static Unlocking decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Unlocking(body.string(), body.string()));
        }
    }

    @CephType("cls_lock_break_op")
    record Breaking(String name, EntityName locker, String cookie) {
        static Breaking decode(WireReader in) {
            return in.versioned(
                    1, (body, version) -> new Breaking(body.string(), EntityName.decode(body), body.string()));
        }
    }

    @CephType("cls_lock_list_locks_reply")
    record Listing(List<String> locks) {
        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.list(locks, WireWriter::string));
        }
    }

    private static Bytes lock(ClassContext context, Bytes input) {
        LockRequest request = Codec.input(input, LockRequest::decode);
        boolean mayRenew = (request.flags & MAY_RENEW) != 0;
        boolean mustRenew = (request.flags & MUST_RENEW) != 0;
        checkNameAndType(request.name, request.type);
        if (mayRenew && mustRenew) {
            throw fail(Errno.EINVAL, "a renewal cannot be both optional and required");
        }
        LockInfo info = context.exists() ? read(context, request.name) : LockInfo.FREE;
        if (!info.isFree() && !info.tag().equals(request.tag)) {
            throw fail(Errno.EBUSY, "held under another tag");
        }
        LockerId id = new LockerId(context.origin().name(), request.cookie);
        boolean held = info.lockers().containsKey(id);
        if (held && !mayRenew && !mustRenew) {
            throw fail(Errno.EEXIST, "held already by this locker");
        }
        if (!held && mustRenew) {
            throw fail(Errno.ENOENT, "not held by this locker");
        }
        LockInfo others = info.without(id);
        if (!others.isFree() && (request.type.isExclusive() || info.type() != request.type)) {
            throw fail(Errno.EBUSY, "held by others");
        }
        Utime expiration = request.duration.isZero()
                ? Utime.ZERO
                : Utime.ofNanos(context.now().toNanos() + request.duration.toNanos());
        // the kind is not what tells clients apart, and older ones know only this one
        EntityAddr addr = context.origin().addr().withKind(EntityAddr.Kind.LEGACY);
        write(
                context,
                request.name,
                others.as(request.type, request.tag).with(id, new Locker(expiration, addr, request.description)));
        return Bytes.EMPTY;
    }

    private static Bytes unlock(ClassContext context, Bytes input) {
        Unlocking request = Codec.input(input, Unlocking::decode);
        release(context, request.name, new LockerId(context.origin().name(), request.cookie));
        return Bytes.EMPTY;
    }

    private static Bytes breakLock(ClassContext context, Bytes input) {
        Breaking request = Codec.input(input, Breaking::decode);
        release(context, request.name, new LockerId(request.locker, request.cookie));
        return Bytes.EMPTY;
    }

    private static void release(ClassContext context, String name, LockerId id) {
        LockInfo info = read(context, name);
        if (!info.lockers().containsKey(id)) {
            throw fail(Errno.ENOENT, "not held by that locker");
        }
        if (info.type() == LockType.EXCLUSIVE_EPHEMERAL) {
            context.remove();
        } else {
            write(context, name, info.without(id));
        }
    }

    private static Bytes getInfo(ClassContext context, Bytes input) {
        String name = Codec.input(input, in -> in.versioned(1, (body, version) -> body.string()));
        LockInfo info = read(context, name);
        // cls_lock_get_info_reply has the layout of the lock's own state
        return Codec.encode(out -> info.encode(out, context.origin().features()));
    }

    private static Bytes listLocks(ClassContext context) {
        List<String> names = new ArrayList<>();
        for (String attr : context.getXattrs().keySet()) {
            if (attr.startsWith(ATTR_PREFIX)) {
                names.add(attr.substring(ATTR_PREFIX.length()));
            }
        }
        return Codec.encode(new Listing(names)::encode);
    }

    private static Bytes assertLocked(ClassContext context, Bytes input) {
        Claim claim = Codec.input(input, Claim::decode);
        checkHeld(context, claim);
        return Bytes.EMPTY;
    }

    private static Bytes setCookie(ClassContext context, Bytes input) {
        Claim claim = Codec.input(input, Claim::decode);
        LockInfo info = checkHeld(context, claim);
        LockerId old = new LockerId(context.origin().name(), claim.cookie);
        LockerId renamed = new LockerId(context.origin().name(), claim.newCookie);
        if (info.lockers().containsKey(renamed)) {
            throw fail(Errno.EBUSY, "the new cookie is in use");
        }
        write(context, claim.name, info.without(old).with(renamed, info.lockers().get(old)));
        return Bytes.EMPTY;
    }

    private static LockInfo checkHeld(ClassContext context, Claim claim) {
        checkNameAndType(claim.name, claim.type);
        LockInfo info = read(context, claim.name);
        LockerId id = new LockerId(context.origin().name(), claim.cookie);
        boolean holds = info.type() == claim.type && info.tag().equals(claim.tag) && info.lockers().containsKey(id);
        if (!holds) {
            throw fail(Errno.EBUSY, "not held so by this locker");
        }
        return info;
    }

    private static void checkNameAndType(String name, LockType type) {
        if (name.isEmpty() || type == LockType.NONE) {
            throw fail(Errno.EINVAL, "a lock needs a name and a type");
        }
    }

    /// The lock without those lockers whose time is over.
    private static LockInfo read(ClassContext context, String name) {
        Bytes attr = context.getXattrs().get(ATTR_PREFIX + name);
        return attr == null ? LockInfo.FREE : Codec.stored(attr, LockInfo::decode).withoutExpired(context.now());
    }

    private static void write(ClassContext context, String name, LockInfo info) {
        long features = context.origin().features();
        context.setXattr(ATTR_PREFIX + name, Codec.encode(out -> info.encode(out, features)));
    }
}
