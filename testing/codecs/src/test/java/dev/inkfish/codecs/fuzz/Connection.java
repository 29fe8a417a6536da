package dev.inkfish.codecs.fuzz;

import dev.inkfish.cephx.AuthPolicy;
import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.CephxMonAuth;
import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.cephx.TestKeys;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.messenger.Endpoint;
import dev.inkfish.messenger.Limits;
import dev.inkfish.messenger.PeerSession;
import dev.inkfish.messenger.Revision;
import dev.inkfish.messenger.SocketHost;
import dev.inkfish.messenger.SocketProtocol;
import dev.inkfish.messenger.V1Acceptor;
import dev.inkfish.messenger.V1Connector;
import dev.inkfish.messenger.V2Acceptor;
import dev.inkfish.messenger.V2Connector;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MMonGetVersion;
import dev.inkfish.wire.message.Message;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Two genuine messengers joined by a wire that the input commands: it carries what they wrote, and puts frames, messages
/// (with right checksums) and bytes of its own between. Neither may throw or ask for much memory.
///
/// Input: a byte of settings, then steps: what to do, and its operands.
final class Connection {
    private static final int CARRY_TO_SERVER = 0;
    private static final int CARRY_TO_CLIENT = 1;
    private static final int FRAME = 2;
    private static final int RAW = 4;
    private static final int MESSAGE = 6;
    private static final int CUT = 8;
    private static final int SEND = 9;
    private static final int KINDS = 10;
    private static final int MOST_STEPS = 48;
    private static final int MOST_OUTPUT = 1 << 20;

    private final boolean msgr2;

    Connection(boolean msgr2) {
        this.msgr2 = msgr2;
    }

    /// One end.
    private static final class End implements SocketHost {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final Endpoint endpoint;
        @Nullable PeerSession session;
        @Nullable SocketProtocol protocol;
        boolean closed;

        End(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        SocketProtocol protocol() {
            return Objects.requireNonNull(protocol);
        }

        void receive(byte[] bytes) {
            if (!closed) {
                protocol().receive(ByteBuffer.wrap(bytes));
            }
        }

        byte[] written() {
            byte[] bytes = out.toByteArray();
            out.reset();
            return bytes;
        }

        @Override
        public void write(List<Bytes> bytes) {
            for (Bytes each : bytes) {
                out.writeBytes(each.toArray());
            }
            if (out.size() > MOST_OUTPUT) {
                throw new IllegalStateException("writes without end");
            }
        }

        @Override
        public void opened(PeerSession opened) {
            session = opened;
            protocol().pump(Long.MAX_VALUE);
        }

        @Override
        public void message(PeerSession from, Message message, long tid) {}

        @Override
        public void peerReset(PeerSession reset) {}

        @Override
        public void keepaliveAnswered(Utime stamp) {}

        @Override
        public void closed(@Nullable PeerSession with, int code, String reason) {
            closed = true;
        }
    }

    void run(Bytes input) {
        WireReader in = input.reader();
        try {
            int settings = in.u8();
            TestKeys keys = new TestKeys(1);
            End client = client(keys, (settings & 1) != 0);
            End server = server(keys, (settings & 1) != 0);
            Revision revision = (settings & 2) != 0 ? Revision.V2_1 : Revision.V2_0;
            boolean lossy = !msgr2 || (settings & 4) != 0; // as every session over msgr1 is
            connect(client, server, revision, lossy);
            for (int steps = 0; steps < MOST_STEPS && in.remaining() > 0; steps++) {
                step(in, client, server, revision, lossy);
            }
        } catch (DecodeException e) {
            // the input itself is short
        }
    }

    private void connect(End client, End server, Revision revision, boolean lossy) {
        EntityAddrVec at = server.endpoint.addrs();
        EntityAddr near = new EntityAddr(EntityAddr.Kind.ANY, 0, Bytes.hex("7f000001"), 40000);
        PeerSession old = client.endpoint.find(at);
        PeerSession session = old != null
                ? old
                : client.endpoint.connect(EntityType.MON, at, msgr2 ? at.msgr2() : at.legacy(), lossy);
        client.session = session;
        client.closed = false;
        server.closed = false;
        client.protocol = msgr2
                ? new V2Connector(client.endpoint, client, session, revision)
                : new V1Connector(client.endpoint, client, session);
        server.protocol = msgr2
                ? new V2Acceptor(server.endpoint, server, near, revision)
                : new V1Acceptor(server.endpoint, server, near);
        client.protocol().start();
        server.protocol().start();
    }

    private void step(WireReader in, End client, End server, Revision revision, boolean lossy) {
        int kind = in.u8() % KINDS;
        End to = (kind & 1) == 0 ? server : client;
        switch (kind) {
            case CARRY_TO_SERVER -> server.receive(client.written());
            case CARRY_TO_CLIENT -> client.receive(server.written());
            case FRAME, FRAME + 1 -> to.receive(frame(in, revision));
            case RAW, RAW + 1 -> to.receive(in.raw(in.u16()).toArray());
            case MESSAGE, MESSAGE + 1 -> to.receive(msgr2 ? message2(in, revision) : message1(in));
            case CUT -> {
                client.protocol().lost("cut");
                server.protocol().lost("cut");
                client.written();
                server.written();
                connect(client, server, revision, lossy);
            }
            default -> send(client);
        }
    }

    private static void send(End from) {
        PeerSession session = from.session;
        if (session != null && !from.closed) {
            session.enqueue(new MMonGetVersion(1, "osdmap"), 1);
            if (from.protocol().established()) {
                from.protocol().pump(Long.MAX_VALUE);
            }
        }
    }

