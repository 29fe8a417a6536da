package dev.inkfish.messenger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// "Frame format" of `doc/dev/msgr2.rst`, in both modes and revisions.
class FrameTest {
    private static final Bytes SECRET = Bytes.hex("f0e1d2c3b4a5968778695a4b3c2d1e0f".repeat(4));

    private static FrameFormat format(Revision revision, boolean secure) {
        return secure
                ? new SecureFormat(revision, StreamCipher.toServer(revision, SECRET))
                : new CrcFormat(revision);
    }

    private static Bytes random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    /// Frames of all shapes: each segment may be empty, short or long.
    private static List<Frame> samples() {
        Random random = new Random(5);
        List<Frame> frames = new ArrayList<>();
        frames.add(Frame.of(Tag.WAIT, Bytes.EMPTY));
        for (int length : new int[] {1, 16, 47, 48, 49, 64, 65, 3000}) {
            frames.add(Frame.of(Tag.AUTH_DONE, random(random, length)));
        }
        int[] lengths = {0, 1, 15, 16, 5000};
        for (int front : lengths) {
            for (int middle : lengths) {
                for (int data : lengths) {
                    frames.add(new Frame(
                            Tag.MESSAGE,
                            List.of(
                                    random(random, MessageCodec.HEADER2_SIZE),
                                    random(random, front),
                                    random(random, middle),
                                    random(random, data))));
                }
            }
        }
        return frames;
    }

    private static FrameReader reader(FrameFormat format) {
        FrameReader reader = new FrameReader(Limits.DEFAULT, format, size -> true);
        reader.handshakeDone();
        return reader;
    }

    @ParameterizedTest
    @CsvSource({"V2_0, false", "V2_0, true", "V2_1, false", "V2_1, true"})
    void framesComeBackInPiecesOfAnySize(Revision revision, boolean secure) {
        for (int piece : new int[] {1, 13, 1 << 20}) {
            FrameFormat writer = format(revision, secure);
            FrameReader reader = reader(format(revision, secure));
            for (Frame frame : samples()) {
                ByteBuffer wire = Bytes.concat(writer.encode(frame)).asByteBuffer();
                Frame back = null;
                while (wire.hasRemaining()) {
                    assertThat(back).isNull();
                    ByteBuffer part = wire.slice(wire.position(), Math.min(piece, wire.remaining()));
                    wire.position(wire.position() + part.remaining());
                    back = reader.read(part);
                }
                assertThat(back).isNotNull();
                assertThat(back.tag()).isEqualTo(frame.tag());
                for (int i = 0; i < Frame.MAX_SEGMENTS; i++) {
                    assertThat(back.segment(i)).isEqualTo(frame.segment(i));
                }
            }
        }
    }

    /// A flipped bit is noticed, or was in bytes without meaning (alignment is covered by the preamble's crc).
    @ParameterizedTest
    @CsvSource({"V2_0, false", "V2_0, true", "V2_1, false", "V2_1, true"})
    void flippedBitsAreNoticed(Revision revision, boolean secure) {
        Random random = new Random(6);
        Frame frame = new Frame(
                Tag.MESSAGE,
                List.of(random(random, MessageCodec.HEADER2_SIZE), random(random, 30), Bytes.EMPTY, random(random, 90)));
        byte[] wire = Bytes.concat(format(revision, secure).encode(frame)).toArray();
        int noticed = 0;
        for (int bit = 0; bit < wire.length * 8; bit++) {
            byte[] flipped = wire.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            try {
                Frame back = reader(format(revision, secure)).read(ByteBuffer.wrap(flipped));
                if (back != null) {
                    assertThat(back).as("bit %d", bit).isEqualTo(frame);
                }
            } catch (DecodeException expected) {
                noticed++;
            }
        }
        assertThat(noticed).isGreaterThan(wire.length * 8 - 64);
    }

