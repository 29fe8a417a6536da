package dev.inkfish.objclass;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.function.Consumer;
import java.util.function.Function;

/// Encoding and decoding as classes need it: a malformed argument is the caller's EINVAL, malformed
/// state on the object is EIO.
public final class Codec {
    private Codec() {}

    public static <T> T input(Bytes bytes, Function<WireReader, T> decoder) {
        return decode(bytes, decoder, Errno.EINVAL, "malformed argument: ");
    }

    public static <T> T stored(Bytes bytes, Function<WireReader, T> decoder) {
        return decode(bytes, decoder, Errno.EIO, "malformed state: ");
    }

    public static Bytes encode(Consumer<WireWriter> encoder) {
        WireWriter out = new WireWriter();
        encoder.accept(out);
        return out.toBytes();
    }

    public static CephException fail(Errno errno, String message) {
        return new CephException(errno, message);
    }

    private static <T> T decode(Bytes bytes, Function<WireReader, T> decoder, Errno errno, String what) {
        try {
            return decoder.apply(bytes.reader());
        } catch (DecodeException e) {
            throw new CephException(errno, what + e.getMessage());
        }
    }
}
