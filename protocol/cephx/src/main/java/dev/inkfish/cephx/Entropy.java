package dev.inkfish.cephx;

import dev.inkfish.wire.Bytes;

/// Where unpredictable bytes come from: `SecureRandom` in daemons, a seeded generator in tests.
@FunctionalInterface
public interface Entropy {
    Bytes bytes(int count);

    default long u64() {
        return bytes(8).reader().u64();
    }
}