    /// A frame that claims 4 GiB is refused by its preamble; so is a large one before authentication.
    @Test
    void lengthsAreCheckedBeforeAnythingIsAllocated() {
        byte[] preamble = preamble(Tag.MESSAGE, MessageCodec.HEADER2_SIZE, 10, 0, -1);
        assertThatThrownBy(() -> reader(new CrcFormat(Revision.V2_1)).read(ByteBuffer.wrap(preamble)))
                .hasMessageContaining("4294967295 bytes");
        byte[] early = preamble(Tag.AUTH_REQUEST, 1 << 20);
        FrameReader handshake = new FrameReader(Limits.DEFAULT, new CrcFormat(Revision.V2_1), size -> true);
        assertThatThrownBy(() -> handshake.read(ByteBuffer.wrap(early))).hasMessageContaining("allowed are 65536");
        byte[] secured = preamble(Tag.MESSAGE, Integer.MAX_VALUE, 1);
        assertThatThrownBy(() -> reader(new CrcFormat(Revision.V2_0)).read(ByteBuffer.wrap(secured)))
                .isInstanceOf(DecodeException.class);
    }

    private static byte[] preamble(Tag tag, int... lengths) {
        dev.inkfish.wire.WireWriter out = new dev.inkfish.wire.WireWriter();
        new Preamble(tag, lengths).encode(out);
        return out.toBytes().toArray();
    }

    /// Every control frame through its encoding and back.
    @Test
    void controlFramesComeBack() {
        dev.inkfish.wire.EntityAddr addr = dev.inkfish.wire.EntityAddr.of(
                dev.inkfish.wire.EntityAddr.Kind.MSGR2, new java.net.InetSocketAddress("10.1.2.3", 6800), 77);
        dev.inkfish.wire.EntityAddrVec addrs = dev.inkfish.wire.EntityAddrVec.of(addr, addr.withPort(6801));
        Bytes payload = Bytes.utf8("payload");
        List<Control> all = List.of(
                new Control.Hello(dev.inkfish.wire.EntityType.OSD, addr),
                new Control.AuthRequest(2, List.of(2, 1), payload),
                new Control.AuthBadMethod(2, -13, List.of(1), List.of(1, 2)),
                new Control.AuthReplyMore(payload),
                new Control.AuthRequestMore(payload),
                new Control.AuthDone(4711, 2, payload),
                new Control.AuthSignature(Bytes.zeros(32)),
                new Control.ClientIdent(addrs, addr, 4, 5, 6, 7, 1, 8),
                new Control.ServerIdent(addrs, 4, 5, 6, 7, 1, 8),
                new Control.MissingFeatures(9),
                new Control.Reconnect(addrs, 1, 2, 3, 4, 5),
                new Control.Reset(true),
                new Control.Retry(3),
                new Control.RetryGlobal(4),
                new Control.ReconnectOk(5),
                new Control.Wait(),
                new Control.Keepalive(new dev.inkfish.wire.Utime(1, 2)),
                new Control.KeepaliveAck(new dev.inkfish.wire.Utime(3, 4)),
                new Control.Ack(6));
        for (Control control : all) {
            Frame frame = control.toFrame();
            assertThat(Control.decode(frame)).isEqualTo(control);
            for (int cut = 0; cut < frame.segment(0).length(); cut++) {
                Frame shorter = Frame.of(frame.tag(), frame.segment(0).slice(0, cut));
                assertThatThrownBy(() -> Control.decode(shorter)).isInstanceOf(DecodeException.class);
            }
        }
        assertThat(all).hasSize(Tag.values().length - 1);
    }

    /// Whatever is sent in place of a handshake, the connection is closed with a reason; nothing else happens.
    @Test
    void garbageClosesTheConnection() {
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            TestPeer server = new TestPeer("osd.0", 6000, 1, Revision.V2_1, 1);
            for (boolean msgr2 : new boolean[] {true, false}) {
                TestPeer.End end = server.new End();
                dev.inkfish.wire.EntityAddr from = server.endpoint.addrs().front();
                SocketProtocol protocol = msgr2
                        ? new V2Acceptor(server.endpoint, end, from, Revision.V2_1)
                        : new V1Acceptor(server.endpoint, end, from);
                protocol.start();
                Bytes banner = msgr2
                        ? Bytes.concat(Bytes.utf8("ceph v2\n"), Bytes.hex("1000" + "01" + "00".repeat(15)))
                        : Bytes.utf8("ceph v027");
                if (seed % 2 == 0) {
                    protocol.receive(banner.asByteBuffer());
                }
                for (int i = 0; i < 4 && !end.closed; i++) {
                    protocol.receive(random(random, 500).asByteBuffer());
                }
                assertThat(end.closed).as("seed %d", seed).isTrue();
                assertThat(end.reason).contains("protocol");
                assertThat(server.log).isEmpty();
            }
        }
    }
}
