package dev.inkfish.cephx;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// A secret (`src/auth/Crypto.h`).
///
/// @param type [#NONE], [#AES] or [#AES256K]
/// @param secret empty, or at least 16 bytes for `aes`, 32 for `aes256k`
@CephType("CryptoKey")
public record CryptoKey(int type, Utime created, Bytes secret) {
    public static final int NONE = 0;
    /// AES-128 in CBC mode with a fixed initialisation vector.
    public static final int AES = 1;
    /// Kerberos' aes256-cts-hmac-sha384-192: see [Aes256k].
    public static final int AES256K = 2;

    public static final CryptoKey EMPTY = new CryptoKey(NONE, Utime.ZERO, Bytes.EMPTY);

    private static final int AES_KEY_SIZE = 16;
    private static final byte[] IV = Bytes.utf8("cephsageyudagreg").toArray();

    public CryptoKey {
        if (!secret.isEmpty() && secret.length() < secretSize(type)) {
            throw new DecodeException("a key of type " + type + " with " + secret.length() + " bytes");
        }
    }

    public static CryptoKey generate(int type, Utime created, Entropy entropy) {
        return new CryptoKey(type, created, entropy.bytes(secretSize(type)));
    }

    private static int secretSize(int type) {
        return switch (type) {
            case NONE -> 0;
            case AES -> AES_KEY_SIZE;
            case AES256K -> Aes256k.KEY_SIZE;
            default -> throw new DecodeException("key type " + type);
        };
    }

    public boolean isEmpty() {
        return secret.isEmpty();
    }

    public static CryptoKey decode(WireReader in) {
        int type = in.u16();
        Utime created = Utime.decode(in);
        return new CryptoKey(type, created, in.raw(in.u16()).compact());
    }

    public void encode(WireWriter out) {
        out.u16(type);
        created.encode(out);
        out.u16(secret.length()).raw(secret);
    }

    /// Reads the form that keyrings and `--key` have.
    ///
    /// @throws CephException with EINVAL
    public static CryptoKey parse(String base64) {
        try {
            WireReader in = Bytes.wrap(Base64.getDecoder().decode(base64.strip())).reader();
            CryptoKey key = decode(in);
            in.end();
            return key;
        } catch (IllegalArgumentException | DecodeException e) {
            throw new CephException(Errno.EINVAL, "failed to decode key '" + base64 + "'");
        }
    }

    /// As in a keyring.
    public String toBase64() {
        return Base64.getEncoder().encodeToString(WireWriter.encode(this, CryptoKey::encode).toArray());
    }

    /// @param usage one of [KeyUsage], which `aes` does not look at
    public Bytes encrypt(int usage, Bytes plain, Entropy entropy) {
        return switch (type) {
            case AES -> encryptAes(plain);
            case AES256K -> Aes256k.encrypt(secret, usage, entropy.bytes(Aes256k.CONFOUNDER_SIZE), plain);
            default -> plain;
        };
    }

    /// @throws DecodeException for what this key cannot have encrypted; with `aes` most of what it has not is
    ///     only noticed by the content
    public Bytes decrypt(int usage, Bytes cipher) {
        return switch (type) {
            case AES -> decryptAes(cipher);
            case AES256K -> Aes256k.decrypt(secret, usage, cipher);
            default -> cipher;
        };
    }

    public Bytes hmacSha256(Bytes data) {
        return hmac("HmacSHA256", secret, data);
    }

    static Bytes hmac(String algorithm, Bytes key, Bytes data) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key.toArray(), algorithm));
            return Bytes.wrap(mac.doFinal(data.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Padded as PKCS#7 has it.
    Bytes encryptAes(Bytes plain) {
        return aes(Cipher.ENCRYPT_MODE, "AES/CBC/PKCS5Padding", plain);
    }

    private Bytes decryptAes(Bytes cipher) {
        if (cipher.isEmpty() || cipher.length() % AES_KEY_SIZE != 0) {
            throw new DecodeException("a ciphertext of " + cipher.length() + " bytes");
        }
        // as Ceph: bad padding is not reported, so that nobody learns anything from the difference
        Bytes padded = aes(Cipher.DECRYPT_MODE, "AES/CBC/NoPadding", cipher);
        int padding = Math.min(padded.get(padded.length() - 1) & 0xff, AES_KEY_SIZE);
        return padded.slice(0, padded.length() - padding);
    }

    private Bytes aes(int direction, String transformation, Bytes data) {
        if (secret.isEmpty()) {
            throw new CephException(Errno.EINVAL, "empty key");
        }
        try {
            Cipher cipher = Cipher.getInstance(transformation);
            SecretKeySpec key = new SecretKeySpec(secret.slice(0, AES_KEY_SIZE).toArray(), "AES");
            cipher.init(direction, key, new IvParameterSpec(IV));
            return Bytes.wrap(cipher.doFinal(data.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Without the secret.
    @Override
    public String toString() {
        return "CryptoKey[type=" + type + ", " + secret.length() + " bytes]";
    }
}
