package dev.inkfish.cephx;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.function.Consumer;
import java.util.function.Function;

/// Encrypted structs: a version, a magic number that tells a right key from a wrong one, then the struct.
public final class Sealed {
    static final long MAGIC = 0xff009cad8826aa55L;

    private Sealed() {}

    public static Bytes seal(CryptoKey key, int usage, Entropy entropy, Consumer<WireWriter> struct) {
        if (key.isEmpty()) {
            throw new DecodeException("no key to encrypt with");
        }
        WireWriter plain = new WireWriter();
        plain.u8(1).u64(MAGIC);
        struct.accept(plain);
        return key.encrypt(usage, plain.toBytes(), entropy);
    }

    /// @throws DecodeException where the key is not the one it was sealed with
    public static <T> T open(CryptoKey key, int usage, Bytes cipher, Function<WireReader, T> struct) {
        if (key.isEmpty()) {
            throw new DecodeException("no key to decrypt with");
        }
        WireReader plain = key.decrypt(usage, cipher).reader();
        plain.u8();
        if (plain.u64() != MAGIC) {
            throw new DecodeException("encrypted with another key");
        }
        return struct.apply(plain);
    }

    /// What a client answers to a challenge: proof that it knows the key.
    static long proof(CryptoKey key, long serverChallenge, long clientChallenge) {
        Bytes hash;
        if (key.type() == CryptoKey.AES) {
            // aes needs no entropy
            Bytes cipher = seal(key, 0, Bytes::zeros, out -> out.u64(serverChallenge).u64(clientChallenge));
            hash = new WireWriter().bytes(cipher).toBytes();
        } else {
            hash = key.hmacSha256(new WireWriter().u64(serverChallenge).u64(clientChallenge).toBytes());
        }
        return fold(hash);
    }

    /// The exclusive or of all whole 64-bit words.
    static long fold(Bytes data) {
        WireReader in = data.reader();
        long folded = 0;
        while (in.remaining() >= 8) {
            folded ^= in.u64();
        }
        return folded;
    }
}
