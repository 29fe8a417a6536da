package dev.inkfish.osd.ops;

import static dev.inkfish.osd.ops.TestClient.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objclass.ObjectClasses;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.osd.ObjectCopyData;
import dev.inkfish.wire.osd.ObjectLocator;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.SnapContext;
import dev.inkfish.wire.osd.PgListing;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Requests without snapshots. Outcomes marked "as Ceph" were seen on a Ceph 16.2.15.
class VectorTest {
    private final FakeHost host = new FakeHost();
    private final PrimaryOps ops =
            new PrimaryOps(host, ObjectClasses.all(), OpsSettings.DEFAULT, CopySource.NONE);
    private final TestClient client = new TestClient(4100, ops);

    @Test
    void outcomesAsCeph() {
        assertThat(client.code("a", writeFull("hello"))).isZero();
        assertThat(client.code("a", create(OsdOp.EXCL))).isEqualTo(-17);
        assertThat(client.code("b", create(OsdOp.EXCL))).isZero();
        assertThat(client.code("nope", delete())).isEqualTo(-2);
        assertThat(client.code("nope", read(0, 0))).isEqualTo(-2);
        assertThat(client.code("a", getXattr("x"))).isEqualTo(-61);
        assertThat(client.code("nope", truncate(10))).isZero();
        assertThat(client.code("nope", plain(OpCode.STAT))).isEqualTo(-2);
        assertThat(client.code("a", truncate(10))).isZero();
        assertThat(client.text("a")).isEqualTo("hello\0\0\0\0\0");
        assertThat(client.code("a", write(128 << 20, "x"))).isEqualTo(-27);
        assertThat(client.code("a", setXattr("n".repeat(100), ""))).isZero();
        assertThat(client.code("a", setXattr("n".repeat(101), ""))).isEqualTo(-36);
        assertThat(client.code("o".repeat(2048), writeFull(""))).isZero();
        assertThat(client.code("o".repeat(2049), writeFull(""))).isEqualTo(-36);
        assertThat(client.code("a", compare(0, "heyyo"))).isEqualTo(-4097);
        assertThat(client.code("a", compare(100, "\0\0\0"))).isZero();
        assertThat(client.code("never", compare(0, "\0"))).isEqualTo(-2);
        assertThat(client.code("zz", zero(0, 10))).isZero();
        assertThat(client.code("zz", plain(OpCode.STAT))).isEqualTo(-2);
        assertThat(client.code("a", call("nocls", "x", Bytes.EMPTY))).isEqualTo(-1);
        assertThat(client.code("a", call("hello", "x", Bytes.EMPTY))).isEqualTo(-95);
        assertThat(client.ask("a", call("hello", "say_hello", Bytes.utf8("me"))).ops().getFirst().output().utf8())
                .isEqualTo("Hello, me!");
        assertThat(client.code("nope", call("hello", "say_hello", Bytes.EMPTY))).isEqualTo(-2);
    }

    @Test
    void zerosAndRepeatedWritesAsCeph() {
        client.ask("c", new OsdOp(OpCode.WRITESAME, new OpArgs.WriteSame(0, 6, 2), Bytes.utf8("ab")));
        assertThat(client.text("c")).isEqualTo("ababab");
        assertThat(client.code("c", new OsdOp(OpCode.WRITESAME, new OpArgs.WriteSame(0, 5, 2), Bytes.utf8("ab"))))
                .isEqualTo(-22);
        client.ask("c", zero(1, 2));
        assertThat(client.text("c")).isEqualTo("a\0\0bab");
        client.ask("c", zero(4, 100));
        assertThat(client.text("c")).isEqualTo("a\0\0b");
        client.ask("c", zero(50, 10));
        assertThat(client.text("c")).isEqualTo("a\0\0b");
        assertThat(host.bytes).isEqualTo(4);
        client.ask("c", extent(OpCode.APPEND, 0, 2, Bytes.utf8("zz")));
        assertThat(client.text("c")).isEqualTo("a\0\0bzz");
    }

