package dev.inkfish.cephx.keys;

import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.Entropy;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The keys that a service shares with the monitors: the previous, whose tickets are still out there, the
/// current, which new tickets are encrypted with, and the next, so that services know it before it is used.
///
/// @param secrets by a number that only grows
@CephType("RotatingSecrets")
public record RotatingSecrets(NavigableMap<Long, ExpiringCryptoKey> secrets, long maxVersion) {
    private static final int GENERATIONS = 3;

    public static final RotatingSecrets EMPTY = new RotatingSecrets(new TreeMap<>(), 0);

    public RotatingSecrets {
        secrets = Collections.unmodifiableNavigableMap(new TreeMap<>(secrets));
    }

    public @Nullable CryptoKey find(long id) {
        ExpiringCryptoKey found = secrets.get(id);
        return found == null ? null : found.key();
    }

    /// The one to issue tickets with; null where there is none.
    public Map.@Nullable Entry<Long, ExpiringCryptoKey> current(Utime now) {
        Map.Entry<Long, ExpiringCryptoKey> current = secrets.firstEntry();
        if (secrets.size() > 1) {
            current = secrets.higherEntry(current.getKey());
        }
        if (current != null && current.getValue().expiration().compareTo(now) < 0) {
            Map.Entry<Long, ExpiringCryptoKey> next = secrets.higherEntry(current.getKey());
            return next == null ? current : next;
        }
        return current;
    }

    /// Whether a new generation is due.
    public boolean needsNew(Utime now) {
        if (secrets.size() < GENERATIONS) {
            return true;
        }
        Map.Entry<Long, ExpiringCryptoKey> current = secrets.higherEntry(secrets.firstKey());
        return current.getValue().expiration().compareTo(now) <= 0;
    }

    /// Adds generations until there are three and the current one is good; the same object where there is
    /// nothing to do.
    ///
    /// @param ttlMillis how long each generation is the current one
    public RotatingSecrets rotated(Utime now, long ttlMillis, int keyType, Entropy entropy) {
        RotatingSecrets result = this;
        while (result.needsNew(now)) {
            long expires = now.toNanos();
            if (!result.secrets.isEmpty()) {
                long newest = result.secrets.lastEntry().getValue().expiration().toNanos();
                expires = Math.max(expires + ttlMillis * 1_000_000, newest);
            }
            CryptoKey key = CryptoKey.generate(keyType, now, entropy);
            result = result.with(new ExpiringCryptoKey(key, Utime.ofNanos(expires + ttlMillis * 1_000_000)));
        }
        return result;
    }

    private RotatingSecrets with(ExpiringCryptoKey key) {
        NavigableMap<Long, ExpiringCryptoKey> more = new TreeMap<>(secrets);
        more.put(maxVersion + 1, key);
        while (more.size() > GENERATIONS) {
            more.pollFirstEntry();
        }
        return new RotatingSecrets(more, maxVersion + 1);
    }

    public static RotatingSecrets decode(WireReader in) {
        in.u8();
        return new RotatingSecrets(in.map(WireReader::u64, ExpiringCryptoKey::decode), in.u64());
    }

    public void encode(WireWriter out) {
        out.u8(1).map(secrets, WireWriter::u64, (w, key) -> key.encode(w)).u64(maxVersion);
    }
}
