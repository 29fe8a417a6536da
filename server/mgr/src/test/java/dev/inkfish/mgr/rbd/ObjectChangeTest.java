package dev.inkfish.mgr.rbd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.rados.RadosClient;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.osd.CloneInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// How a migration carries an object's states over: what its snapshots read, and the steps from one to the next.
class ObjectChangeTest {
    private static final int SIZE = 40_000;

    /// An object written before snapshot 3, changed after it and after 7, not written since 7; 9 was taken later.
    @Test
    void aSnapshotReadsTheStateThatItKeeps() {
        ObjectStates states = new ObjectStates(List.of(
                new CloneInfo(3, List.of(3L), List.of(), 10),
                new CloneInfo(7, List.of(5L, 7L), List.of(), 10),
                new CloneInfo(RadosClient.NO_SNAP, List.of(), List.of(), 10)), 7);
        assertThat(List.of(states.at(3), states.at(5), states.at(7), states.at(9), states.at(RadosClient.NO_SNAP)))
                .containsExactly(3L, 7L, 7L, RadosClient.NO_SNAP, RadosClient.NO_SNAP);
    }

    /// One that was written first after snapshot 4, and one that is gone but for a snapshot.
    @Test
    void aSnapshotThatKeepsNothingReadsNothing() {
        ObjectStates young = new ObjectStates(List.of(new CloneInfo(RadosClient.NO_SNAP, List.of(), List.of(), 10)), 4);
        assertThat(young.at(4)).isEqualTo(ObjectStates.ABSENT);
        ObjectStates removed = new ObjectStates(List.of(new CloneInfo(4, List.of(4L), List.of(), 10)), 4);
        assertThat(removed.at(6)).isEqualTo(ObjectStates.ABSENT);
        assertThat(removed.at(RadosClient.NO_SNAP)).isEqualTo(ObjectStates.ABSENT);
        assertThat(removed.at(4)).isEqualTo(4);
    }

    @Test
    void anObjectOfZerosThatHidesItsParentIsCreatedAndOneThatIsGoneIsDeleted() {
        assertThat(ObjectChange.between(null, new byte[SIZE], ObjectChange.Written.NOT_TOLD)).containsExactly(new ObjectChange.Create());
        assertThat(ObjectChange.between(new byte[SIZE], null, ObjectChange.Written.NOT_TOLD)).containsExactly(new ObjectChange.Delete());
        assertThat(ObjectChange.between(null, null, ObjectChange.Written.NOT_TOLD)).isEmpty();
        assertThat(ObjectChange.between(new byte[SIZE], new byte[SIZE], ObjectChange.Written.NOT_TOLD)).isEmpty();
    }

    /// An object of 8,000 bytes of which 4,096 to 6,000 were written after snapshot 3, and nothing between 7 and the present.
    @Test
    void whatWasWrittenAgainIsCarriedOverThoughTheBytesAreTheSame() {
        var start = new CloneInfo.Range(0, 4096);
        ObjectStates states = new ObjectStates(List.of(
                new CloneInfo(3, List.of(3L), List.of(start, new CloneInfo.Range(6000, 2000)), 8000),
                new CloneInfo(7, List.of(7L), List.of(new CloneInfo.Range(0, 8000)), 8000),
                new CloneInfo(RadosClient.NO_SNAP, List.of(), List.of(), 8000)), 7);
        assertThat(states.writtenBetween(3, 7, 0, 4096)).isFalse();
        assertThat(states.writtenBetween(3, 7, 4096, 4096)).isTrue();
        assertThat(states.writtenBetween(7, 3, 4096, 4096)).isTrue();
        assertThat(states.writtenBetween(3, RadosClient.NO_SNAP, 4096, 4096)).isTrue();
        assertThat(states.writtenBetween(7, RadosClient.NO_SNAP, 0, 8192)).isFalse();
        assertThat(states.writtenBetween(3, 7, 8000, 4096)).isFalse();
        assertThat(states.writtenBetween(2, 7, 0, 1)).isTrue();
        assertThat(ObjectStates.NONE.writtenBetween(3, 7, 0, 1)).isFalse();

        byte[] same = new byte[SIZE];
        Arrays.fill(same, 0, 20_000, (byte) 1);
        assertThat(ObjectChange.between(same, same.clone(), (offset, length) -> offset >= 8192 && offset < 16_384))
                .containsExactly(new ObjectChange.Write(8192, Bytes.wrap(same, 8192, 8192)));
        assertThat(ObjectChange.between(same, same.clone(), (offset, length) -> offset >= 24_000)).isEmpty();
    }

    /// Random contents, changed in a few places, some by zeros: the changes lead from one to the other, and touch no block
    /// that is the same.
    @Test
    void theChangesLeadFromOneContentToTheNext() {
        Random random = new Random(20);
        byte[] before = null;
        for (int round = 0; round < 500; round++) {
            byte[] after = random.nextInt(9) == 0 ? null : before == null ? new byte[SIZE] : before.clone();
            for (int i = 0; after != null && i < random.nextInt(4); i++) {
                int from = random.nextInt(SIZE);
                int to = Math.min(SIZE, from + random.nextInt(9_000));
                if (random.nextInt(3) == 0) {
                    Arrays.fill(after, from, random.nextBoolean() ? SIZE : to, (byte) 0);
                } else {
                    byte[] data = new byte[to - from];
                    random.nextBytes(data);
                    System.arraycopy(data, 0, after, from, data.length);
                }
            }
            List<ObjectChange> changes = ObjectChange.between(before, after, ObjectChange.Written.NOT_TOLD);
            assertThat(apply(before, changes)).as("round %d: %s", round, changes).isEqualTo(after);
            if (Arrays.equals(before, after)) {
                assertThat(changes).isEmpty();
            }
            before = after;
        }
    }

    private static byte @Nullable [] apply(byte @Nullable [] before, List<ObjectChange> changes) {
        byte[] content = before == null ? new byte[SIZE] : before.clone();
        boolean there = before != null;
        for (ObjectChange change : changes) {
            there = true;
            switch (change) {
                case ObjectChange.Create create -> {}
                case ObjectChange.Delete delete -> there = false;
                case ObjectChange.Write write -> write.data().copyTo(0, content, write.offset(), write.data().length());
                case ObjectChange.Zero zero -> Arrays.fill(content, zero.offset(), zero.offset() + zero.length(), (byte) 0);
                case ObjectChange.Truncate cut -> Arrays.fill(content, cut.size(), SIZE, (byte) 0);
            }
        }
        return there ? content : null;
    }
}
