package dev.inkfish.cephx;

import dev.inkfish.cephx.keys.KeyDatabase;
import dev.inkfish.cephx.keys.RotatingSecrets;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/// A monitor's key database in memory, with a clock that the test sets and randomness from a seed.
public final class TestKeys implements KeyDatabase {
    static final long HOUR = 3_600_000;

    final NavigableMap<EntityAuthName, EntityAuth> keys = new TreeMap<>();
    final NavigableMap<EntityType, RotatingSecrets> rotating = new TreeMap<>();
    public final Entropy entropy;
    public Utime now = new Utime(1_700_000_000, 0);
    boolean ready = true;
    private long lastGlobalId = 4100;

    public TestKeys(long seed) {
        Random random = new Random(seed);
        entropy = count -> {
            byte[] bytes = new byte[count];
            random.nextBytes(bytes);
            return Bytes.wrap(bytes);
        };
        rotate();
    }

    public CryptoKey add(String name, int keyType, Map<String, String> caps) {
        CryptoKey key = CryptoKey.generate(keyType, now, entropy);
        keys.put(EntityAuthName.parse(name), EntityAuth.of(key, caps));
        return key;
    }

    void rotate() {
        for (EntityType service : EntityType.values()) {
            if (service != EntityType.CLIENT) {
                long ttl = service == EntityType.AUTH ? 72 * HOUR : HOUR;
                rotating.put(service, rotating(service).rotated(now, ttl, CryptoKey.AES, entropy));
            }
        }
    }

    void pass(long millis) {
        now = Utime.ofMillis(now.toMillis() + millis);
    }

    @Override
    public Utime now() {
        return now;
    }

    @Override
    public EntityAuth find(EntityAuthName name) {
        return keys.get(name);
    }

    @Override
    public RotatingSecrets rotating(EntityType service) {
        return rotating.getOrDefault(service, RotatingSecrets.EMPTY);
    }

    @Override
    public long allocateGlobalId() {
        return ++lastGlobalId;
    }

    @Override
    public boolean isReady() {
        return ready;
    }
}
