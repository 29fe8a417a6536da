package dev.inkfish.messenger;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// AES-128-GCM of one direction of a connection (`src/msg/async/crypto_onwire.cc`). The nonce is 12
/// bytes; after each ciphertext 2.1 counts its last eight up as one little-endian number, 2.0 the first four.
final class StreamCipher {
    static final int TAG = 16;
    private static final int KEY = 16;
    private static final int NONCE = 12;

    private final SecretKeySpec key;
    private final Cipher gcm;
    private final Revision revision;
    private final byte[] first;
    private byte[] nonce;

    private StreamCipher(Revision revision, byte[] key, byte[] nonce) {
        this.revision = revision;
        this.key = new SecretKeySpec(key, "AES");
        this.nonce = nonce;
        this.first = nonce.clone();
        try {
            gcm = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no AES-GCM in this Java", e);
        }
    }

    /// What the connecting side sends with, the accepting side receives with.
    static StreamCipher toServer(Revision revision, Bytes secret) {
        return of(revision, secret, KEY + NONCE);
    }

    static StreamCipher toClient(Revision revision, Bytes secret) {
        return of(revision, secret, KEY);
    }

    private static StreamCipher of(Revision revision, Bytes secret, int nonceAt) {
        if (secret.length() < KEY + 2 * NONCE) {
            throw new DecodeException("connection secret of " + secret.length() + " bytes for secure mode");
        }
        return new StreamCipher(
                revision,
                secret.slice(0, KEY).toArray(),
                secret.slice(nonceAt, NONCE).toArray());
    }

    Bytes encrypt(Bytes plain) {
        try {
            gcm.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG * 8, nonce));
            ByteBuffer out = ByteBuffer.allocate(plain.length() + TAG);
            gcm.doFinal(plain.asByteBuffer(), out);
            advance();
            return Bytes.wrap(out.array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot encrypt", e);
        }
    }

    byte[] decrypt(byte[] sealed) {
        try {
            gcm.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG * 8, nonce));
            byte[] plain = gcm.doFinal(sealed);
            advance();
            return plain;
        } catch (GeneralSecurityException e) {
            throw new DecodeException("frame does not authenticate");
        }
    }

    /// The first bytes of the next ciphertext, not yet authenticated: 2.0 needs them to know its length.
    /// GCM encrypts as CTR does with a block counter that starts at 2.
    byte[] peek(byte[] start) {
        try {
            Cipher ctr = Cipher.getInstance("AES/CTR/NoPadding");
            byte[] counter = Arrays.copyOf(nonce, 16);
            counter[15] = 2;
            ctr.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(counter));
            return ctr.doFinal(start);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot decrypt", e);
        }
    }

    private void advance() {
        ByteBuffer next = ByteBuffer.wrap(nonce.clone()).order(ByteOrder.LITTLE_ENDIAN);
        if (revision == Revision.V2_1) {
            next.putLong(4, next.getLong(4) + 1);
        } else {
            next.putInt(0, next.getInt(0) + 1);
        }
        nonce = next.array();
        if (Arrays.equals(nonce, first)) {
            throw new DecodeException("nonces are used up");
        }
    }
}
