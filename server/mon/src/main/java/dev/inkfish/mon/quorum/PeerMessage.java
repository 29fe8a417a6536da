package dev.inkfish.mon.quorum;

import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.mon.scrub.ScrubSums;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.mon.LogEntry;
import java.util.List;
import java.util.NavigableMap;

/// What monitors say to each other. `epoch` is that of the leader concerned: what belongs to another one is dropped.
/// `life` is the peon's, a random number for each time that it was started: it counts requests and sessions from 1 in
/// each, and neither must be taken for one of an earlier life, nor an answer for one to a later session.
public sealed interface PeerMessage {
    int FORWARD = 1;
    int ROUTE = 2;
    int DONE = 3;
    int SESSION_CLOSED = 4;
    int LEASE = 5;
    int LEASE_ACK = 6;
    int GLOBAL_IDS = 7;
    int AGAIN = 8;
    int LOG_LINES = 9;
    int LEAVING = 10;
    int SCRUBBED = 11;

    long epoch();

    /// Peon to leader: a request of one of the peon's sessions (`MForward`).
    ///
    /// @param request the peon's number of it
    record Forward(long epoch, long life, long request, Caller caller, Envelope message) implements PeerMessage {}

    /// Leader to peon: a message for one of the peon's sessions (`MRoute`).
    ///
    /// @param version of the store that the leader had; the peon waits until it has it too
    record Route(long epoch, long life, long session, long version, Envelope message) implements PeerMessage {}

    /// Leader to peon: nothing more comes of the request.
    record Done(long epoch, long life, long request, long version) implements PeerMessage {}

    /// Peon to leader: the session is over.
    record SessionClosed(long epoch, long life, long session) implements PeerMessage {}

    /// Leader to all (`MMonPaxos::OP_LEASE`).
    ///
    /// @param sent the leader's steady clock, to be given back
    /// @param wall its wall clock
    /// @param quorum names of those in quorum
    /// @param since when the quorum became this one
    record Lease(long epoch, long sent, Utime wall, List<String> quorum, Utime since) implements PeerMessage {}

    /// The answer: a promise to follow nobody else for as long as the lease lasts.
    ///
    /// @param sent from the lease
    /// @param wall the peon's clock when the lease came
    /// @param wantsIds it runs out of global ids
    /// @param metadata what the peon says about itself; empty where it has said it already
    record LeaseAck(
            long epoch, long life, long sent, Utime wall, boolean wantsIds, StoreDisk disk,
            NavigableMap<String, String> metadata)
            implements PeerMessage {}

    /// Leader to one peon: global ids from `from` up to and without `to` are the peon's alone.
    record GlobalIds(long epoch, long from, long to) implements PeerMessage {}

    /// Leader to peon: answers may have been lost on the way; whatever is not done is to be passed on again.
    record Again(long epoch) implements PeerMessage {}

    /// Peon to leader: lines of its own for the cluster's log (`MLog`); lost with the leader.
    record LogLines(long epoch, List<LogEntry> lines) implements PeerMessage {}

    /// Peon to leader: it was told to leave the quorum.
    record Leaving(long epoch) implements PeerMessage {}

    /// Peon to leader: what the part of its store comes to that the leader ordered with this version (`MMonScrub`).
    record Scrubbed(long epoch, long version, ScrubSums sums) implements PeerMessage {}

    /// Whose request it is.
    ///
    /// @param session the peon's number of the session
    record Caller(
            long session, EntityName peer, EntityAddrVec addrs, EntityAddr socketAddr, long features, String host,
            Identity identity) {
        static Caller decode(WireReader in) {
            return new Caller(
                    in.u64(), EntityName.decode(in), EntityAddrVec.decode(in), EntityAddr.decode(in), in.u64(),
                    in.string(),
                    new Identity(EntityAuthName.decode(in), in.u64(), in.bytes(), in.bool()));
        }

        void encode(WireWriter out) {
            out.u64(session);
            peer.encode(out);
            addrs.encode(out, Features.PACIFIC);
            socketAddr.encode(out, Features.PACIFIC);
            out.u64(features).string(host);
            identity.name().encode(out);
            out.u64(identity.globalId()).bytes(identity.caps()).bool(identity.allowAll());
        }
    }

