package dev.inkfish.objclass.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.FakeObject;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LockClassTest {
    private static final int EXCLUSIVE = 1;
    private static final int SHARED = 2;
    private static final int EPHEMERAL = 3;

    private final FakeObject object = new FakeObject();
    private final ObjectClass lock = LockClass.create();

    private void lock(int type, String cookie, String tag, int seconds, int flags) {
        object.call(lock, "lock", Codec.encode(out -> out.versioned(1, 1, () -> out.string("l")
                .u8(type)
                .string(cookie)
                .string(tag)
                .string("")
                .u32(seconds)
                .u32(0)
                .u8(flags))));
    }

    private void unlock(String cookie) {
        object.call(lock, "unlock", Codec.encode(out -> out.versioned(1, 1, () -> out.string("l").string(cookie))));
    }

    private static void fails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(CephException.class, e -> assertThat(e.is(errno)).isTrue());
    }

    @Test
    void anExclusiveLockKeepsOthersOutUntilItIsReleased() {
        lock(EXCLUSIVE, "a", "", 0, 0);
        fails(Errno.EEXIST, () -> lock(EXCLUSIVE, "a", "", 0, 0));
        object.caller = EntityName.client(7);
        fails(Errno.EBUSY, () -> lock(EXCLUSIVE, "b", "", 0, 0));
        fails(Errno.ENOENT, () -> unlock("a"));
        object.caller = EntityName.client(4100);
        unlock("a");
        object.caller = EntityName.client(7);
        lock(EXCLUSIVE, "b", "", 0, 0);
    }

    @Test
    void sharedLockersNeedTheSameTag() {
        lock(SHARED, "a", "tag", 0, 0);
        lock(SHARED, "b", "tag", 0, 0);
        fails(Errno.EBUSY, () -> lock(SHARED, "c", "other", 0, 0));
        fails(Errno.EBUSY, () -> lock(EXCLUSIVE, "c", "tag", 0, 0));
    }

    @Test
    void anExpiredLockIsFree() {
        lock(EXCLUSIVE, "a", "", 10, 0);
        object.time = new Utime(1011, 0);
        object.caller = EntityName.client(7);
        lock(EXCLUSIVE, "b", "", 0, 0);
    }

    @Test
    void aRenewalMustFindTheLock() {
        int mustRenew = 2;
        fails(Errno.ENOENT, () -> lock(EXCLUSIVE, "a", "", 10, mustRenew));
        lock(EXCLUSIVE, "a", "", 10, 0);
        lock(EXCLUSIVE, "a", "", 10, mustRenew);
    }

    @Test
    void anEphemeralLocksObjectGoesWithIt() {
        lock(EPHEMERAL, "a", "", 0, 0);
        assertThat(object.exists()).isTrue();
        unlock("a");
        assertThat(object.exists()).isFalse();
    }

    @Test
    void aMalformedArgumentIsInvalid() {
        fails(Errno.EINVAL, () -> object.call(lock, "lock", Bytes.hex("0101ffffffff")));
    }
}
