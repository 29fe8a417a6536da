package dev.inkfish.messenger;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// The content of a frame that is no message (`src/msg/async/frames_v2.h`).
sealed interface Control {
    /// What each peer understands for addresses in frames, before features are exchanged.
    long FRAME_FEATURES = Features.MSG_ADDR2 | Features.SERVER_NAUTILUS;

    Tag tag();

    void encode(WireWriter out);

    default Frame toFrame() {
        WireWriter out = new WireWriter(128);
        encode(out);
        return Frame.of(tag(), out.toBytes());
    }

    /// @throws DecodeException for malformed content, and for messages
    static Control decode(Frame frame) {
        WireReader in = frame.segments().getFirst().reader();
        return switch (frame.tag()) {
            case HELLO -> new Hello(EntityType.of(in.u8()), EntityAddr.decode(in));
            case AUTH_REQUEST -> new AuthRequest(in.u32(), in.list(WireReader::u32), in.bytes());
            case AUTH_BAD_METHOD ->
                new AuthBadMethod(in.u32(), in.u32(), in.list(WireReader::u32), in.list(WireReader::u32));
            case AUTH_REPLY_MORE -> new AuthReplyMore(in.bytes());
            case AUTH_REQUEST_MORE -> new AuthRequestMore(in.bytes());
            case AUTH_DONE -> new AuthDone(in.u64(), in.u32(), in.bytes());
            case AUTH_SIGNATURE -> new AuthSignature(in.raw(AuthSignature.SIZE));
            case CLIENT_IDENT ->
                new ClientIdent(
                        EntityAddrVec.decode(in),
                        EntityAddr.decode(in),
                        in.u64(),
                        in.u64(),
                        in.u64(),
                        in.u64(),
                        in.u64(),
                        in.u64());
            case SERVER_IDENT ->
                new ServerIdent(
                        EntityAddrVec.decode(in), in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64());
            case IDENT_MISSING_FEATURES -> new MissingFeatures(in.u64());
            case SESSION_RECONNECT ->
                new Reconnect(EntityAddrVec.decode(in), in.u64(), in.u64(), in.u64(), in.u64(), in.u64());
            case SESSION_RESET -> new Reset(in.bool());
            case SESSION_RETRY -> new Retry(in.u64());
            case SESSION_RETRY_GLOBAL -> new RetryGlobal(in.u64());
            case SESSION_RECONNECT_OK -> new ReconnectOk(in.u64());
            case WAIT -> new Wait();
            case KEEPALIVE2 -> new Keepalive(Utime.decode(in));
            case KEEPALIVE2_ACK -> new KeepaliveAck(Utime.decode(in));
            case ACK -> new Ack(in.u64());
            case MESSAGE -> throw new DecodeException("a message is no control frame");
        };
    }

    private static void numbers(WireWriter out, List<Integer> modes) {
        out.list(modes, WireWriter::u32);
    }

    /// @param peerAddr the sender's view of the receiver's address
    record Hello(EntityType type, EntityAddr peerAddr) implements Control {
        @Override
        public Tag tag() {
            return Tag.HELLO;
        }

        @Override
        public void encode(WireWriter out) {
            out.u8(type.number());
            peerAddr.encode(out, FRAME_FEATURES);
        }
    }

    record AuthRequest(int method, List<Integer> modes, Bytes payload) implements Control {
        @Override
        public Tag tag() {
            return Tag.AUTH_REQUEST;
        }

        @Override
        public void encode(WireWriter out) {
            out.u32(method);
            numbers(out, modes);
            out.bytes(payload);
        }
    }

    record AuthBadMethod(int method, int code, List<Integer> methods, List<Integer> modes) implements Control {
        @Override
        public Tag tag() {
            return Tag.AUTH_BAD_METHOD;
        }

        @Override
        public void encode(WireWriter out) {
            out.u32(method).u32(code);
            numbers(out, methods);
            numbers(out, modes);
        }
    }

    record AuthReplyMore(Bytes payload) implements Control {
        @Override
        public Tag tag() {
            return Tag.AUTH_REPLY_MORE;
        }

        @Override
        public void encode(WireWriter out) {
            out.bytes(payload);
        }
    }

    record AuthRequestMore(Bytes payload) implements Control {
        @Override
        public Tag tag() {
            return Tag.AUTH_REQUEST_MORE;
        }

        @Override
        public void encode(WireWriter out) {
            out.bytes(payload);
        }
    }

