package dev.inkfish.mgr.rbd.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import dev.inkfish.wire.CephException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// Bytes as they are; a file a snapshot (`RawFormat`).
record RawImage(List<ByteSource> snapshots, ByteSource head) implements ForeignImage {
    static RawImage open(JsonNode spec, UnaryOperator<String> configKeys) {
        List<ByteSource> opened = new ArrayList<>();
        try {
            for (JsonNode snapshot : spec.path("snapshots")) {
                opened.add(ByteSource.open(snapshot.path("stream"), configKeys));
            }
            return new RawImage(opened, ByteSource.open(spec.path("stream"), configKeys));
        } catch (CephException e) {
            opened.forEach(ByteSource::close);
            throw e;
        }
    }

    private ByteSource at(long snap) {
        return ForeignImage.pick(snapshots, head, snap);
    }

    @Override
    public long size(long snap) {
        return at(snap).size();
    }

    @Override
    public List<Long> origins(long snap, long offset, long length) {
        return List.of(snap);
    }

    @Override
    public void read(long snap, long offset, byte[] target, int at, int length) {
        at(snap).read(offset, target, at, length);
    }

    @Override
    public void close() {
        snapshots.forEach(ByteSource::close);
        head.close();
    }
}
