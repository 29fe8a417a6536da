package dev.inkfish.mon.raft;

import dev.inkfish.mon.Count;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.store.MonStore;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.wire.Bytes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The monitor's store as the log's state machine. The store says itself up to which entry it has been brought, in the
/// same batch as the entry's changes, so entries that come again after a restart change nothing. A snapshot is a
/// file with all of the store; it is what a monitor gets whose log ends before the leader's begins.
final class StoreMachine extends BaseStateMachine {
    private static final Logger LOG = LoggerFactory.getLogger(StoreMachine.class);
    private static final String APPLIED = "log_index";
    private static final String JOINING = RaftLog.JOINING;
    private static final long LIMIT_SECONDS = 60;

    private final Member member;
    private final String proposer;
    private final SimpleStateMachineStorage files = new SimpleStateMachineStorage();
    /// The number of the proposal that this monitor waits for; on the monitor's thread.
    private long awaited;

    StoreMachine(Member member, String proposer) {
        this.member = member;
        this.proposer = proposer;
    }

    private MonStore store() {
        return member.store();
    }

    /// The last entry that the store has, as of its opening.
    long applied() {
        return store().number(MonCore.META, APPLIED);
    }

    // ---- proposals, on the monitor's thread

    Proposal proposal(MonTransaction transaction) {
        return new Proposal(proposer, ++awaited, store().number(MonCore.META, MonCore.VERSION_KEY), transaction);
    }

    boolean awaits(Proposal proposal) {
        return proposal.sequence() == awaited;
    }

    /// What was proposed last is not waited for any more, and not to be sent again.
    private void forget() {
        awaited++;
    }

    /// Brings the store up to an entry. On the monitor's thread.
    void apply(long index, Proposal proposal) {
        if (index <= store().number(MonCore.META, APPLIED)) {
            return;
        }
        long version = store().number(MonCore.META, MonCore.VERSION_KEY);
        boolean own = proposal.proposer().equals(proposer);
        boolean waited = own && awaits(proposal);
        MonTransaction transaction = proposal.transaction();
        if (proposal.base() > version) {
            throw new IllegalStateException("entry " + index + " of the log was made from version " + proposal.base()
                    + ", this store has only version " + version);
        }
        if (proposal.base() != version) {
            // of a leader that did not know the newest state, or the repetition of one that is there
            store().applyLater(new MonTransaction().putNumber(MonCore.META, APPLIED, index));
            if (waited) {
                forget();
                member.passedOver();
            }
            return;
        }
        transaction.putNumber(MonCore.META, MonCore.VERSION_KEY, version + 1).putNumber(MonCore.META, APPLIED, index);
        long began = System.nanoTime();
        store().applyLater(transaction);
        member.tally().commit(transaction, System.nanoTime() - began);
        if (waited) {
            forget();
            member.committed(transaction);
        } else if (own) {
            member.givenUp(transaction);
        } else {
            member.learned(transaction);
        }
    }