    @Test
    void omapAsCeph() {
        client.ask("c", omapSet("k1", "v1", "k2", "v2", "k3", "v3"));
        assertThat(values("c", "", "", 10)).containsExactly("k1=v1", "k2=v2", "k3=v3", "end");
        assertThat(values("c", "k1", "", 10)).containsExactly("k2=v2", "k3=v3", "end");
        assertThat(values("c", "", "k2", 10)).containsExactly("k2=v2", "end");
        assertThat(values("c", "", "", 1)).containsExactly("k1=v1", "more");
        Bytes removed = new WireWriter().list(List.of("k1", "kx"), WireWriter::string).toBytes();
        assertThat(client.code("nope", plain(OpCode.OMAPRMKEYS, removed))).isEqualTo(-2);
        client.ask("c", plain(OpCode.OMAPRMKEYS, removed));
        client.ask("c", plain(OpCode.OMAPRMKEYRANGE, new WireWriter().string("k2").string("k3").toBytes()));
        assertThat(values("c", "", "", 10)).containsExactly("k3=v3", "end");
        client.ask("c", plain(OpCode.OMAPCLEAR));
        assertThat(values("c", "", "", 10)).containsExactly("end");
        assertThat(client.code("nope", plain(OpCode.OMAPCLEAR))).isEqualTo(-2);
    }

    private List<String> values(String oid, String after, String prefix, long max) {
        WireReader in = client.ask(oid, omapValues(after, prefix, max)).ops().getFirst().output().reader();
        List<String> lines = new ArrayList<>(in.list(r -> r.string() + "=" + r.bytes().utf8()));
        lines.add(in.bool() ? "more" : "end");
        return lines;
    }

    @Test
    void aVectorThatFailsChangesNothing() {
        client.ask("a", writeFull("before"));
        MOSDOpReply reply = client.ask("a", writeFull("after"), setXattr("k", "v"), compare(0, "zzz"));
        assertThat(reply.result()).isEqualTo(-4095);
        assertThat(client.text("a")).isEqualTo("before");
        assertThat(client.code("a", getXattr("k"))).isEqualTo(-61);
    }

    @Test
    void readsOfAVectorSeeItsWrites() {
        client.flags |= OsdFlags.RETURNVEC;
        client.ask("a", writeFull("0123456789"));
        MOSDOpReply reply = client.ask("a", write(2, "AB"), truncate(8), zero(4, 2), read(0, 0), omapSet("k", "v"),
                omapValues("", "", 5), setXattr("x", "y"), getXattr("x"));
        assertThat(reply.ops().get(3).output().utf8()).isEqualTo("01AB\0\00067");
        assertThat(reply.ops().get(5).output().toHex()).contains("6b");
        assertThat(reply.ops().get(7).output().utf8()).isEqualTo("y");
        assertThat(client.text("a")).isEqualTo("01AB\0\00067");
    }

    @Test
    void anOperationMayFailIfItIsSaidSo() {
        OsdOp mayFail = new OsdOp(OpCode.DELETE, OsdOp.FAILOK, OpArgs.NONE, Bytes.EMPTY);
        MOSDOpReply reply = client.ask("a", mayFail, writeFull("x"));
        assertThat(reply.result()).isZero();
        assertThat(reply.ops().getFirst().code()).isEqualTo(-2);
        assertThat(client.text("a")).isEqualTo("x");
    }

    @Test
    void attributesCompare() {
        client.ask("a", setXattr("k", "5"));
        assertThat(client.code("a", compareXattr("k", "5", 1))).isEqualTo(1);
        assertThat(client.code("a", compareXattr("k", "6", 1))).isEqualTo(-125);
        assertThat(client.code("a", compareXattr("k", "6", 3))).isEqualTo(1);
        assertThat(client.code("a", compareXattr("missing", "", 1))).isEqualTo(1);
        OsdOp number = new OsdOp(OpCode.CMPXATTR, new OpArgs.Xattr(1, 8, 3, 2),
                new WireWriter().raw(Bytes.utf8("k")).u64(6).toBytes());
        assertThat(client.code("a", number)).isEqualTo(1);
    }

