package dev.inkfish.objclass.lock;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The state of one lock, kept in the attribute `lock.NAME` (`rados::cls::lock::lock_info_t`).
///
/// @param tag later lockers must bring the same one as long as anybody holds the lock
@CephType({"rados::cls::lock::lock_info_t", "cls_lock_get_info_reply"})
record LockInfo(NavigableMap<LockerId, Locker> lockers, LockType type, String tag) {
    static final LockInfo FREE = new LockInfo(Collections.emptyNavigableMap(), LockType.NONE, "");

    static LockInfo decode(WireReader in) {
        return in.versioned(1, (body, version) -> {
            NavigableMap<LockerId, Locker> lockers = body.map(LockerId::decode, Locker::decode);
            LockType type = LockType.decode(body);
            return new LockInfo(lockers, type, body.string());
        });
    }

    void encode(WireWriter out, long features) {
        out.versioned(1, 1, () -> {
            out.map(lockers, (w, id) -> id.encode(w), (w, locker) -> locker.encode(w, features));
            out.u8(type.ordinal()).string(tag);
        });
    }

    boolean isFree() {
        return lockers.isEmpty();
    }

    LockInfo without(LockerId id) {
        NavigableMap<LockerId, Locker> rest = new TreeMap<>(lockers);
        rest.remove(id);
        return new LockInfo(rest, type, tag);
    }

    LockInfo with(LockerId id, Locker locker) {
        NavigableMap<LockerId, Locker> more = new TreeMap<>(lockers);
        more.put(id, locker);
        return new LockInfo(more, type, tag);
    }

    LockInfo as(LockType otherType, String otherTag) {
        return new LockInfo(lockers, otherType, otherTag);
    }

    LockInfo withoutExpired(Utime now) {
        NavigableMap<LockerId, Locker> rest = new TreeMap<>(lockers);
        rest.values().removeIf(locker -> !locker.expiration.isZero() && locker.expiration.compareTo(now) < 0);
        return new LockInfo(rest, type, tag);
    }

    /// `ClsLockType`, in the order of its numbers.
    enum LockType {
        NONE,
        EXCLUSIVE,
        SHARED,
        /// The object goes away with the lock.
        EXCLUSIVE_EPHEMERAL;

        static LockType decode(WireReader in) {
            int number = in.u8();
            if (number >= values().length) {
                throw new DecodeException("lock type " + number);
            }
            return values()[number];
        }

        boolean isExclusive() {
            return this == EXCLUSIVE || this == EXCLUSIVE_EPHEMERAL;
        }
    }

    /// Who holds a lock: one client may hold it several times under different cookies.
    @CephType("rados::cls::lock::locker_id_t")
    record LockerId(EntityName name, String cookie) implements Comparable<LockerId> {
        static LockerId decode(WireReader in) {
            return in.versioned(1, (body, version) -> new LockerId(EntityName.decode(body), body.string()));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> {
                name.encode(out);
                out.string(cookie);
            });
        }

        @Override
        public int compareTo(LockerId other) {
            int c = name.compareTo(other.name);
            return c != 0 ? c : HObject.compareUtf8(cookie, other.cookie);
        }
    }

    /// @param expiration zero for never
    @CephType("rados::cls::lock::locker_info_t")
    record Locker(Utime expiration, EntityAddr addr, String description) {
        static Locker decode(WireReader in) {
            return in.versioned(1, (body, version) ->
                    new Locker(Utime.decode(body), EntityAddr.decode(body), body.string()));
        }

        void encode(WireWriter out, long features) {
            out.versioned(1, 1, () -> {
                expiration.encode(out);
                addr.encode(out, features);
                out.string(description);
            });
        }
    }
}
