package dev.inkfish.codecs;

import dev.inkfish.wire.Bytes;

/// A type of the wire under the name that Ceph's own tools have for it.
public interface Codec {
    String name();

    Class<?> type();

    boolean decodes();

    boolean encodes();

    Object decode(Bytes bytes);

    /// Encodes for a peer of these features.
    Bytes encode(Object value, long features);
}