    @Test
    void versionsThatClientsSee() {
        long first = client.ask("a", writeFull("1")).userVersion();
        long second = client.ask("a", write(0, "2")).userVersion();
        assertThat(second).isEqualTo(first + 1);
        assertThat(client.ask("a", read(0, 0)).userVersion()).isEqualTo(second);
        client.ask("a", watch(OpArgs.Watch.WATCH, 9));
        assertThat(client.ask("a", plain(OpCode.STAT)).userVersion()).isEqualTo(second);
        assertThat(client.code("a", assertVersion(second), write(0, "x"))).isZero();
        long third = client.ask("a", plain(OpCode.STAT)).userVersion();
        assertThat(client.code("a", assertVersion(third - 1), write(0, "y"))).isEqualTo(-34);
        assertThat(client.code("a", assertVersion(third + 1), write(0, "y"))).isEqualTo(-75);
    }

    @Test
    void theReplyWaitsForTheCommitAndReadsWaitBehindIt() {
        host.delayed = true;
        client.post("a", writeFull("1"));
        client.post("a", write(0, "2"));
        TestClient reader = new TestClient(4101, ops);
        reader.post("a", read(0, 0));
        client.post("a", write(0, "3"));
        assertThat(client.replies).isEmpty();
        assertThat(reader.replies).isEmpty();
        assertThat(host.uncommittedCount()).as("the third write waits behind the read").isEqualTo(2);
        host.commitOne();
        assertThat(client.replies).hasSize(1);
        assertThat(reader.replies).isEmpty();
        host.commitOne();
        assertThat(reader.take().ops().getFirst().output().utf8()).isEqualTo("2");
        assertThat(client.replies).hasSize(2);
        host.commit();
        assertThat(client.replies).hasSize(3);
    }

    @Test
    void aResendIsAnsweredFromTheLogWhenTheChangeIsDurable() {
        host.delayed = true;
        client.post("a", extent(OpCode.APPEND, 0, 1, Bytes.utf8("x")));
        client.resend("a", extent(OpCode.APPEND, 0, 1, Bytes.utf8("x")));
        assertThat(client.replies).isEmpty();
        host.commit();
        MOSDOpReply first = client.take();
        MOSDOpReply second = client.take();
        assertThat(second.result()).isZero();
        assertThat(second.userVersion()).isEqualTo(first.userVersion());
        assertThat(second.replayVersion()).isEqualTo(first.replayVersion());
        host.delayed = false;
        assertThat(client.text("a")).isEqualTo("x");
    }

    @Test
    void aFailureIsRememberedToo() {
        client.ask("a", writeFull("x"));
        client.post("a", create(OsdOp.EXCL));
        assertThat(client.take().result()).isEqualTo(-17);
        client.ops.handle(client, client.request("a", HObject.HEAD, delete()), 100);
        client.take();
        client.ops.handle(client, client.request("a", HObject.HEAD, create(OsdOp.EXCL)), 2);
        assertThat(client.take().result()).as("the resend of the failed request").isEqualTo(-17);
    }

    @Test
    void whatIsNotRecoveredIsWaitedFor() {
        client.ask("a", writeFull("x"));
        host.unreadable.add(client.request("a", HObject.HEAD).object());
        client.post("a", read(0, 0));
        assertThat(client.replies).isEmpty();
        host.recover();
        assertThat(client.take().ops().getFirst().output().utf8()).isEqualTo("x");
        host.degraded.add(client.request("a", HObject.HEAD).object());
        assertThat(client.text("a")).isEqualTo("x");
        client.post("a", write(0, "y"));
        assertThat(client.replies).isEmpty();
        host.recover();
        assertThat(client.take().result()).isZero();
    }

    @Test
    void aFullPoolTakesOnlyWhatDoesNotGrow() {
        client.ask("a", writeFull("0123"));
        host.changePool(pool -> pool.setFlag(PgPool.FLAG_FULL).setFlag(PgPool.FLAG_FULL_QUOTA));
        client.post("a", write(0, "01234"));
        assertThat(client.replies).as("the client sends it again later").isEmpty();
        client.flags |= OsdFlags.FULL_TRY;
        assertThat(client.code("a", write(0, "01234"))).isEqualTo(-122);
        assertThat(client.code("a", write(0, "xx"))).isZero();
        client.flags |= OsdFlags.FULL_FORCE;
        assertThat(client.code("a", write(0, "01234"))).isZero();
    }

