package dev.inkfish.cephx;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireWriter;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// aes256-cts-hmac-sha384-192 of RFC 8009: a random block in front, AES-256 in CBC mode with ciphertext
/// stealing, and a truncated HMAC over the ciphertext; both keys are derived from the secret and the usage.
final class Aes256k {
    static final int KEY_SIZE = 32;
    static final int CONFOUNDER_SIZE = 16;

    private static final int BLOCK = 16;
    private static final int TAG_SIZE = 24;
    private static final int ENCRYPTION = 0xaa;
    private static final int INTEGRITY = 0x55;

    private Aes256k() {}

    static Bytes encrypt(Bytes secret, int usage, Bytes confounder, Bytes plain) {
        Bytes cipher = crypt(Cipher.ENCRYPT_MODE, encryptionKey(secret, usage), Bytes.concat(confounder, plain));
        return Bytes.concat(cipher, tag(secret, usage, cipher));
    }

    static Bytes decrypt(Bytes secret, int usage, Bytes sealed) {
        if (sealed.length() < CONFOUNDER_SIZE + TAG_SIZE) {
            throw new DecodeException("a ciphertext of " + sealed.length() + " bytes");
        }
        Bytes cipher = sealed.slice(0, sealed.length() - TAG_SIZE);
        byte[] expected = tag(secret, usage, cipher).toArray();
        if (!MessageDigest.isEqual(expected, sealed.slice(cipher.length()).toArray())) {
            throw new DecodeException("a ciphertext whose tag does not match");
        }
        return crypt(Cipher.DECRYPT_MODE, encryptionKey(secret, usage), cipher).slice(CONFOUNDER_SIZE);
    }

    static Bytes encryptionKey(Bytes secret, int usage) {
        return derive(secret, usage, ENCRYPTION, KEY_SIZE);
    }

    static Bytes integrityKey(Bytes secret, int usage) {
        return derive(secret, usage, INTEGRITY, TAG_SIZE);
    }

    private static Bytes tag(Bytes secret, int usage, Bytes cipher) {
        Bytes covered = Bytes.concat(Bytes.zeros(BLOCK), cipher);
        return CryptoKey.hmac("HmacSHA384", integrityKey(secret, usage), covered).slice(0, TAG_SIZE);
    }

    /// KDF-HMAC-SHA2 of RFC 8009, section 3; the numbers are big-endian there.
    private static Bytes derive(Bytes secret, int usage, int purpose, int size) {
        WireWriter input = new WireWriter(16);
        input.u32(Integer.reverseBytes(1)).u32(Integer.reverseBytes(usage)).u8(purpose).u8(0);
        input.u32(Integer.reverseBytes(size * 8));
        return CryptoKey.hmac("HmacSHA384", secret.slice(0, KEY_SIZE), input.toBytes()).slice(0, size);
    }

    private static Bytes crypt(int direction, Bytes key, Bytes data) {
        // a single block has nothing to steal from
        String mode = data.length() == BLOCK ? "AES/CBC/NoPadding" : "AES/CTS/NoPadding";
        try {
            Cipher cipher = Cipher.getInstance(mode);
            cipher.init(direction, new SecretKeySpec(key.toArray(), "AES"), new IvParameterSpec(new byte[BLOCK]));
            return Bytes.wrap(cipher.doFinal(data.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
