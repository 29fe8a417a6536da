package dev.inkfish.mgr.rbd.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.function.UnaryOperator;

/// An image that is not the cluster's (`librbd::migration::FormatInterface`). Snapshots count from 1; [#HEAD] is the present.
public interface ForeignImage extends AutoCloseable {
    long HEAD = -2;
    /// Of [#origins]: zeros that nobody wrote.
    long NOTHING = 0;

    /// @param spec with `type` and `stream`, as users give it
    /// @param configKeys what the monitors keep under a name
    static ForeignImage open(JsonNode spec, UnaryOperator<String> configKeys) {
        String type = spec.path("type").asText();
        return switch (type) {
            case "raw" -> RawImage.open(spec, configKeys);
            case "qcow" -> {
                ByteSource file = ByteSource.open(spec.path("stream"), configKeys);
                try {
                    yield QcowImage.open(file);
                } catch (CephException e) {
                    file.close();
                    throw e;
                }
            }
            default -> throw new CephException(Errno.EINVAL, "unknown source format '" + type + "'");
        };
    }

    /// @throws CephException ENOENT if there is no such snapshot
    long size(long snap);

    /// @param all in order
    static <T> T pick(List<T> all, T head, long snap) {
        if (snap == HEAD) {
            return head;
        }
        if (snap < 1 || snap > all.size()) {
            throw new CephException(Errno.ENOENT, "the source has no snapshot " + snap);
        }
        return all.get((int) snap - 1);
    }

    /// What a range is made of: where two snapshots have the same, they hold the same bytes.
    List<Long> origins(long snap, long offset, long length);

    /// @param length no further than the size
    void read(long snap, long offset, byte[] target, int at, int length);

    @Override
    void close();
}
