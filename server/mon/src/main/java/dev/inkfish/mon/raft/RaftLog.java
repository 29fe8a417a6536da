package dev.inkfish.mon.raft;

import dev.inkfish.mon.quorum.Quorum;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One monitor's part of the log that the monitors agree on.
public final class RaftLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RaftLog.class);
    /// Longer than a lease, so that nobody stands for election while a leader may still answer.
    private static final int ELECTION_MIN_MILLIS = 2400;
    private static final int ELECTION_MAX_MILLIS = 3600;
    private static final int FIRST_ELECTION_MIN_MILLIS = 300;
    private static final int FIRST_ELECTION_MAX_MILLIS = 1000;
    private static final int ADDITION_SECONDS = 20;
    private static final int STEP_DOWN_MILLIS = 1000;
    /// In the store's [dev.inkfish.mon.MonCore#META]: the monitor map with which this monitor joined the others. What it
    /// gets from them first may be older and not know it yet.
    public static final String JOINING = "joining";

    private final String name;
    private final Member member;
    private final Ballot ballot = new Ballot(System::nanoTime);
    private final StoreMachine machine;
    private final RaftGroupId group;
    private final RaftPeerId self;
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicBoolean changing = new AtomicBoolean();
    private volatile @Nullable RaftServer server;
    private volatile RaftTransport.@Nullable Wiring transport;
    private volatile boolean closed;
    /// A file that says when this monitor was stopped in good order.
    private @Nullable Path rested;

    /// @param lives tells this life of the monitor from others
    public RaftLog(String name, UUID fsid, Member member, UUID lives) {
        this.name = name;
        this.member = member;
        this.machine = new StoreMachine(member, name + "/" + lives);
        this.group = RaftGroupId.valueOf(fsid);
        this.self = RaftPeerId.valueOf(name);
    }

    /// @param directory of the log
    /// @param founders names of all monitors where this one begins the log with them, or has done so; empty for one
    ///     that waits to be taken in
    /// @param keep entries after which the store is written out and the log behind it forgotten
    ///
    /// @throws CephException EIO where the log is damaged, or cannot be read
    public void start(Path directory, Collection<String> founders, PeerCalls peers, long keep) {
        RaftServer made = null;
        try {
            TornTail.cutOff(directory, machine.applied());
            rested = directory.resolve("stopped");
            ballot.begin(promisedBefore(directory));
            RaftTransport.Wiring wiring = new RaftTransport.Wiring(peers, ballot, member.tally());
            transport = wiring;
            made = RaftServer.newBuilder()
                    .setServerId(self)
                    .setGroup(RaftGroup.valueOf(group, peers(founders)))
                    .setStateMachine(machine)
                    .setProperties(properties(directory, keep))
                    .setParameters(wiring.parameters())
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .build();
            made.start();
            server = made;
        } catch (IOException | RuntimeException e) {
            closed = true;
            if (made != null) {
                stop(made);
            }
            LOG.debug("mon.{}: starting the log", name, e);
            throw e instanceof CephException known ? known : new CephException(
                    Errno.EIO, "the monitors' log in " + directory + ": " + firstCause(e));
        }
    }

    /// Ratis reads the log on threads of its own, and wraps what they throw.
    private static String firstCause(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /// How long what this monitor promised before it was started may still hold, at most.
    private long promisedBefore(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return 0;
        }
        long left = Quorum.LEASE;
        if (rested != null && Files.exists(rested)) {
            long since = System.currentTimeMillis() - Files.getLastModifiedTime(rested).toMillis();
            left = Math.clamp(Quorum.LEASE - since * 1_000_000, 0, Quorum.LEASE);
            Files.delete(rested);
        }
        return left;
    }

    private static List<RaftPeer> peers(Collection<String> names) {
        return names.stream().map(each -> RaftPeer.newBuilder().setId(each).setAddress("mon." + each).build()).toList();
    }

    private static RaftProperties properties(Path directory, long keep) {
        RaftProperties p = new RaftProperties();
        p.set(RaftConfigKeys.Rpc.TYPE_KEY, RaftTransport.Type.class.getName());
        RaftServerConfigKeys.setStorageDir(p, List.of(directory.toFile()));
        // a process that was stopped for long goes on where it was
        RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(1000, TimeUnit.DAYS));
        RaftServerConfigKeys.Rpc.setTimeoutMin(p, millis(ELECTION_MIN_MILLIS));
        RaftServerConfigKeys.Rpc.setTimeoutMax(p, millis(ELECTION_MAX_MILLIS));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, millis(FIRST_ELECTION_MIN_MILLIS));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, millis(FIRST_ELECTION_MAX_MILLIS));
        RaftServerConfigKeys.Rpc.setSleepTime(p, millis(100));
        RaftServerConfigKeys.setStagingTimeout(p, TimeDuration.valueOf(ADDITION_SECONDS, TimeUnit.SECONDS));
        RaftServerConfigKeys.Log.setPreallocatedSize(p, SizeInBytes.valueOf("0"));
        RaftServerConfigKeys.Log.setSegmentSizeMax(p, SizeInBytes.valueOf("8MB"));
        RaftServerConfigKeys.Log.setWriteBufferSize(p, SizeInBytes.valueOf("9MB"));
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(p, SizeInBytes.valueOf("16MB"));
        RaftServerConfigKeys.Log.setLogMetadataEnabled(p, false);
        RaftServerConfigKeys.Log.setPurgeGap(p, 1);
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, SizeInBytes.valueOf("8MB"));
        RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(p, SizeInBytes.valueOf("1MB"));
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(p, keep);
        RaftServerConfigKeys.Snapshot.setCreationGap(p, 1);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(p, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(p, false);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 2);
        return p;
    }

    private static TimeDuration millis(int count) {
        return TimeDuration.valueOf(count, TimeUnit.MILLISECONDS);
    }

    /// Answers another monitor's call; may take long.
    public Bytes serve(Bytes request) {
        return RaftTransport.serve(server, ballot, request);
    }

    /// Promises to vote for nobody else.
    ///
    /// @param until by [System#nanoTime]
    public boolean promise(long term, long until) {
        return ballot.promise(term, until);
    }

    /// Whether this monitor votes and stands for election. It keeps the log up to date in any case.
    public void takesPart(boolean whether) {
        ballot.takesPart(whether);
    }

    /// Gives the leadership up, if this monitor has it and there are others to take it.
    public void stepDown() {
        if (!isLeader() || voters().size() < 2 || !changing.compareAndSet(false, true)) {
            return;
        }
        LOG.info("mon.{}: steps down", name);
        try {
            TransferLeadershipRequest request = new TransferLeadershipRequest(
                    client, self, group, calls.incrementAndGet(), null, STEP_DOWN_MILLIS);
            running().transferLeadershipAsync(request).whenComplete(this::changed);
        } catch (IOException e) {
            changing.set(false);
            LOG.warn("mon.{}: {}", name, e.getMessage());
        }
    }

    /// Has the monitors agree on it. On the monitor's thread.
    public void propose(MonTransaction transaction) {
        submit(machine.proposal(transaction));
    }

    /// Has the other monitors know at once what is agreed on. At the leader; cheap, but not to be called where a proposal
    /// follows, which tells them as well.
    public void tell() {
        RaftTransport.Wiring wiring = transport;
        if (wiring != null) {
            wiring.tell();
        }
    }

    private void submit(Proposal proposal) {
        ByteString data = ByteString.copyFrom(proposal.encode().asByteBuffer());
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(self)
                .setGroupId(group)
                .setCallId(calls.incrementAndGet())
                .setMessage(Message.valueOf(data))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            running().submitClientRequestAsync(request).whenComplete((reply, failure) -> {
                boolean done = failure == null && reply.isSuccess();
                if (!done && !closed) {
                    Throwable cause = failure != null ? failure : reply.getException();
                    LOG.info("mon.{}: a proposal was not taken: {}", name, String.valueOf(cause));
                    // if it was the leadership, the monitor hears of it otherwise
                    Thread.ofVirtual().start(() -> again(proposal));
                }
            });
        } catch (IOException e) {
            LOG.info("mon.{}: a proposal was not taken: {}", name, e.getMessage());
            Thread.ofVirtual().start(() -> again(proposal));
        }
    }

    private void again(Proposal proposal) {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        member.run(() -> {
            // before the log has started, this monitor may lead already
            if (machine.awaits(proposal) && (isLeader() || server == null && !closed)) {
                submit(proposal);
            }
        });
    }

    private boolean isLeader() {
        try {
            return !closed && running().getDivision(group).getInfo().isLeader();
        } catch (IOException e) {
            return false;
        }
    }

    private RaftServer running() throws IOException {
        RaftServer now = server;
        if (now == null) {
            throw new IOException("not started");
        }
        return now;
    }

    /// Whether this monitor votes, and is able to. One that comes with an empty log is not before the leader has sent it
    /// the store and the first entry after it.
    public boolean takesPart() {
        try {
            return running().getDivision(group).getInfo().getLifeCycleState().isRunning() && voters().contains(name);
        } catch (IOException e) {
            return false;
        }
    }

    /// Who votes now.
    public Set<String> voters() {
        Set<String> names = new TreeSet<>();
        try {
            running().getDivision(group).getRaftConf().getCurrentPeers().forEach(peer -> names.add(peer.getId().toString()));
        } catch (IOException e) {
            LOG.debug("mon.{}: no log yet", name, e);
        }
        return names;
    }

    /// Has these vote, and no others, once those that are new have caught up. At the leader.
    public void changeVoters(Set<String> names) {
        if (!isLeader() || names.equals(voters()) || !changing.compareAndSet(false, true)) {
            return;
        }
        LOG.info("mon.{}: the monitors that vote shall be {}", name, names);
        try {
            SetConfigurationRequest request = new SetConfigurationRequest(
                    client, self, group, calls.incrementAndGet(), peers(names));
            running().setConfigurationAsync(request).whenComplete(this::changed);
        } catch (IOException e) {
            changing.set(false);
            LOG.warn("mon.{}: {}", name, e.getMessage());
        }
    }

    private void changed(@Nullable RaftClientReply reply, @Nullable Throwable failure) {
        changing.set(false);
        boolean done = reply != null && reply.isSuccess();
        if (!done && !closed) {
            LOG.info("mon.{}: not yet: {}", name, String.valueOf(failure != null || reply == null ? failure : reply.getException()));
        }
    }

    @Override
    public void close() {
        closed = true;
        RaftServer running = server;
        if (running != null) {
            stop(running);
            try {
                if (rested != null) {
                    Files.createFile(rested);
                }
            } catch (IOException e) {
                LOG.debug("mon.{}: not noted that it was stopped", name, e);
            }
        }
    }

    private void stop(RaftServer running) {
        try {
            running.close();
        } catch (IOException e) {
            LOG.warn("mon.{}: stopping the log", name, e);
        }
    }
}