    record AuthDone(long globalId, int mode, Bytes payload) implements Control {
        @Override
        public Tag tag() {
            return Tag.AUTH_DONE;
        }

        @Override
        public void encode(WireWriter out) {
            out.u64(globalId).u32(mode).bytes(payload);
        }
    }

    /// HMAC-SHA256 of everything the sender has received so far.
    record AuthSignature(Bytes signature) implements Control {
        static final int SIZE = 32;

        @Override
        public Tag tag() {
            return Tag.AUTH_SIGNATURE;
        }

        @Override
        public void encode(WireWriter out) {
            out.raw(signature);
        }
    }

    /// @param target the address the client means to reach
    /// @param gid the numeric part of the sender's name
    record ClientIdent(
            EntityAddrVec addrs,
            EntityAddr target,
            long gid,
            long globalSeq,
            long supported,
            long required,
            long flags,
            long cookie)
            implements Control {
        @Override
        public Tag tag() {
            return Tag.CLIENT_IDENT;
        }

        @Override
        public void encode(WireWriter out) {
            addrs.encode(out, FRAME_FEATURES);
            target.encode(out, FRAME_FEATURES);
            out.u64(gid).u64(globalSeq).u64(supported).u64(required).u64(flags).u64(cookie);
        }
    }

    record ServerIdent(
            EntityAddrVec addrs, long gid, long globalSeq, long supported, long required, long flags, long cookie)
            implements Control {
        @Override
        public Tag tag() {
            return Tag.SERVER_IDENT;
        }

        @Override
        public void encode(WireWriter out) {
            addrs.encode(out, FRAME_FEATURES);
            out.u64(gid).u64(globalSeq).u64(supported).u64(required).u64(flags).u64(cookie);
        }
    }

    record MissingFeatures(long features) implements Control {
        @Override
        public Tag tag() {
            return Tag.IDENT_MISSING_FEATURES;
        }

        @Override
        public void encode(WireWriter out) {
            out.u64(features);
        }
    }

    /// @param inSeq the last message the sender has received
    record Reconnect(
            EntityAddrVec addrs, long clientCookie, long serverCookie, long globalSeq, long connectSeq, long inSeq)
            implements Control {
        @Override
        public Tag tag() {
            return Tag.SESSION_RECONNECT;
        }

        @Override
        public void encode(WireWriter out) {
            addrs.encode(out, FRAME_FEATURES);
            out.u64(clientCookie).u64(serverCookie).u64(globalSeq).u64(connectSeq).u64(inSeq);
        }
    }

    /// @param full what is queued is to be forgotten too
    record Reset(boolean full) implements Control {
        @Override
        public Tag tag() {
            return Tag.SESSION_RESET;
        }

        @Override
        public void encode(WireWriter out) {
            out.bool(full);
        }
    }

    record Retry(long connectSeq) implements Control {
        @Override
        public Tag tag() {
            return Tag.SESSION_RETRY;
        }

        @Override
        public void encode(WireWriter out) {
            out.u64(connectSeq);
        }
    }

    record RetryGlobal(long globalSeq) implements Control {
        @Override
        public Tag tag() {
            return Tag.SESSION_RETRY_GLOBAL;
        }

        @Override
        public void encode(WireWriter out) {
            out.u64(globalSeq);
        }
    }

    record ReconnectOk(long inSeq) implements Control {
        @Override
        public Tag tag() {
            return Tag.SESSION_RECONNECT_OK;
        }

        @Override
        public void encode(WireWriter out) {
            out.u64(inSeq);
        }
    }

    record Wait() implements Control {
        @Override
        public Tag tag() {
            return Tag.WAIT;
        }

        @Override
        public void encode(WireWriter out) {}
    }

    record Keepalive(Utime stamp) implements Control {
        @Override
        public Tag tag() {
            return Tag.KEEPALIVE2;
        }

        @Override
        public void encode(WireWriter out) {
            stamp.encode(out);
        }
    }

    record KeepaliveAck(Utime stamp) implements Control {
        @Override
        public Tag tag() {
            return Tag.KEEPALIVE2_ACK;
        }

        @Override
        public void encode(WireWriter out) {
            stamp.encode(out);
        }
    }

    record Ack(long seq) implements Control {
        @Override
        public Tag tag() {
            return Tag.ACK;
        }

        @Override
        public void encode(WireWriter out) {
            out.u64(seq);
        }
    }
}