    @Test
    void aFullDiskTakesOnlyWhatDoesNotGrow() {
        client.ask("a", writeFull("0123"));
        host.full = true;
        client.post("a", write(0, "01234"));
        assertThat(client.replies).isEmpty();
        assertThat(client.code("a", write(0, "45"))).isZero();
        assertThat(client.code("a", delete())).isZero();
    }

    @Test
    void readsCountInKibibytesRoundedUpForEach() {
        client.ask("a", writeFull("0123"));
        client.ask("a", read(0, 4), read(1, 2));
        client.ask("none", read(0, 4));
        assertThat(host.readOps).isEqualTo(2);
        assertThat(host.readKib).isEqualTo(2);
    }

    @Test
    void truncationsAndWritesMayCrossAsInFiles() {
        client.ask("f", writeFull("0123456789"));
        client.ask("f", new OsdOp(OpCode.TRUNCATE, new OpArgs.Extent(4, 0, 4, 7), Bytes.EMPTY));
        assertThat(client.text("f")).isEqualTo("0123");
        client.ask("f", new OsdOp(OpCode.WRITE, new OpArgs.Extent(2, 4, 10, 6), Bytes.utf8("abcd")));
        assertThat(client.text("f")).as("an older write is cut at the end").isEqualTo("01ab");
        client.ask("f", new OsdOp(OpCode.WRITE, new OpArgs.Extent(6, 1, 2, 8), Bytes.utf8("z")));
        assertThat(client.text("f")).as("a newer write truncates first").isEqualTo("01\0\0\0\0z");
    }

    @Test
    void checksums() {
        client.ask("a", writeFull("abc"));
        assertThat(checksum(OpArgs.Checksum.XXHASH32, new WireWriter().u32(0).toBytes()))
                .isEqualTo("01000000" + "ff53d132");
        assertThat(checksum(OpArgs.Checksum.XXHASH64, new WireWriter().u64(0).toBytes()))
                .isEqualTo("01000000" + "990977adf52cbc44");
        assertThat(checksum(OpArgs.Checksum.CRC32C, new WireWriter().u32(-1).toBytes()))
                .isEqualTo("01000000" + new WireWriter().u32(Bytes.utf8("abc").crc32c(-1)).toBytes().toHex());
    }

    private String checksum(int type, Bytes start) {
        OsdOp op = new OsdOp(OpCode.CHECKSUM, new OpArgs.Checksum(0, 0, 0, type), start);
        return client.ask("a", op).ops().getFirst().output().toHex();
    }

    @Test
    void pagesOfAllObjects() {
        for (int i = 0; i < 25; i++) {
            client.ask("obj" + i, setXattr("kind", i % 2 == 0 ? "even" : "odd"));
        }
        List<String> names = new ArrayList<>();
        HObject at = HObject.MIN;
        int pages = 0;
        int result;
        do {
            Bytes input = WireWriter.encode(at, HObject::encode);
            MOSDOpReply reply =
                    client.ask("", new OsdOp(OpCode.PGNLS, new OpArgs.ListPage(10, 0), input));
            result = reply.result();
            PgListing page = PgListing.decode(reply.ops().getFirst().output().reader());
            page.entries().forEach(entry -> names.add(entry.oid()));
            at = page.handle();
            pages++;
        } while (result == 0);
        assertThat(result).isEqualTo(1);
        assertThat(pages).isEqualTo(3);
        assertThat(names).hasSize(25).doesNotHaveDuplicates();
        Bytes filtered = new WireWriter().string("x").string("y").string("plain").string("_kind")
                .bytes(Bytes.utf8("odd")).raw(WireWriter.encode(HObject.MIN, HObject::encode)).toBytes();
        MOSDOpReply odd = client.ask("", new OsdOp(OpCode.PGNLS_FILTER, new OpArgs.ListPage(100, 0), filtered));
        assertThat(PgListing.decode(odd.ops().getFirst().output().reader()).entries()).hasSize(12);
    }

    /// `copy-from` of what any pending copy is given.
    private static OsdOp copyFrom(String oid, long snap) {
        WireWriter input = new WireWriter().string(oid);
        ObjectLocator.of(FakeHost.POOL, "").encode(input);
        return new OsdOp(OpCode.COPY_FROM, new OpArgs.CopyFrom(snap, 0, 0, 0), input.toBytes());
    }

