package dev.inkfish.cephx;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;

/// Signatures of msgr1 messages (`CephxSessionHandler`): the sums in a message's header and footer,
/// encrypted with the session key.
///
/// @param key the session key; see [#of]
public record SessionSignature(CryptoKey key) {
    /// What is signed of one message: its checksums, lengths and the low half of its sequence number.
    public record Sums(
            int headerCrc,
            int frontCrc,
            int frontLength,
            int middleCrc,
            int middleLength,
            int dataCrc,
            int dataLength,
            int sequence) {}

    /// @param secret `sessionKey` of a finished authentication; 16 bytes are an `aes` key, 32 `aes256k`
    public static SessionSignature of(Bytes secret) {
        int type = secret.length() >= Aes256k.KEY_SIZE ? CryptoKey.AES256K : CryptoKey.AES;
        return new SessionSignature(new CryptoKey(type, Utime.ZERO, secret));
    }

    /// For peers with the feature `CEPHX_V2` (mimic and later), and all with an `aes256k` key.
    public long sign(Sums sums) {
        WireWriter block = new WireWriter(32);
        block.u32(sums.headerCrc).u32(sums.frontCrc).u32(sums.frontLength).u32(sums.middleCrc);
        block.u32(sums.middleLength).u32(sums.dataCrc).u32(sums.dataLength).u32(sums.sequence);
        if (key.type() == CryptoKey.AES256K) {
            return Sealed.fold(key.hmacSha256(block.toBytes()));
        }
        // the block of padding behind does not count
        return Sealed.fold(key.encryptAes(block.toBytes()).slice(0, 32));
    }

    /// For older peers: only the checksums.
    public long signLegacy(Sums sums) {
        WireWriter block = new WireWriter(32);
        block.u8(1).u64(Sealed.MAGIC).u32(16);
        block.u32(sums.headerCrc).u32(sums.frontCrc).u32(sums.middleCrc).u32(sums.dataCrc);
        return key.encryptAes(block.toBytes()).reader().u64();
    }
}
