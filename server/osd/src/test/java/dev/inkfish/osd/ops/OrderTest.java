package dev.inkfish.osd.ops;

import static dev.inkfish.osd.ops.TestClient.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objclass.ObjectClasses;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.osd.OsdFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A client with several requests to one object under way: its changes, and the reads that it wants in order, take place
/// and are answered in the order in which it made them, whatever the object waits for meanwhile.
class OrderTest {
    private static final String OID = "a";
    private static final HObject OBJECT = HObject.head(OID, "", OID.hashCode(), "", FakeHost.POOL);

    private final FakeHost host = new FakeHost();
    private final PrimaryOps ops = new PrimaryOps(host, ObjectClasses.all(), OpsSettings.DEFAULT, CopySource.NONE);
    private final TestClient client = new TestClient(4100, ops);
    /// The requests whose order counts.
    private final List<Long> ordered = new ArrayList<>();
    private final List<Long> changes = new ArrayList<>();

    private void write() {
        client.post(OID, writeFull("version " + (client.tid + 1)));
        ordered.add(client.tid);
        changes.add(client.tid);
    }

    private void read() {
        client.post(OID, TestClient.read(0, 0));
    }

    private void orderedRead() {
        client.flags |= OsdFlags.RWORDERED;
        read();
        client.flags &= ~OsdFlags.RWORDERED;
        ordered.add(client.tid);
    }

    private void finish() {
        for (int i = 0; i < 10; i++) {
            host.recover();
            host.endScrub();
            host.commit();
        }
        assertThat(client.answered).hasSize((int) client.tid);
        assertThat(client.answered.stream().filter(ordered::contains)).containsExactlyElementsOf(ordered);
        assertThat(host.log).extracting(entry -> entry.reqid().tid()).containsExactlyElementsOf(changes);
        host.delayed = false;
        client.replies.clear();
        assertThat(client.text(OID)).isEqualTo("version " + changes.getLast());
    }

    /// A change that waited behind a read found a scrub there, behind which others waited already.
    @Test
    void whoWaitsBehindAReadIsNotOvertakenByWhoWaitsForAScrub() {
        host.delayed = true;
        write();
        read();
        write();
        host.scrubbing.add(OBJECT);
        write();
        host.commitOne();
        finish();
    }

    @Test
    void whoWaitsForAScrubIsNotOvertakenByWhoWaitsForRecovery() {
        host.delayed = true;
        host.scrubbing.add(OBJECT);
        write();
        host.degraded.add(OBJECT);
        write();
        host.endScrub();
        finish();
    }

    @Test
    void readsPassChangesThatWaitForAnObjectsRecovery() {
        write();
        host.degraded.add(OBJECT);
        write();
        orderedRead();
        read();
        assertThat(client.answered).containsExactly(1L, 4L);
        finish();
    }

    @Test
    void aReadBehindAChangeUnderWayPassesThoseThatWaitForAScrub() {
        host.delayed = true;
        write();
        host.scrubbing.add(OBJECT);
        write();
        read();
        assertThat(client.answered).isEmpty();
        host.commitOne();
        assertThat(client.answered).containsExactly(1L, 3L);
        finish();
    }

    @Test
    void anything() {
        for (int seed = 0; seed < 3000; seed++) {
            try {
                new OrderTest().anything(new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private void anything(Random random) {
        host.delayed = true;
        write();
        for (int i = 0; i < 40; i++) {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> write();
                case 3, 4 -> read();
                case 5 -> orderedRead();
                case 6 -> host.degraded.add(OBJECT);
                case 7 -> host.unreadable.add(OBJECT);
                case 8 -> host.scrubbing.add(OBJECT);
                case 9 -> host.recover();
                case 10 -> host.endScrub();
                default -> {
                    if (host.uncommittedCount() > 0) {
                        host.commitOne();
                    }
                }
            }
        }
        finish();
    }
}
