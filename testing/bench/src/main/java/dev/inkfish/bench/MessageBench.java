package dev.inkfish.bench;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.SpgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.message.MessageHeader;
import dev.inkfish.wire.message.MessageType;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.SnapContext;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The request that a machine's disk sends most: 4 KiB into one of its image's objects.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MessageBench {
    /// What Ceph 16 announces.
    static final long FEATURES = 0x3f01cfbffffdffffL;
    private static final int BLOCK = 4096;

    private final MOSDOp write = new MOSDOp(
            new SpgId(new PgId(2, 17), -1),
            false,
            HObject.head("rbd_data.100caf302d5f.00000000000000ff", "", 0x6bd1b011, "", 2),
            57,
            0x24,
            null,
            0,
            new Utime(1_700_000_000, 0),
            List.of(new OsdOp(OpCode.WRITE, new OpArgs.Extent(8192, BLOCK, 0, 0), Bytes.zeros(BLOCK))),
            new SnapContext(0, List.of()),
            0,
            FEATURES);
    private final Bytes front = front(write);
    private final MessageHeader header = new MessageHeader(
            MOSDOp.TYPE, write.version(FEATURES), write.compatVersion(FEATURES), write.priority(), 1, 0);

    private static Bytes front(Message message) {
        WireWriter out = new WireWriter(512);
        message.encodeFront(out, FEATURES);
        return out.toBytes();
    }

    @Benchmark
    public Bytes encode() {
        return front(write);
    }

    @Benchmark
    public Message decode() {
        return MessageType.decode(header, front, Bytes.EMPTY, write.data());
    }
}
