package dev.inkfish.mgr.rbd.foreign;

import java.util.List;

/// Bytes as they are; a file a snapshot (`RawFormat`).
record RawImage(List<ByteSource> snapshots, ByteSource head) implements ForeignImage {
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
