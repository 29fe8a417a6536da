package dev.inkfish.messenger;

import dev.inkfish.cephx.SessionSignature;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.message.MessageHeader;
import dev.inkfish.wire.message.MessageType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// msgr1 on one socket (`src/msg/async/ProtocolV1.cc`): what both sides do alike. Its sessions are always
/// lossy: daemons among themselves use msgr2.
abstract sealed class V1Socket implements SocketProtocol permits V1Connector, V1Acceptor {
    static final Bytes BANNER = Bytes.utf8("ceph v027");
    static final int ADDR_SIZE = 136;
    static final int FLAG_LOSSY = 1;

    static final int TAG_READY = 1;
    static final int TAG_RESET_SESSION = 2;
    static final int TAG_RETRY_SESSION = 4;
    static final int TAG_RETRY_GLOBAL = 5;
    private static final int TAG_CLOSE = 6;
    private static final int TAG_MESSAGE = 7;
    private static final int TAG_ACK = 8;
    private static final int TAG_KEEPALIVE = 9;
    static final int TAG_BAD_PROTOCOL_VERSION = 10;
    static final int TAG_BAD_AUTHORIZER = 11;
    static final int TAG_FEATURES = 12;
    static final int TAG_SEQ = 13;
    private static final int TAG_KEEPALIVE2 = 14;
    private static final int TAG_KEEPALIVE2_ACK = 15;
    static final int TAG_CHALLENGE_AUTHORIZER = 16;

    private static final int HEADER_SIZE = 53;
    private static final int HEADER_SOURCE = 36;
    private static final int SOURCE_SIZE = 9;
    private static final int FOOTER_SIZE = 21;
    private static final int FOOTER_SIZE_OLD = 13;
    private static final int FLAG_COMPLETE = 1;
    private static final int FLAG_NO_CRC = 2;
    private static final int FLAG_SIGNED = 4;

    final Endpoint endpoint;
    final SocketHost host;
    final EntityAddr peerSocketAddr;
    @Nullable PeerSession session;
    private boolean ready;
    private boolean closed;
    private long features;
    private @Nullable SessionSignature signature;

    private byte[] target = new byte[0];
    private int filled;
    private int needed;
    /// What the message that follows takes, until it is let in.
    private long toAdmit;
    private Consumer<Bytes> next = bytes -> {};

    V1Socket(Endpoint endpoint, SocketHost host, EntityAddr peerSocketAddr, @Nullable PeerSession session) {
        this.endpoint = endpoint;
        this.host = host;
        this.peerSocketAddr = peerSocketAddr;
        this.session = session;
    }

    /// The protocol version spoken with a service (`Messenger::get_proto_version`).
    static int protocolVersion(EntityType service) {
        return switch (service) {
            case MON -> 15;
            case OSD -> 24;
            case MDS -> 32;
            case CLIENT, MGR, AUTH -> 0;
        };
    }

    /// Goes on once so many bytes are there.
    final void expect(int size, Consumer<Bytes> then) {
        needed = size;
        filled = 0;
        next = then;
    }

    @Override
    public void receive(ByteBuffer in) {
        try {
            while (!closed && (in.hasRemaining() || needed == 0)) {
                if (toAdmit > 0) {
                    if (!host.admits(toAdmit)) {
                        return;
                    }
                    toAdmit = 0;
                }
                if (filled == 0) {
                    target = new byte[needed];
                }
                int count = Math.min(needed - filled, in.remaining());
                in.get(target, filled, count);
                filled += count;
                if (filled < needed) {
                    return;
                }
                next.accept(Bytes.wrap(target));
            }
        } catch (DecodeException e) {
            close(Errno.EPROTO.code(), "peer breaks the protocol: " + e.getMessage());
        } catch (CephException e) {
            close(e.code(), e.getMessage());
        }
    }

    final void send(WireWriter out) {
        host.write(List.of(out.toBytes()));
    }

    final void open(PeerSession agreed, long common, Bytes sessionKey) {
        features = common;
        agreed.features = common;
        if (!sessionKey.isEmpty() && Features.has(common, Features.MSG_AUTH)) {
            signature = SessionSignature.of(sessionKey);
        }
        ready = true;
        agreed.opened();
        host.opened(agreed);
        expect(1, this::tag);
    }