    @Test
    void whileAnObjectWaitsForItsCopyItsSnapshotsAreRead() {
        List<Consumer<CopySource.Part>> asked = new ArrayList<>();
        CopySource source = (from, version, cursor, max, answer) -> {
            asked.add(answer);
            return () -> {};
        };
        TestClient copier =
                new TestClient(4200, new PrimaryOps(host, ObjectClasses.all(), OpsSettings.DEFAULT, source));
        copier.ask("a", writeFull("old"));
        copier.snaps = new SnapContext(3, List.of(3L));
        copier.ask("a", writeFull("new"));
        copier.post("a", copyFrom("a", 3));
        assertThat(asked).hasSize(1);
        assertThat(copier.textAt("a", 3)).isEqualTo("old");
        copier.ops.handle(copier, copier.request("a", 7, read(0, 0)), ++copier.tid);
        assertThat(copier.replies).as("the head holds a later snapshot").isEmpty();
    }

    @Test
    void theEndOfAnIntervalCancelsCopies() {
        List<Consumer<CopySource.Part>> asked = new ArrayList<>();
        CopySource source = (from, version, cursor, max, answer) -> {
            asked.add(answer);
            return () -> asked.remove(answer);
        };
        PrimaryOps copying = new PrimaryOps(host, ObjectClasses.all(), OpsSettings.DEFAULT, source);
        TestClient copier = new TestClient(4200, copying);
        copier.post("target", copyFrom("source", HObject.HEAD));
        copier.post("target", writeFull("later"));
        Consumer<CopySource.Part> late = asked.getFirst();
        copying.onIntervalEnd();
        assertThat(asked).isEmpty();
        late.accept(new CopySource.Part(-2, 0, null));
        assertThat(copier.replies).isEmpty();
        copier.resend("target", writeFull("again"));
        assertThat(copier.take().result()).isZero();
    }

    @Test
    void aCopyIsFetchedAndNothingOvertakesIt() {
        List<Consumer<CopySource.Part>> asked = new ArrayList<>();
        CopySource source = (from, version, cursor, max, answer) -> {
            asked.add(answer);
            return () -> asked.remove(answer);
        };
        PrimaryOps copying = new PrimaryOps(host, ObjectClasses.all(), OpsSettings.DEFAULT, source);
        TestClient copier = new TestClient(4200, copying);
        copier.ask("source", writeFull("content"), setXattr("x", "y"), omapSet("k", "v"));
        Bytes start = new WireWriter().raw(WireWriter.encode(ObjectCopyData.Cursor.START, ObjectCopyData.Cursor::encode))
                .u64(1 << 20).toBytes();
        MOSDOpReply got = copier.ask("source", new OsdOp(OpCode.COPY_GET, new OpArgs.CopyGet(0), start));
        ObjectCopyData data = ObjectCopyData.decode(got.ops().getFirst().output().reader());
        assertThat(data.cursor().isComplete()).isTrue();
        copier.post("target", copyFrom("source", HObject.HEAD));
        copier.post("target", extent(OpCode.APPEND, 0, 1, Bytes.utf8("!")));
        assertThat(copier.replies).isEmpty();
        asked.getFirst().accept(new CopySource.Part(0, 77, data));
        assertThat(copier.take().userVersion()).isEqualTo(77);
        assertThat(copier.take().result()).isZero();
        assertThat(copier.text("target")).isEqualTo("content!");
        assertThat(copier.ask("target", getXattr("x")).ops().getFirst().output().utf8()).isEqualTo("y");
    }

    @Test
    void whatIsWrittenIsForReadingUnlessTheClientSaysOtherwise() {
        client.ask("a", writeFull("content"));
        assertThat(host.readSoon).isTrue();
        for (int flag : List.of(OsdOp.DONTNEED, OsdOp.NOCACHE)) {
            OsdOp advised = new OsdOp(OpCode.WRITEFULL, flag, new OpArgs.Extent(0, 1, 0, 0), Bytes.utf8("x"));
            client.ask("a", advised, setXattr("x", "y"));
            assertThat(host.readSoon).isFalse();
            assertThat(client.text("a")).isEqualTo("x");
        }
    }
}
