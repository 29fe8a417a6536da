package dev.inkfish.cephx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.cephx.keys.RotatingSecrets;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.Utime;
import org.junit.jupiter.api.Test;

class CryptoTest {
    private static final Bytes RFC_KEY =
            Bytes.hex("6d404d37faf79f9df0d33568d320669800eb4836472ea8a026d16b7182460c52");

    @Test
    void rfc8009DerivesTheseKeys() {
        assertThat(Aes256k.encryptionKey(RFC_KEY, 2).toHex())
                .isEqualTo("56ab22bee63d82d7bc5227f6773f8ea7a5eb1c825160c38312980c442e5c7e49");
        assertThat(Aes256k.integrityKey(RFC_KEY, 2).toHex())
                .isEqualTo("69b16514e3cd8e56b82010d5c73012b622c4d00ffc23ed1f");
    }

    @Test
    void rfc8009EncryptsNothingSo() {
        Bytes confounder = Bytes.hex("f764e9fa15c276478b2c7d0c4e5f58e4");
        assertThat(Aes256k.encrypt(RFC_KEY, 2, confounder, Bytes.EMPTY).toHex())
                .isEqualTo("41f53fa5bfe7026d91faf9be959195a058707273a96a40f0a01960621ac612748b9bbfbe7eb4ce3c");
    }

    @Test
    void bothTypesGiveBackWhatTheyGot() {
        TestKeys keys = new TestKeys(3);
        for (int type : new int[] {CryptoKey.AES, CryptoKey.AES256K}) {
            CryptoKey key = CryptoKey.generate(type, keys.now, keys.entropy);
            assertThat(CryptoKey.parse(key.toBase64())).isEqualTo(key);
            for (int length = 0; length < 70; length++) {
                Bytes plain = keys.entropy.bytes(length);
                Bytes cipher = key.encrypt(KeyUsage.AUTHORIZE, plain, keys.entropy);
                assertThat(key.decrypt(KeyUsage.AUTHORIZE, cipher)).isEqualTo(plain);
                if (type == CryptoKey.AES256K) {
                    assertThatThrownBy(() -> key.decrypt(KeyUsage.TICKET_BLOB, cipher))
                            .isInstanceOf(DecodeException.class);
                }
            }
        }
    }

    @Test
    void threeGenerationsOverlap() {
        TestKeys keys = new TestKeys(4);
        Utime start = keys.now;
        RotatingSecrets secrets = RotatingSecrets.EMPTY.rotated(start, TestKeys.HOUR, CryptoKey.AES, keys.entropy);
        assertThat(secrets.secrets().navigableKeySet()).containsExactly(1L, 2L, 3L);
        assertThat(secrets.rotated(start, TestKeys.HOUR, CryptoKey.AES, keys.entropy)).isSameAs(secrets);
        long issued = secrets.current(start).getKey();
        assertThat(issued).isEqualTo(2);
        // a ticket lives an hour: its key must be known as long, however late it was issued
        for (int minutes = 0; minutes < 600; minutes += 7) {
            Utime now = Utime.ofMillis(start.toMillis() + minutes * 60_000L);
            RotatingSecrets then = secrets.rotated(now, TestKeys.HOUR, CryptoKey.AES, keys.entropy);
            long id = then.current(now).getKey();
            Utime hourLater = Utime.ofMillis(now.toMillis() + TestKeys.HOUR);
            assertThat(then.rotated(hourLater, TestKeys.HOUR, CryptoKey.AES, keys.entropy).find(id)).isNotNull();
            secrets = then;
        }
    }

    @Test
    void keyringsAreReadAndPrinted() {
        String text = """
                # made by hand
                [client.admin]
                	key = AQBPZ/ZjAAAAABAAYWJjZGVmZ2hpamtsbW5vcA==
                	caps mds = "allow *"   ; comment
                	caps osd = "allow rwx pool=\\"a b\\""

                [mon.]
                key=AQBPZ/ZjAAAAABAAYWJjZGVmZ2hpamtsbW5vcA==
                caps_mon = allow *
                """;
        KeyRing ring = KeyRing.parse(text);
        EntityAuth admin = ring.keys().get(EntityAuthName.parse("client.admin"));
        assertThat(admin.caps()).containsEntry("mds", "allow *").containsEntry("osd", "allow rwx pool=\"a b\"");
        assertThat(admin.key().secret().utf8()).isEqualTo("abcdefghijklmnop");
        assertThat(ring.keys().get(EntityAuthName.parse("mon.")).caps()).containsEntry("mon", "allow *");
        assertThat(KeyRing.parse(ring.print())).isEqualTo(ring);
    }
}
