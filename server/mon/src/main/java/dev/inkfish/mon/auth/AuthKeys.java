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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The committed keys as connections see them, on whatever thread they are being authenticated. [AuthService]
/// replaces the snapshot after each commit.
public final class AuthKeys implements KeyDatabase {
    /// @param keys by name, without the monitors' own
    /// @param monKey of `mon.`, which no command changes; null before the start
    /// @param maxGlobalId numbers below it are given out, or set aside for a monitor
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
    private final GlobalIds globalIds = new GlobalIds();
    private volatile Snapshot snapshot = Snapshot.EMPTY;

    public AuthKeys(Supplier<Utime> clock) {
        this.clock = clock;
    }

    void replace(Snapshot committed) {
        snapshot = committed;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    GlobalIds globalIds() {
        return globalIds;
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
        return globalIds.take();
    }

    @Override
    public boolean isReady() {
        return !snapshot.rotating.isEmpty();
    }
}
