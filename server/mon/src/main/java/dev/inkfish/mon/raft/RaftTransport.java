package dev.inkfish.mon.raft;

import dev.inkfish.mon.Count;
import dev.inkfish.mon.Tally;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.jspecify.annotations.Nullable;

/// Ratis's calls between servers, carried by the monitors' messages: no port of its own, and as well protected as
/// those.
public final class RaftTransport implements RaftServerRpc {
    private static final String PARAMETER = "inkfish.monitor";
    private static final int VOTE = 1;
    private static final int APPEND = 2;
    private static final int SNAPSHOT = 3;
    private static final int START_ELECTION = 4;

    /// Found by Ratis by its name.
    public static final class Type implements RpcType {
        @Override
        public String name() {
            return getClass().getName();
        }

        @Override
        public RpcFactory newFactory(Parameters parameters) {
            return new Factory(parameters.get(PARAMETER, Wiring.class));
        }
    }

    private record Factory(Wiring wiring) implements ServerFactory {
        @Override
        public RpcType getRpcType() {
            return new Type();
        }

        @Override
        public RaftServerRpc newRaftServerRpc(RaftServer server) {
            return new RaftTransport(wiring);
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            LogAppender appender = ServerFactory.super.newLogAppender(server, state, follower);
            wiring.appenders.add(appender);
            return appender;
        }
    }

    /// What a transport works with.
    ///
    /// @param appenders bring entries to one follower each; those that have ended are swept out by [#tell]
    /// @param candidacy the last term in which this monitor has asked for votes
    record Wiring(PeerCalls calls, Ballot ballot, Tally tally, List<LogAppender> appenders, AtomicLong candidacy) {
        Wiring(PeerCalls calls, Ballot ballot, Tally tally) {
            this(calls, ballot, tally, new CopyOnWriteArrayList<>(), new AtomicLong());
        }

        Parameters parameters() {
            Parameters parameters = new Parameters();
            parameters.put(PARAMETER, this, Wiring.class);
            return parameters;
        }

        /// Has the followers know at once up to where entries are agreed on, rather than with the next one or in a
        /// second.
        void tell() {
            appenders.removeIf(each -> !each.isRunning());
            appenders.forEach(LogAppender::triggerHeartbeat);
        }
    }

    private final Wiring wiring;

    private RaftTransport(Wiring wiring) {
        this.wiring = wiring;
    }

    // ---- to other monitors

    private byte[] call(RaftRpcRequestProto header, int operation, byte[] request) throws IOException {
        String to = RaftPeerId.valueOf(header.getReplyId()).toString();
        Bytes answer = wiring.calls.call(to, new WireWriter(request.length + 1).u8(operation).raw(request).toBytes());
        WireReader in = answer.reader();
        if (in.u8() == 0) {
            throw new IOException("mon." + to + ": " + in.string());
        }
        return in.rest().toArray();
    }

    @Override
    public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
        mayVote(wiring.ballot, request);
        long term = request.getCandidateTerm();
        if (!request.getPreVote() && wiring.candidacy.getAndAccumulate(term, Math::max) < term) {
            wiring.tally.one(Count.ELECTION_CALL);
        }
        return RequestVoteReplyProto.parseFrom(call(request.getServerRequest(), VOTE, request.toByteArray()));
    }

    private static void mayVote(Ballot ballot, RequestVoteRequestProto request) throws IOException {
        if (!ballot.mayVote(request.getCandidateTerm())) {
            throw new IOException("the leader's lease has not ended, or this monitor was told to stay out of the quorum");
        }
    }

    @Override
    public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request) throws IOException {
        return AppendEntriesReplyProto.parseFrom(call(request.getServerRequest(), APPEND, request.toByteArray()));
    }

    @Override
    public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request) throws IOException {
        if (request.hasSnapshotChunk() && request.getSnapshotChunk().getRequestIndex() == 0) {
            wiring.tally.one(Count.SHARE_STATE);
            wiring.tally.add(Count.SHARE_STATE_BYTES, request.getSnapshotChunk().getTotalSize());
        }
        return InstallSnapshotReplyProto.parseFrom(call(request.getServerRequest(), SNAPSHOT, request.toByteArray()));
    }

    @Override
    public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request) throws IOException {
        return StartLeaderElectionReplyProto.parseFrom(
                call(request.getServerRequest(), START_ELECTION, request.toByteArray()));
    }

    // ---- from other monitors

    /// Has a server answer another monitor's request.
    static Bytes serve(@Nullable RaftServer server, Ballot ballot, Bytes request) {
        try {
            if (server == null) {
                throw new IOException("not started");
            }
            return new WireWriter().u8(1).raw(answer(server, ballot, request.reader())).toBytes();
        } catch (IOException | RuntimeException e) {
            return new WireWriter().u8(0).string(String.valueOf(e.getMessage())).toBytes();
        }
    }

    private static byte[] answer(RaftServer server, Ballot ballot, WireReader in) throws IOException {
        int operation = in.u8();
        byte[] body = in.rest().toArray();
        return switch (operation) {
            case VOTE -> {
                RequestVoteRequestProto request = RequestVoteRequestProto.parseFrom(body);
                mayVote(ballot, request);
                yield server.requestVote(request).toByteArray();
            }
            case APPEND -> server.appendEntries(AppendEntriesRequestProto.parseFrom(body)).toByteArray();
            case SNAPSHOT -> server.installSnapshot(InstallSnapshotRequestProto.parseFrom(body)).toByteArray();
            case START_ELECTION ->
                server.startLeaderElection(StartLeaderElectionRequestProto.parseFrom(body)).toByteArray();
            default -> throw new IOException("operation " + operation);
        };
    }

    // ---- nothing to do: connections are the monitor's

    @Override
    public void start() {}

    @Override
    public InetSocketAddress getInetSocketAddress() {
        return InetSocketAddress.createUnresolved("monitor", 0);
    }

    @Override
    public void handleException(RaftPeerId serverId, Exception e, boolean reconnect) {}

    @Override
    public void addRaftPeers(Collection<RaftPeer> peers) {}

    @Override
    public RpcType getRpcType() {
        return new Type();
    }

    @Override
    public void close() {}
}