    // ---- what Ratis calls, on its threads

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage) throws IOException {
        super.initialize(server, group, storage);
        files.init(storage);
        boolean begins = files.getLatestSnapshot() == null
                && store().number(MonCore.META, MonCore.VERSION_KEY) > 0
                && store().number(MonCore.META, APPLIED) == 0;
        if (begins) {
            // the log goes on from a store that was made without it
            write(TermIndex.valueOf(0, 0));
        }
        SingleFileSnapshotInfo latest = files.getLatestSnapshot();
        if (latest != null) {
            if (!holds(latest)) {
                // another monitor's, and this one ended before it had taken it
                onMonitorsThread(() -> take(latest));
            }
            setLastAppliedTermIndex(latest.getTermIndex());
        }
        getLifeCycle().startAndTransition(() -> {});
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return files;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext context) {
        LogEntryProto entry = context.getLogEntry();
        Bytes data = Bytes.wrap(entry.getStateMachineLogEntry().getLogData().toByteArray());
        CompletableFuture<Message> applied = new CompletableFuture<>();
        boolean runs = member.run(() -> {
            apply(entry.getIndex(), Proposal.decode(data));
            applied.complete(Message.EMPTY);
        });
        if (!runs) {
            applied.completeExceptionally(new IOException("the monitor is being stopped"));
        }
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        return applied;
    }

    @Override
    public void notifyLeaderReady() {
        long term = currentTerm();
        List<String> voters = voters();
        member.run(() -> {
            forget();
            member.leads(term, voters);
        });
    }

    private long currentTerm() {
        try {
            return getServer().join().getDivision(getGroupId()).getInfo().getCurrentTerm();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> voters() {
        try {
            return getServer().join().getDivision(getGroupId()).getRaftConf().getCurrentPeers().stream()
                    .map(peer -> peer.getId().toString()).toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        member.run(member::leadsNoMore);
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        updateLastAppliedTermIndex(term, index);
    }

    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        List<String> voters = configuration.getPeersList().stream()
                .map(peer -> RaftPeerId.valueOf(peer.getId()).toString()).toList();
        LOG.info("{}: monitors that vote: {}", proposer, voters);
        member.run(() -> member.voters(voters));
    }

    /// The log's disk is full or broken: this monitor ends, as it does where its store fails.
    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto entry) {
        member.run(() -> {
            throw new IllegalStateException("the monitors' log cannot be written", cause);
        });
    }

    // ---- snapshots

    @Override
    public long takeSnapshot() throws IOException {
        TermIndex applied = getLastAppliedTermIndex();
        if (applied == null || applied.getIndex() < 0) {
            return -1;
        }
        onMonitorsThread(() -> write(applied));
        return applied.getIndex();
    }

    private void write(TermIndex at) throws IOException {
        store().sync();
        File file = files.getSnapshotFile(at.getTerm(), at.getIndex());
        Path unfinished = Path.of(file.getPath() + ".new");
        try (FileOutputStream raw = new FileOutputStream(unfinished.toFile());
                DataOutputStream out = new DataOutputStream(new BufferedOutputStream(raw))) {
            store().dump(out);
            out.flush();
            raw.getFD().sync();
        }
        Files.move(unfinished, file.toPath(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        MD5Hash hash = MD5FileUtil.computeAndSaveMd5ForFile(file);
        files.updateLatestSnapshot(new SingleFileSnapshotInfo(new FileInfo(file.toPath(), hash), at.getTerm(), at.getIndex()));
    }

    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    /// Takes what another monitor has sent.
    @Override
    public void reinitialize() throws IOException {
        SingleFileSnapshotInfo latest = files.loadLatestSnapshot();
        if (latest == null) {
            throw new IOException("no snapshot after its installation");
        }
        onMonitorsThread(() -> take(latest));
        setLastAppliedTermIndex(latest.getTermIndex());
        getLifeCycle().transition(LifeCycle.State.STARTING);
        getLifeCycle().transition(LifeCycle.State.RUNNING);
    }

    private boolean holds(SingleFileSnapshotInfo snapshot) {
        return store().number(MonCore.META, MonCore.VERSION_KEY) > 0
                && store().number(MonCore.META, APPLIED) >= snapshot.getIndex();
    }

    private void take(SingleFileSnapshotInfo snapshot) throws IOException {
        MonTransaction own = new MonTransaction().putNumber(MonCore.META, APPLIED, snapshot.getIndex());
        Bytes joining = store().get(MonCore.META, JOINING);
        if (joining != null) {
            own.put(MonCore.META, JOINING, joining);
        }
        try (DataInputStream in = new DataInputStream(
                new BufferedInputStream(new FileInputStream(snapshot.getFile().getPath().toFile())))) {
            long began = System.nanoTime();
            store().load(in, own);
            member.tally().one(Count.STORE_STATE);
            member.tally().add(Count.STORE_STATE_BYTES, Files.size(snapshot.getFile().getPath()));
            member.tally().add(Count.STORE_STATE_LATENCY, System.nanoTime() - began);
        }
        member.restored();
    }

    /// Something that may fail.
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private void onMonitorsThread(Work work) throws IOException {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        boolean runs = member.run(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (IOException e) {
                done.completeExceptionally(e);
            } catch (RuntimeException e) {
                // the store's disk: what it has, nobody knows any more
                done.completeExceptionally(e);
                throw e;
            }
        });
        if (!runs) {
            throw new IOException("the monitor is being stopped");
        }
        try {
            done.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the monitor's store", e);
        }
    }
}
