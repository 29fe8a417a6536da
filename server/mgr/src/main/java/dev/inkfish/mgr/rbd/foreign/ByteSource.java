package dev.inkfish.mgr.rbd.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.util.function.UnaryOperator;

/// Bytes at offsets (`librbd::migration::StreamInterface`). May be read by several threads.
interface ByteSource extends AutoCloseable {
    static ByteSource open(JsonNode stream, UnaryOperator<String> configKeys) {
        String type = stream.path("type").asText();
        return switch (type) {
            case "file" -> FileSource.open(stream.path("file_path").asText());
            case "http" -> HttpSource.open(stream.path("url").asText(), HttpSource.PLAIN);
            case "s3" -> {
                S3Signature signature = S3Signature.of(stream, configKeys);
                yield HttpSource.open(S3Signature.text(stream, "url"), signature::sign);
            }
            default -> throw new CephException(Errno.EINVAL, "unknown stream '" + type + "'");
        };
    }

    long size();

    /// @throws CephException ERANGE if there are not so many bytes
    void read(long offset, byte[] target, int at, int length);

    default byte[] read(long offset, int length) {
        byte[] bytes = new byte[length];
        read(offset, bytes, 0, length);
        return bytes;
    }

    @Override
    void close();

    static CephException failed(String what, IOException cause) {
        return new CephException(Errno.EIO, what + ": " + cause);
    }
}