    private void tag(Bytes bytes) {
        switch (bytes.get(0)) {
            case TAG_MESSAGE -> expect(HEADER_SIZE, this::header);
            case TAG_KEEPALIVE -> expect(1, this::tag);
            case TAG_KEEPALIVE2 -> expect(8, stamp -> {
                send(new WireWriter(9).u8(TAG_KEEPALIVE2_ACK).raw(stamp));
                expect(1, this::tag);
            });
            case TAG_KEEPALIVE2_ACK -> expect(8, stamp -> {
                expect(1, this::tag);
                host.keepaliveAnswered(Utime.decode(stamp.reader()));
            });
            case TAG_ACK -> expect(8, seq -> expect(1, this::tag));
            case TAG_CLOSE -> close(0, "closed by the peer");
            default -> throw new DecodeException("tag " + bytes.get(0));
        }
    }

    /// A message being received.
    ///
    /// @param source null from a peer that does not know its name yet, as the kernel's before it has a global id
    private record Incoming(
            long seq,
            @Nullable EntityName source,
            MessageHeader header,
            int headerCrc,
            Bytes front,
            Bytes middle,
            Bytes data) {
        Incoming withFront(Bytes bytes) {
            return new Incoming(seq, source, header, headerCrc, bytes, middle, data);
        }

        Incoming withMiddle(Bytes bytes) {
            return new Incoming(seq, source, header, headerCrc, front, bytes, data);
        }

        Incoming withData(Bytes bytes) {
            return new Incoming(seq, source, header, headerCrc, front, middle, bytes);
        }
    }

    private void header(Bytes bytes) {
        WireReader in = bytes.reader();
        long seq = in.u64();
        long tid = in.u64();
        int type = in.u16();
        int priority = in.u16();
        int version = in.u16();
        int front = bounded(in.u32(), endpoint.limits.front(), "front");
        int middle = bounded(in.u32(), endpoint.limits.middle(), "middle");
        int data = bounded(in.u32(), endpoint.limits.data(), "data");
        int dataOffset = in.u16();
        EntityName source = bytes.get(HEADER_SOURCE) == 0 ? null : EntityName.decode(in);
        if (source == null) {
            in.skip(SOURCE_SIZE);
        }
        int compat = in.u16();
        in.u16();
        int crc = in.u32();
        if (bytes.slice(0, HEADER_SIZE - 4).crc32c(0) != crc) {
            throw new DecodeException("message header with a wrong crc");
        }
        MessageHeader header = new MessageHeader(type, version, compat, priority, tid, dataOffset);
        Incoming begun = new Incoming(seq, source, header, crc, Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY);
        int footer = Features.has(features, Features.MSG_AUTH) ? FOOTER_SIZE : FOOTER_SIZE_OLD;
        toAdmit = (long) front + middle + data;
        expect(front, f -> expect(middle, m -> expect(data, d -> {
            Incoming all = begun.withFront(f).withMiddle(m).withData(d);
            expect(footer, end -> footer(all, end.reader()));
        })));
    }

    private static int bounded(int length, int limit, String part) {
        if (length < 0 || length > limit) {
            throw new DecodeException(
                    part + " of " + Integer.toUnsignedString(length) + " bytes, allowed are " + limit);
        }
        return length;
    }

    private void footer(Incoming in, WireReader footer) {
        int frontCrc = footer.u32();
        int middleCrc = footer.u32();
        int dataCrc = footer.u32();
        long sent = footer.remaining() > 1 ? footer.u64() : 0;
        int flags = footer.u8();
        if ((flags & FLAG_COMPLETE) == 0) {
            expect(1, this::tag);
            return;
        }
        check(in.front, frontCrc, "front");
        check(in.middle, middleCrc, "middle");
        if ((flags & FLAG_NO_CRC) == 0) {
            check(in.data, dataCrc, "data");
        }
        SessionSignature key = signature;
        if (key != null) {
            SessionSignature.Sums sums = new SessionSignature.Sums(
                    in.headerCrc, frontCrc, in.front.length(), middleCrc, in.middle.length(), dataCrc,
                    in.data.length(), (int) in.seq);
            if (sign(key, sums) != sent) {
                throw new CephException(Errno.EACCES, "message with a wrong signature");
            }
        }
        expect(1, this::tag);
        PeerSession current = session;
        if (current == null || Long.compareUnsigned(in.seq, current.inSeq) <= 0) {
            return;
        }
        current.inSeq = in.seq;
        if (in.source != null && in.source.number() >= 0 && in.source.type() == current.type) {
            current.name = in.source;
        }
        Message message = MessageType.decode(in.header, in.front, in.middle, in.data);
        host.message(current, message, in.header.tid());
    }

