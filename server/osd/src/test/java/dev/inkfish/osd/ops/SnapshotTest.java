package dev.inkfish.osd.ops;

import static dev.inkfish.osd.ops.TestClient.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objclass.ObjectClasses;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.osdmap.PoolSnap;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.SnapContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Snapshots. The listings of [#clonesAndOverlapsAsCeph] are those that a Ceph 16.2.15 gave for the same steps.
class SnapshotTest {
    private final FakeHost host = new FakeHost();
    private final PrimaryOps ops =
            new PrimaryOps(host, ObjectClasses.all(), OpsSettings.DEFAULT.withCachedObjects(3), CopySource.NONE);
    private final TestClient client = new TestClient(4100, ops);

    private void context(long... newestFirst) {
        List<Long> snaps = new ArrayList<>();
        for (long snap : newestFirst) {
            snaps.add(snap);
        }
        client.snaps = new SnapContext(snaps.isEmpty() ? 0 : snaps.getFirst(), snaps);
    }

    private void removeSnaps(long... snaps) {
        ops.onMap(host.changeMap(inc -> {
            IntervalSet removed = IntervalSet.EMPTY;
            for (long snap : snaps) {
                removed = removed.plus(snap, 1);
            }
            inc.newRemovedSnaps.put(FakeHost.POOL, removed);
        }));
        host.pass(10);
    }

    @Test
    void clonesAndOverlapsAsCeph() {
        String first = "2 [2] 8192 0+4096 4106+4086";
        client.ask("o", writeFull("A".repeat(8192)));
        context(2);
        client.ask("o", write(4096, "B".repeat(10)));
        assertThat(client.listSnaps("o")).containsExactly(first, "head [] 8192");
        context(3, 2);
        client.ask("o", write(0, "CCCC"));
        assertThat(client.listSnaps("o")).containsExactly(first, "3 [3] 8192 4+8188", "head [] 8192");
        client.ask("o", write(8192, "CCCC"));
        assertThat(client.listSnaps("o")).containsExactly(first, "3 [3] 8192 4+8188", "head [] 8196");
        client.ask("o", truncate(100));
        assertThat(client.listSnaps("o")).containsExactly(first, "3 [3] 8192 4+96", "head [] 100");
        assertThat(client.textAt("o", 2)).isEqualTo("A".repeat(8192));
        assertThat(client.textAt("o", 3)).startsWith("AAAA").contains("BBBBBBBBBBA");
        context(4, 3, 2);
        assertThat(client.code("o", delete())).isZero();
        assertThat(client.listSnaps("o")).containsExactly(first, "3 [3] 8192 4+96", "4 [4] 100");
        assertThat(client.code("o", plain(OpCode.STAT))).isEqualTo(-2);
        assertThat(client.code("o", delete())).isEqualTo(-2);
        assertThat(client.textAt("o", 4)).startsWith("CCCCAAAA");
        client.ask("o", writeFull("new"));
        assertThat(client.listSnaps("o")).containsExactly(first, "3 [3] 8192 4+96", "4 [4] 100", "head [] 3");
        assertThat(client.code("o", rollback(3))).isZero();
        assertThat(client.listSnaps("o")).containsExactly(first, "3 [3] 8192 4+96", "4 [4] 100", "head [] 8192");
        assertThat(client.text("o")).isEqualTo(client.textAt("o", 3));
        client.ask("p", writeFull("pp"));
        assertThat(client.code("p", rollback(2))).as("it was not there then").isZero();
        assertThat(client.code("p", plain(OpCode.STAT))).isEqualTo(-2);
        removeSnaps(3);
        assertThat(client.listSnaps("o")).containsExactly("2 [2] 8192 4+96", "4 [4] 100", "head [] 8192");
        assertThat(client.textAt("o", 3)).isNull();
        removeSnaps(2, 4);
        assertThat(client.listSnaps("o")).containsExactly("head [] 8192");
        assertThat((int) ops.snapTrimQueue().size()).isZero();
        assertThat(host.bytes).isEqualTo(8192);
        assertThat(host.objects).isEqualTo(1);
        assertThat(host.clones).isZero();
    }

    /// A rollback reads the clone on every member, also on one that gets what it lacks while clients write.
    @Test
    void aRollbackWaitsForWhoLacksTheClone() {
        client.ask("o", writeFull("old"));
        context(2);
        client.ask("o", writeFull("new"));
        host.lacked.add(client.request("o", 2).object());
        assertThat(client.code("o", writeFull("newer"))).as("a change that does not read it").isZero();
        client.post("o", rollback(2));
        assertThat(client.replies).isEmpty();
        host.recover();
        assertThat(client.take().result()).isZero();
        assertThat(client.text("o")).isEqualTo("old");
    }

    @Test
    void aDeletedObjectGoesWithItsLastClone() {
        client.ask("o", writeFull("x"));
        context(1);
        client.ask("o", delete());
        assertThat(host.whiteouts).isEqualTo(1);
        assertThat(host.store.exists(host.collection(), id("o", HObject.HEAD))).isTrue();
        removeSnaps(1);
        assertThat(host.store.exists(host.collection(), id("o", HObject.HEAD))).isFalse();
        assertThat(host.store.exists(host.collection(), id("o", 1))).isFalse();
        assertThat(List.of(host.whiteouts, host.objects, host.clones, host.bytes)).containsOnly(0L);
    }

    private GhObject id(String oid, long snap) {
        return GhObject.of(client.request(oid, snap).object());
    }

    @Test
    void aCloneServesAllSnapshotsSinceTheLastWrite() {
        client.ask("o", writeFull("x"));
        context(3, 2, 1);
        client.ask("o", writeFull("y"));
        assertThat(client.listSnaps("o")).containsExactly("3 [1, 2, 3] 1", "head [] 1");
        removeSnaps(2);
        assertThat(client.listSnaps("o")).containsExactly("3 [1, 3] 1", "head [] 1");
        assertThat(client.textAt("o", 1)).isEqualTo("x");
        assertThat(client.textAt("o", 2)).isNull();
        assertThat(client.textAt("o", 9)).as("newer than all writes").isEqualTo("y");
    }

    @Test
    void poolSnapshotsComeFromTheMap() {
        client.ask("o", writeFull("x"));
        host.changePool(pool -> {
            pool.setFlag(PgPool.FLAG_POOL_SNAPS);
            pool.snapSeq = 1;
            pool.snaps.put(1L, new PoolSnap(1, Utime.ZERO, "one"));
            return pool;
        });
        client.ask("o", writeFull("y"));
        assertThat(client.textAt("o", 1)).isEqualTo("x");
    }

    @Test
    void anOldContextIsRefusedIfOrderMatters() {
        context(5);
        client.ask("o", writeFull("x"));
        context(4);
        client.flags |= OsdFlags.ORDERSNAP;
        assertThat(client.code("o", writeFull("y"))).isEqualTo(-85);
        client.flags &= ~OsdFlags.ORDERSNAP;
        assertThat(client.code("o", writeFull("y"))).isZero();
        client.snaps = new SnapContext(3, List.of(4L));
        assertThat(client.code("o", writeFull("y"))).isEqualTo(-22);
    }

    @Test
    void recoveryKeepsTheIndex() {
        client.ask("o", writeFull("x"));
        context(2, 1);
        client.ask("o", writeFull("y"));
        HObject clone = client.request("o", 2).object();
        Transaction gone = new Transaction();
        SnapIndex.onRemoved(gone, host.store, host.collection(), clone);
        var attrs = host.store.attrs(host.collection(), GhObject.of(clone));
        host.store.submit(host.collection(), gone, () -> {});
        assertThat(SnapIndex.clonesOf(host.store, host.collection(), 1, 10)).isEmpty();
        Transaction pushed = new Transaction().remove(host.collection(), GhObject.of(clone));
        host.store.submit(host.collection(), pushed, () -> {});
        Transaction back = new Transaction();
        SnapIndex.onPushed(back, host.store, host.collection(), clone, attrs);
        host.store.submit(host.collection(), back, () -> {});
        assertThat(SnapIndex.clonesOf(host.store, host.collection(), 1, 10)).containsExactly(clone);
    }

    // ---- against a model

    /// A few objects under random writes, snapshots, rollbacks and removals of snapshots: every snapshot
    /// reads as it was, the statistics add up, and in the end nothing is left behind.
    @Test
    void randomHistories() {
        for (int seed = 0; seed < 60; seed++) {
            new History(seed).run();
        }
    }

    private static final class History {
        private final int seed;
        private final Random random;
        private final SnapshotTest world = new SnapshotTest();
        private final Map<String, String> head = new TreeMap<>();
        private final TreeMap<Long, Map<String, String>> snapshots = new TreeMap<>();
        private long lastSnap;

        History(int seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        void run() {
            for (int step = 0; step < 120; step++) {
                step();
                if (random.nextInt(8) == 0) {
                    verify();
                }
            }
            verify();
            removeAll();
        }

        private void step() {
            String oid = "o" + random.nextInt(3);
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> write(oid);
                case 3 -> {
                    String text = text(random.nextInt(40));
                    world.client.ask(oid, writeFull(text));
                    head.put(oid, text);
                }
                case 4 -> truncateTo(oid, random.nextInt(60));
                case 5 -> zeroPart(oid);
                case 6 -> {
                    assertThat(world.client.code(oid, delete())).isEqualTo(head.containsKey(oid) ? 0 : -2);
                    head.remove(oid);
                }
                case 7, 8 -> {
                    snapshots.put(++lastSnap, new TreeMap<>(head));
                    newContext();
                }
                case 9 -> rollBack(oid);
                case 10 -> {
                    if (!snapshots.isEmpty()) {
                        long snap = pick();
                        snapshots.remove(snap);
                        newContext();
                        world.removeSnaps(snap);
                    }
                }
                default -> {
                    OsdOp failing = compare(0, "never");
                    world.client.ask(oid, TestClient.write(0, "zz"), failing);
                }
            }
        }

        private long pick() {
            List<Long> all = new ArrayList<>(snapshots.keySet());
            return all.get(random.nextInt(all.size()));
        }

        private String text(int length) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < length; i++) {
                text.append((char) ('a' + random.nextInt(26)));
            }
            return text.toString();
        }

        private void newContext() {
            List<Long> newestFirst = new ArrayList<>(snapshots.descendingKeySet());
            world.client.snaps = new SnapContext(lastSnap, newestFirst);
        }

        private void write(String oid) {
            int offset = random.nextInt(50);
            String text = text(1 + random.nextInt(20));
            world.client.ask(oid, TestClient.write(offset, text));
            StringBuilder content = new StringBuilder(head.getOrDefault(oid, ""));
            while (content.length() < offset + text.length()) {
                content.append('\0');
            }
            head.put(oid, content.replace(offset, offset + text.length(), text).toString());
        }

        private void truncateTo(String oid, int size) {
            world.client.ask(oid, truncate(size));
            String content = head.get(oid);
            if (content != null) {
                String longer = content + "\0".repeat(Math.max(0, size - content.length()));
                head.put(oid, longer.substring(0, size));
            }
        }

        private void zeroPart(String oid) {
            int offset = random.nextInt(50);
            int length = 1 + random.nextInt(20);
            world.client.ask(oid, zero(offset, length));
            String content = head.get(oid);
            if (content != null && offset < content.length()) {
                boolean toEnd = offset + length >= content.length();
                String rest = toEnd ? "" : "\0".repeat(length) + content.substring(offset + length);
                head.put(oid, content.substring(0, offset) + rest);
            }
        }

        private void rollBack(String oid) {
            if (snapshots.isEmpty()) {
                return;
            }
            long snap = pick();
            assertThat(world.client.code(oid, rollback(snap))).isZero();
            String then = snapshots.get(snap).get(oid);
            if (then == null) {
                head.remove(oid);
            } else {
                head.put(oid, then);
            }
        }

        private void verify() {
            long bytes = 0;
            for (int i = 0; i < 3; i++) {
                String oid = "o" + i;
                assertThat(world.client.text(oid)).as("seed %d head of %s", seed, oid).isEqualTo(head.get(oid));
                snapshots.forEach((snap, content) -> assertThat(world.client.textAt(oid, snap))
                        .as("seed %d %s at %d", seed, oid, snap)
                        .isEqualTo(content.get(oid)));
                bytes += listedBytes(oid);
            }
            assertThat(world.host.bytes).as("seed %d bytes", seed).isEqualTo(bytes);
        }

        /// What the clones hold alone, and the head.
        private long listedBytes(String oid) {
            long bytes = 0;
            for (String line : world.client.listSnaps(oid)) {
                if (line.startsWith("error")) {
                    return 0;
                }
                String[] words = line.substring(line.indexOf(']') + 2).split(" ");
                bytes += Long.parseLong(words[0]);
                for (int i = 1; i < words.length; i++) {
                    bytes -= Long.parseLong(words[i].substring(words[i].indexOf('+') + 1));
                }
            }
            return bytes;
        }

        private void removeAll() {
            for (long snap : new TreeSet<>(snapshots.keySet())) {
                world.removeSnaps(snap);
            }
            world.client.snaps = new SnapContext(lastSnap, List.of());
            List.copyOf(head.keySet()).forEach(oid -> assertThat(world.client.code(oid, delete())).isZero());
            assertThat(List.of(world.host.bytes, world.host.objects, world.host.clones, world.host.whiteouts))
                    .as("seed %d", seed)
                    .containsOnly(0L);
            assertThat(world.host.store.list(world.host.collection(), GhObject.MIN, GhObject.MAX, 10))
                    .as("seed %d", seed)
                    .allMatch(object -> object.hobject().equals(SnapIndex.OBJECT));
        }
    }
}
