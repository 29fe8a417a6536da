package dev.inkfish.mgr.rbd;

import dev.inkfish.mgr.rbd.foreign.ForeignImage;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a migration copies from: an image of the cluster, or one that is not.
sealed interface MigrationSource extends AutoCloseable {
    /// @param snap [RadosClient#NO_SNAP] for the present
    ImageView at(long snap);

    /// Of an object of the target.
    History history(ImageLayout target, long number);

    /// What an object of the target is made of over the snapshots.
    interface History {
        /// Where two snapshots have the same, the content is the same; [ObjectStates#ABSENT] is what the source does not have
        /// itself.
        List<Long> at(long snap);

        /// Whether a range of the object was written between two snapshots, with the same bytes perhaps.
        boolean written(long one, long other, int offset, int length);
    }

    /// Whether there is an image that it was cloned from.
    boolean isClone();

    @Override
    default void close() {}

    /// @throws CephException ENOENT if it is not there
    static MigrationSource of(RbdHost host, Migration migration) {
        if (migration.isImport()) {
            return ImportSpec.open(host, migration);
        }
        Image image = migration.source();
        if (image == null) {
            throw new CephException(Errno.ENOENT, "the source is not there");
        }
        return new OwnImage(image, RadosClient.NO_SNAP);
    }

    /// @param head the snapshot that stands for the present, [RadosClient#NO_SNAP] if the image itself does
    record OwnImage(Image image, long head) implements MigrationSource {
        private long snapOf(long snap) {
            return snap == RadosClient.NO_SNAP ? head : snap;
        }

        @Override
        public ImageView at(long snap) {
            return new ImageReader(image, snapOf(snap));
        }

        @Override
        public History history(ImageLayout target, long number) {
            SortedMap<Long, ObjectStates> all = new TreeMap<>();
            for (long at = 0; at < target.objectSize(); at += piece(target)) {
                all.computeIfAbsent(image.layout().objectOf(target.imageOffset(number, at)),
                        object -> ObjectStates.of(image.data(), image.object(object)));
            }
            return new History() {
                @Override
                public List<Long> at(long snap) {
                    return all.values().stream().map(each -> each.at(snapOf(snap))).toList();
                }

                @Override
                public boolean written(long one, long other, int offset, int length) {
                    for (long at = offset; at < offset + length; ) {
                        long from = target.imageOffset(number, at);
                        long count = Math.min(piece(target) - at % piece(target), offset + length - at);
                        ObjectStates states = all.getOrDefault(image.layout().objectOf(from), ObjectStates.NONE);
                        if (states.writtenBetween(snapOf(one), snapOf(other), image.layout().offsetInObject(from), count)) {
                            return true;
                        }
                        at += count;
                    }
                    return false;
                }
            };
        }

        /// How much of an object of either lies in one piece in the other's.
        private long piece(ImageLayout target) {
            return Math.min(target.unit(), image.layout().unit());
        }

        @Override
        public boolean isClone() {
            return image.parent() != null;
        }
    }

    record Foreign(ForeignImage image) implements MigrationSource {
        private record View(ForeignImage image, long snap, long size) implements ImageView {
            @Override
            public long overlap() {
                return 0;
            }

            @Override
            public void read(long offset, byte[] target, int at, int length) {
                int inside = (int) Math.min(length, size - offset);
                if (inside > 0) {
                    image.read(snap, offset, target, at, inside);
                }
            }
        }

        private static long snapOf(long snap) {
            return snap == RadosClient.NO_SNAP ? ForeignImage.HEAD : snap;
        }

        @Override
        public ImageView at(long snap) {
            return new View(image, snapOf(snap), image.size(snapOf(snap)));
        }

        @Override
        public History history(ImageLayout target, long number) {
            return new History() {
                @Override
                public List<Long> at(long snap) {
                    List<Long> all = new ArrayList<>();
                    for (long at = 0; at < target.objectSize(); at += target.unit()) {
                        all.addAll(image.origins(snapOf(snap), target.imageOffset(number, at), target.unit()));
                    }
                    return all;
                }

                @Override
                public boolean written(long one, long other, int offset, int length) {
                    return false; // a file does not tell
                }
            };
        }

        @Override
        public boolean isClone() {
            return false;
        }

        @Override
        public void close() {
            image.close();
        }
    }
}