    private static byte[] frame(WireReader in, Revision revision) {
        int tag = in.u8();
        List<Bytes> segments = new ArrayList<>();
        for (int count = 1 + in.u8() % 4; count > 0; count--) {
            segments.add(in.raw(in.u16()));
        }
        return encoded(tag, segments, revision);
    }

    /// As `doc/dev/msgr2.rst` has it, with right checksums.
    private static byte[] encoded(int tag, List<Bytes> segments, Revision revision) {
        WireWriter head = new WireWriter().u8(tag).u8(segments.size());
        for (int i = 0; i < 4; i++) {
            head.u32(i < segments.size() ? segments.get(i).length() : 0).u16(8);
        }
        Bytes preamble = head.u16(0).toBytes();
        WireWriter out = new WireWriter().raw(preamble).u32(preamble.crc32c(0));
        WireWriter epilogue = new WireWriter().u8(revision == Revision.V2_1 ? 0xe : 0);
        for (int i = 0; i < 4; i++) {
            Bytes segment = i < segments.size() ? segments.get(i) : Bytes.EMPTY;
            out.raw(segment);
            int crc = i < segments.size() ? segment.crc32c(-1) : 0;
            if (revision == Revision.V2_1 && i == 0) {
                if (!segment.isEmpty()) {
                    out.u32(crc);
                }
            } else {
                epilogue.u32(crc);
            }
        }
        if (revision == Revision.V2_0 || segments.size() > 1) {
            out.raw(epilogue.toBytes());
        }
        return out.toBytes().toArray();
    }

    private static byte[] message2(WireReader in, Revision revision) {
        WireWriter header = new WireWriter().u64(in.u8()).u64(1).u16(in.u16()).u16(127).u16(in.u8());
        header.u32(0).u16(0).u64(0).u8(1).u16(1).u16(0);
        List<Bytes> segments = new ArrayList<>(List.of(header.toBytes(), in.raw(in.u16())));
        Bytes data = in.raw(in.u16());
        if (!data.isEmpty()) {
            segments.addAll(List.of(Bytes.EMPTY, data));
        }
        return encoded(17, segments, revision);
    }

    private static byte[] message1(WireReader in) {
        WireWriter header = new WireWriter().u64(in.u8()).u64(1).u16(in.u16()).u16(127).u16(in.u8());
        Bytes front = in.raw(in.u16());
        Bytes data = in.raw(in.u16());
        header.u32(front.length()).u32(0).u32(data.length()).u16(0).u8(8).u64(1).u16(1).u16(0);
        Bytes head = header.toBytes();
        WireWriter out = new WireWriter().u8(7).raw(head).u32(head.crc32c(0)).raw(front).raw(data);
        return out.u32(front.crc32c(0)).u32(0).u32(data.crc32c(0)).u64(0).u8(1).toBytes().toArray();
    }

    private static End client(TestKeys keys, boolean cephx) {
        EntityAuthName name = EntityAuthName.parse("osd.1");
        CryptoKey key = keys.add("osd.1", CryptoKey.AES, Map.of("mon", "allow *"));
        ClientAuth auth = cephx
                ? new CephxClient(name, key, List.of(EntityType.OSD), List.of(AuthMethod.MODE_CRC), keys.entropy, keys::now)
                : NoneAuth.client(name);
        return new End(new Endpoint(EntityName.osd(1), addrs(6800), auth, null, Limits.DEFAULT, new Random(5)::nextLong));
    }

    private static End server(TestKeys keys, boolean cephx) {
        AtomicLong ids = new AtomicLong(4100);
        ServerAuth auth = cephx
                ? new CephxMonAuth(keys, AuthPolicy.CEPHX, keys.entropy)
                : NoneAuth.server(ids::incrementAndGet);
        return new End(new Endpoint(EntityName.mon(0), addrs(3300), null, auth, Limits.DEFAULT, new Random(6)::nextLong));
    }

    private static EntityAddrVec addrs(int port) {
        return EntityAddrVec.of(
                EntityAddr.of(EntityAddr.Kind.MSGR2, new InetSocketAddress("127.0.0.1", port), 9),
                EntityAddr.of(EntityAddr.Kind.LEGACY, new InetSocketAddress("127.0.0.1", port + 1), 9));
    }

    /// Genuine dialogues of each kind, whole and broken off after each step with a frame of each tag put in.
    static List<Bytes> seeds() {
        List<Bytes> seeds = new ArrayList<>();
        for (int settings = 0; settings < 8; settings++) {
            for (int steps = 0; steps <= 14; steps += 2) {
                WireWriter out = new WireWriter().u8(settings);
                for (int i = 0; i < steps; i++) {
                    out.u8(i & 1);
                }
                out.u8(SEND).u8(CARRY_TO_SERVER).u8(CARRY_TO_CLIENT);
                for (int tag = 1 + steps; tag <= 3 + steps; tag++) {
                    out.u8(FRAME + (steps / 2 & 1)).u8(tag).u8(0).u16(40).zeros(40);
                }
                out.u8(MESSAGE).u8(1).u16(19).u8(1).u16(14).u64(1).u32(2).u16(0x6161).u16(0);
                out.u8(CUT).u8(CARRY_TO_SERVER).u8(CARRY_TO_CLIENT).u8(RAW).u16(4).u32(7);
                seeds.add(out.toBytes());
            }
        }
        return seeds;
    }
}