    private static void check(Bytes part, int crc, String name) {
        if (part.crc32c(0) != crc) {
            throw new DecodeException(name + " with a wrong crc");
        }
    }

    private long sign(SessionSignature key, SessionSignature.Sums sums) {
        return Features.has(features, Features.CEPHX_V2) ? key.sign(sums) : key.signLegacy(sums);
    }

    @Override
    public long pump(long budget) {
        PeerSession current = session;
        long written = 0;
        while (ready && !closed && current != null && written < budget) {
            PeerSession.Outgoing out = current.next();
            if (out == null) {
                break;
            }
            List<Bytes> bytes = encode(out);
            for (Bytes each : bytes) {
                written += each.length();
            }
            host.write(bytes);
        }
        return written;
    }

    private List<Bytes> encode(PeerSession.Outgoing out) {
        Message message = out.message();
        WireWriter encoded = new WireWriter(512);
        message.encodeFront(encoded, features);
        Bytes front = encoded.toBytes();
        Bytes middle = message.middle();
        Bytes data = message.data();
        WireWriter head = new WireWriter(HEADER_SIZE + 1).u8(TAG_MESSAGE);
        head.u64(out.seq()).u64(out.tid());
        head.u16(message.type()).u16(message.priority()).u16(message.version(features));
        head.u32(front.length()).u32(middle.length()).u32(data.length()).u16(0);
        endpoint.name().encode(head);
        head.u16(message.compatVersion(features)).u16(0);
        int headerCrc = head.crc32c(0, 1);
        head.u32(headerCrc);
        int frontCrc = front.crc32c(0);
        int middleCrc = middle.crc32c(0);
        int dataCrc = data.crc32c(0);
        WireWriter footer = new WireWriter(FOOTER_SIZE).u32(frontCrc).u32(middleCrc).u32(dataCrc);
        int flags = FLAG_COMPLETE;
        if (Features.has(features, Features.MSG_AUTH)) {
            SessionSignature key = signature;
            if (key != null) {
                flags |= FLAG_SIGNED;
                footer.u64(sign(
                        key,
                        new SessionSignature.Sums(
                                headerCrc, frontCrc, front.length(), middleCrc, middle.length(), dataCrc,
                                data.length(), (int) out.seq())));
            } else {
                footer.u64(0);
            }
        }
        List<Bytes> all = new ArrayList<>(5);
        all.add(head.toBytes());
        all.add(front);
        if (!middle.isEmpty()) {
            all.add(middle);
        }
        if (!data.isEmpty()) {
            all.add(data);
        }
        all.add(footer.u8(flags).toBytes());
        return all;
    }

    @Override
    public void keepalive(Utime now) {
        if (ready && !closed) {
            WireWriter out = new WireWriter(9);
            if (Features.has(features, Features.MSGR_KEEPALIVE2)) {
                out.u8(TAG_KEEPALIVE2);
                now.encode(out);
            } else {
                out.u8(TAG_KEEPALIVE);
            }
            send(out);
        }
    }

    @Override
    public boolean established() {
        return ready && !closed;
    }

    @Override
    public void lost(String reason) {
        close(0, reason);
    }

    @Override
    public void abandon(String reason) {
        if (!closed) {
            closed = true;
            session = null;
            host.closed(null, 0, reason);
        }
    }

    final void close(int code, String reason) {
        if (closed) {
            return;
        }
        closed = true;
        PeerSession carried = session;
        session = null;
        if (carried != null && carried.socket() == this) {
            carried.socketLost();
        }
        host.closed(carried, code, reason);
    }
}
