package dev.inkfish.mon;

import dev.inkfish.cephx.MauthSession;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.command.CommandResult;
import dev.inkfish.conf.Conf;
import dev.inkfish.mon.config.ConfigKeyService;
import dev.inkfish.mon.config.ConfigService;
import dev.inkfish.mon.log.LogService;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.osd.OsdMapService;
import dev.inkfish.mon.store.MemoryMonStore;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A core on a store in memory, with time that the test moves and commits that the test lets happen.
final class CoreHarness implements MonEffects {
    static final UUID FSID = UUID.fromString("11111111-2222-3333-4444-555555555555");

    record Sent(MonSession session, Message message, long tid) {}

    final Conf conf = new Conf("mon", "a");
    final MemoryMonStore store;
    final List<Sent> sent = new ArrayList<>();
    final MonCore core;
    Utime now = new Utime(1_800_000_000, 0);
    private @Nullable MonTransaction proposal;
    private long sessions;

    CoreHarness() {
        this(new MemoryMonStore(), List.of(new MonInfo("a", addrs(3300))));
    }

    /// One that the monitor map does not name, as before it has joined.
    static CoreHarness outside() {
        return new CoreHarness(new MemoryMonStore(), List.of(new MonInfo("b", addrs(3301))));
    }

    /// @param monitors of a new cluster; none if there is one in the store
    private CoreHarness(MemoryMonStore store, List<MonInfo> monitors) {
        this.store = store;
        conf.set(Conf.Layer.FILE, "mon_allow_pool_delete", "true");
        core = new MonCore("a", FSID, conf, store, this);
        core.add(new MonMapService(core));
        core.add(new LogService(core));
        core.add(new ConfigKeyService(core));
        core.add(new ConfigService(core));
        core.add(new OsdMapService(core));
        core.auth(new MonAuth() {
            @Override
            public MauthSession dialogue(@Nullable Identity identity) {
                throw new UnsupportedOperationException();
            }

            @Override
            public SessionCaps capsOf(Identity identity) {
                return SessionCaps.parse(identity.caps().utf8());
            }

            @Override
            public boolean mayWritePool(Identity identity, EntityAddr from, String pool) {
                return false;
            }
        });
        if (!monitors.isEmpty()) {
            MonMap map = MonMap.initial(FSID, monitors, now);
            store.apply(core.newCluster(new NewCluster(FSID, map, Bytes.EMPTY, conf, now)));
        }
        core.start(now);
    }

    /// The same store under a new core, as after a crash: what was not committed is gone.
    CoreHarness restarted() {
        return new CoreHarness(store, List.of());
    }

    OsdMapService osdMap() {
        return core.service(OsdMapService.class);
    }

    static EntityAddrVec addrs(int port) {
        Bytes ip = Bytes.wrap(new byte[] {127, 0, 0, 1});
        return EntityAddrVec.of(new EntityAddr(EntityAddr.Kind.MSGR2, 0, ip, port));
    }

    MonSession open(EntityName peer, String name, String caps) {
        EntityAddrVec addrs = addrs(6800 + (int) sessions);
        MonSession session = new MonSession(++sessions, peer, addrs, addrs.front(), Features.PACIFIC);
        core.opened(session, new Identity(EntityAuthName.parse(name), sessions, Bytes.utf8(caps), false), now);
        return session;
    }

    MonSession openOsd(int osd) {
        return open(EntityName.osd(osd), "osd." + osd, "allow profile osd");
    }

    void send(MonSession session, Message message) {
        core.message(session, message, 7, now);
    }

    /// Lets everything that is proposed be agreed on.
    void commit() {
        while (proposal != null) {
            MonTransaction agreed = MonTransaction.decode(proposal.encode().reader());
            proposal = null;
            store.apply(agreed);
            core.committed(agreed, now);
        }
    }

    boolean isProposing() {
        return proposal != null;
    }

    void pass(long seconds) {
        now = Utime.ofMillis(now.toMillis() + seconds * 1000);
        core.tick(now);
    }

    /// The answers to a session so far of one kind, taken away.
    <M extends Message> List<M> received(MonSession session, Class<M> type) {
        List<M> found = sent.stream().filter(s -> s.session == session && type.isInstance(s.message))
                .map(s -> type.cast(s.message)).toList();
        sent.removeIf(s -> s.session == session && type.isInstance(s.message));
        return found;
    }

    List<CommandResult.Done> answers = new ArrayList<>();

    void command(String json) {
        core.localCommand(List.of(json), Bytes.EMPTY, answers::add, now);
    }

    @Override
    public void propose(MonTransaction transaction) {
        assert proposal == null;
        proposal = transaction;
    }

    @Override
    public void send(MonSession session, Message message, long tid) {
        sent.add(new Sent(session, message, tid));
    }

    @Override
    public void identify(MonSession session, Identity identity) {}

    @Override
    public void close(MonSession session) {}

    @Override
    public long compact() {
        throw new UnsupportedOperationException();
    }

    @Override
    public byte[] random(int count) {
        return new byte[count];
    }

    @Override
    public void log(Level level, String text) {}

    @Override
    public void failed(String what, RuntimeException bug) {
        throw bug;
    }
}
