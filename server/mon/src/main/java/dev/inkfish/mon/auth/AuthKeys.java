package dev.inkfish.mon.auth;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.keys.KeyDatabase;
import dev.inkfish.cephx.keys.RotatingSecrets;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The committed keys as connections see them, on whatever thread they are being authenticated. [AuthService]
/// replaces the snapshot after each commit.
public final class AuthKeys implements KeyDatabase {
    /// @param keys by name, without the monitors' own
    /// @param monKey of `mon.`, which no command changes; null before the start
    /// @param maxGlobalId numbers below it may be given out
    record Snapshot(
            NavigableMap<EntityAuthName, EntityAuth> keys,
            @Nullable EntityAuth monKey,
            NavigableMap<EntityType, RotatingSecrets> rotating,
            long maxGlobalId) {
        static final Snapshot EMPTY = new Snapshot(new TreeMap<>(), null, new TreeMap<>(), 0);

        Snapshot {
            keys = Collections.unmodifiableNavigableMap(keys);
            rotating = Collections.unmodifiableNavigableMap(rotating);
        }
    }

    static final EntityAuthName MON = new EntityAuthName(EntityType.MON, "");

    private final Supplier<Utime> clock;
    private final AtomicLong lastGlobalId = new AtomicLong();
    private volatile Snapshot snapshot = Snapshot.EMPTY;
    private volatile int rank;
    private volatile int monitors = 1;

    public AuthKeys(Supplier<Utime> clock) {
        this.clock = clock;
    }

    void replace(Snapshot committed) {
        snapshot = committed;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    /// Numbers up to this one belong to an earlier life of this monitor.
    void firstGlobalId(long afterThis) {
        lastGlobalId.set(afterThis);
    }

    long lastGlobalId() {
        return lastGlobalId.get();
    }

    /// Monitors share the numbers out by their rank.
    void quorum(int ourRank, int count) {
        rank = ourRank;
        monitors = Math.max(1, count);
    }

    @Override
    public Utime now() {
        return clock.get();
    }

    @Override
    public @Nullable EntityAuth find(EntityAuthName name) {
        EntityAuth found = snapshot.keys.get(name);
        return found == null && name.equals(MON) ? snapshot.monKey : found;
    }

    @Override
    public RotatingSecrets rotating(EntityType service) {
        return snapshot.rotating.getOrDefault(service, RotatingSecrets.EMPTY);
    }

    @Override
    public long allocateGlobalId() {
        long limit = snapshot.maxGlobalId;
        while (true) {
            long last = lastGlobalId.get();
            long next = (last + monitors) / monitors * monitors + rank;
            if (next >= limit) {
                return 0;
            }
            if (lastGlobalId.compareAndSet(last, next)) {
                return next;
            }
        }
    }

    @Override
    public boolean isReady() {
        return !snapshot.rotating.isEmpty();
    }
}
