package dev.inkfish.mon.daemon;

import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.Tally;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.quorum.PeerMessage;
import dev.inkfish.mon.quorum.Quorum;
import dev.inkfish.mon.raft.Member;
import dev.inkfish.mon.raft.RaftLog;
import dev.inkfish.mon.store.MonStore;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.net.Connection;
import dev.inkfish.net.Messenger;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MMonPeer;
import dev.inkfish.wire.mon.MonMap;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The other monitors, as this one deals with them: the ways to them, the log they agree on, and who votes in it.
final class Companions implements Member {
    private static final Logger LOG = LoggerFactory.getLogger(Companions.class);

    private final String name;
    private final MonLoop loop;
    private final MonStore store;
    private final PeerLinks links;
    private final RaftLog log;
    /// Something was agreed on here that no later message of the log has told the others; on the loop's thread.
    private boolean untold;

    Companions(String name, UUID fsid, MonLoop loop, MonStore store) {
        this.name = name;
        this.loop = loop;
        this.store = store;
        this.links = new PeerLinks(name, other -> loop.post(() -> loop.core().reachable(other, MonDaemon.now())));
        this.log = new RaftLog(name, fsid, this, UUID.randomUUID());
    }

    /// @param founders names of the monitors that have the log from its beginning; empty where this one joins them
    /// @param keep how many entries of the log, about
    void start(Path directory, Collection<String> founders, Messenger messenger, long keep) {
        links.start(messenger);
        log.start(directory, founders, links, keep);
    }

    void close() {
        log.close();
        links.close();
    }

    // ---- for the loop, on its thread

    void beat(MonCore core) {
        MonMap map = core.service(MonMapService.class).map();
        Map<String, EntityAddrVec> others = new TreeMap<>();
        map.monitors().forEach((other, info) -> {
            if (!other.equals(name)) {
                others.put(other, info.addrs());
            }
        });
        links.maintain(others);
        core.beat(System.nanoTime(), MonDaemon.now());
        if (core.quorum().isOutside()) {
            log.stepDown(); // the election may have been under way when it was told to go
        } else if (core.quorum().leads()) {
            Set<String> voters = log.voters();
            Set<String> wanted = new TreeSet<>(map.ranks());
            // a monitor that is not there yet would only be in the way
            wanted.removeIf(other -> !voters.contains(other) && !links.isOpen(other));
            log.changeVoters(wanted);
        }
    }

    void takePart(boolean whether) {
        log.takesPart(whether);
        if (!whether) {
            log.stepDown();
        }
    }

    void propose(MonTransaction transaction) {
        untold = false;
        log.propose(transaction);
    }

    /// At the end of a batch: peons wait with their answers until they know what is agreed on.
    void tell() {
        if (untold) {
            untold = false;
            log.tell();
        }
    }

    void send(String monitor, PeerMessage message) {
        links.send(monitor, message.kind(), message.encode());
    }

    boolean promise(long epoch, long until) {
        return log.promise(termOf(epoch), until);
    }

    /// Ceph's epochs are even while there is a quorum, and the first one of several monitors is above that of one.
    private static long epochOf(long term) {
        return 2 * (term + 1);
    }

    private static long termOf(long epoch) {
        return epoch / 2 - 1;
    }

    // ---- from the network, on an event loop's thread

    void received(Connection connection, MMonPeer message) {
        switch (message.kind()) {
            case PeerLinks.CALL -> Thread.ofVirtual().start(() -> serve(connection, message.payload()));
            default -> {
                try {
                    PeerMessage decoded = PeerMessage.decode(message.kind(), message.payload());
                    loop.post(() -> fromPeer(message.from(), decoded));
                } catch (DecodeException e) {
                    LOG.warn("mon.{}: from mon.{}: {}", name, message.from(), e.getMessage());
                }
            }
        }
    }

    private void fromPeer(String from, PeerMessage message) {
        // a monitor without the cluster's state has nothing to say yet, and one that cannot vote is not to be counted upon
        boolean ready = store.number(MonCore.META, MonCore.VERSION_KEY) > 0
                && (!(message instanceof PeerMessage.Lease) || log.takesPart());
        if (ready) {
            loop.core().peer(from, message, System.nanoTime(), MonDaemon.now());
        }
    }

    private void serve(Connection connection, Bytes payload) {
        WireReader in = payload.reader();
        long id = in.u64();
        Bytes answer = log.serve(in.rest());
        connection.send(new MMonPeer(
                name, PeerLinks.ANSWER, new WireWriter(answer.length() + 8).u64(id).raw(answer).toBytes()));
    }

    // ---- for the log

    @Override
    public boolean run(Runnable task) {
        return loop.run(task);
    }

    @Override
    public MonStore store() {
        return store;
    }

    @Override
    public Tally tally() {
        return loop.core().tally();
    }

    @Override
    public void leads(long term, Collection<String> voters) {
        LOG.info("mon.{}: leads in term {}", name, term);
        loop.core().lead(epochOf(term), voters, System.nanoTime(), MonDaemon.now());
    }

    @Override
    public void leadsNoMore() {
        if (loop.core().quorum().state() == Quorum.State.LEADER) {
            loop.core().elect(System.nanoTime(), MonDaemon.now());
        }
    }

    @Override
    public void voters(Collection<String> voters) {
        loop.core().voters(voters, MonDaemon.now());
    }

    @Override
    public void committed(MonTransaction transaction) {
        untold = true;
        loop.core().committed(transaction, MonDaemon.now());
    }

    @Override
    public void learned(MonTransaction transaction) {
        leadsNoMore();
        loop.core().learned(transaction, MonDaemon.now());
    }

    @Override
    public void passedOver() {
        startOver();
    }

    @Override
    public void givenUp(MonTransaction transaction) {
        if (loop.core().quorum().state() == Quorum.State.LEADER) {
            startOver();
        } else {
            loop.core().learned(transaction, MonDaemon.now());
        }
    }

    private void startOver() {
        if (loop.core().quorum().state() == Quorum.State.LEADER) {
            LOG.warn("mon.{}: its proposals begin again from what was agreed on", name);
            loop.core().startOver(MonDaemon.now());
        }
    }

    @Override
    public void restored() {
        leadsNoMore();
        loop.core().restored(MonDaemon.now());
    }
}