    default int kind() {
        return switch (this) {
            case Forward m -> FORWARD;
            case Route m -> ROUTE;
            case Done m -> DONE;
            case SessionClosed m -> SESSION_CLOSED;
            case Lease m -> LEASE;
            case LeaseAck m -> LEASE_ACK;
            case GlobalIds m -> GLOBAL_IDS;
            case Again m -> AGAIN;
            case LogLines m -> LOG_LINES;
            case Leaving m -> LEAVING;
            case Scrubbed m -> SCRUBBED;
        };
    }

    default Bytes encode() {
        WireWriter out = new WireWriter();
        out.u64(epoch());
        switch (this) {
            case Forward m -> {
                out.u64(m.life).u64(m.request);
                m.caller.encode(out);
                m.message.encode(out);
            }
            case Route m -> {
                out.u64(m.life).u64(m.session).u64(m.version);
                m.message.encode(out);
            }
            case Done m -> out.u64(m.life).u64(m.request).u64(m.version);
            case SessionClosed m -> out.u64(m.life).u64(m.session);
            case Lease m -> {
                out.u64(m.sent);
                m.wall.encode(out);
                out.list(m.quorum, WireWriter::string);
                m.since.encode(out);
            }
            case LeaseAck m -> {
                out.u64(m.life).u64(m.sent);
                m.wall.encode(out);
                out.bool(m.wantsIds).u32(m.disk.freePercent()).map(m.metadata, WireWriter::string, WireWriter::string);
                out.u64(m.disk.storeBytes());
            }
            case GlobalIds m -> out.u64(m.from).u64(m.to);
            case Again m -> {}
            case Leaving m -> {}
            case Scrubbed m -> {
                out.u64(m.version);
                m.sums.encode(out);
            }
            case LogLines m -> out.list(m.lines, (w, line) -> line.encode(w, Features.PACIFIC));
        }
        return out.toBytes();
    }

    static PeerMessage decode(int kind, Bytes payload) {
        WireReader in = payload.reader();
        long epoch = in.u64();
        return switch (kind) {
            case FORWARD -> new Forward(epoch, in.u64(), in.u64(), Caller.decode(in), Envelope.decode(in));
            case ROUTE -> new Route(epoch, in.u64(), in.u64(), in.u64(), Envelope.decode(in));
            case DONE -> new Done(epoch, in.u64(), in.u64(), in.u64());
            case SESSION_CLOSED -> new SessionClosed(epoch, in.u64(), in.u64());
            case LEASE -> new Lease(epoch, in.u64(), Utime.decode(in), in.list(WireReader::string), Utime.decode(in));
            case LEASE_ACK -> leaseAck(epoch, in);
            case GLOBAL_IDS -> new GlobalIds(epoch, in.u64(), in.u64());
            case AGAIN -> new Again(epoch);
            case LEAVING -> new Leaving(epoch);
            case SCRUBBED -> new Scrubbed(epoch, in.u64(), ScrubSums.decode(in));
            case LOG_LINES -> new LogLines(epoch, in.list(LogEntry::decode));
            default -> throw new DecodeException("monitors' message of kind " + kind);
        };
    }

    private static LeaseAck leaseAck(long epoch, WireReader in) {
        long life = in.u64();
        long sent = in.u64();
        Utime wall = Utime.decode(in);
        boolean wantsIds = in.bool();
        int freePercent = in.u32();
        NavigableMap<String, String> metadata = in.map(WireReader::string, WireReader::string);
        // an older monitor does not say how large its store is
        return new LeaseAck(epoch, life, sent, wall, wantsIds, new StoreDisk(freePercent, in.remaining() == 0 ? 0 : in.u64()), metadata);
    }
}
