package dev.inkfish.mon;

import dev.inkfish.cephx.MauthSession;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.mon.quorum.PeerMessage;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Utime;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A peer's session with this monitor (`MonSession`). Belongs to the core's thread.
public final class MonSession {
    private final long id;
    private final EntityName peer;
    private final EntityAddrVec addrs;
    private final EntityAddr socketAddr;
    private final long features;
    private final NavigableMap<String, Subscription> subscriptions = new TreeMap<>();
    private @Nullable Identity identity;
    private @Nullable MauthSession dialogue;
    private SessionCaps caps = SessionCaps.NONE;
    private Utime since = Utime.ZERO;
    private int osdEpoch;
    private String host = "";
    private boolean open = true;
    private @Nullable String via;
    private long idThere;

    /// @param id unique within the daemon's life; tells sessions apart in ordered collections
    public MonSession(long id, EntityName peer, EntityAddrVec addrs, EntityAddr socketAddr, long features) {
        this.id = id;
        this.peer = peer;
        this.addrs = addrs;
        this.socketAddr = socketAddr;
        this.features = features;
    }

    public long id() {
        return id;
    }

    /// A session that another monitor has, for which it asks this one, the leader.
    ///
    /// @param idThere the other monitor's number of it
    static MonSession through(String monitor, long idThere, long id, PeerMessage.Caller caller) {
        MonSession session = new MonSession(id, caller.peer(), caller.addrs(), caller.socketAddr(), caller.features());
        session.via = monitor;
        session.idThere = idThere;
        session.host = caller.host();
        return session;
    }

    /// The monitor that has the session; null for this one.
    @Nullable String via() {
        return via;
    }

    long idThere() {
        return idThere;
    }

    PeerMessage.Caller caller() {
        return new PeerMessage.Caller(id, peer, addrs, socketAddr, features, host, identity());
    }

    /// By type and number; a client's number is its global id.
    public EntityName peer() {
        return identity != null && globalId() != 0 && peer.number() < 0 ? identity.entity(peer.type()) : peer;
    }

    public EntityAddrVec addrs() {
        return addrs;
    }

    public EntityAddr socketAddr() {
        return socketAddr;
    }

    public long features() {
        return features;
    }

    public boolean isAuthenticated() {
        return identity != null;
    }

    /// Who it proved to be.
    ///
    /// @throws IllegalStateException before it did
    public EntityAuthName authName() {
        return identity().name();
    }

    /// Name, number and capabilities.
    ///
    /// @throws IllegalStateException before it has proved them
    public Identity identity() {
        if (identity == null) {
            throw new IllegalStateException("session without a name");
        }
        return identity;
    }

    /// 0 before it has one.
    public long globalId() {
        return identity == null ? 0 : identity.globalId();
    }

    public SessionCaps caps() {
        return caps;
    }

    public Utime since() {
        return since;
    }

    MauthSession dialogue(MonAuth auth) {
        if (dialogue == null) {
            dialogue = auth.dialogue(identity);
        }
        return dialogue;
    }

    void authenticated(Identity who, SessionCaps allowed, Utime now) {
        identity = who;
        caps = allowed;
        since = now;
    }

    public boolean isOpen() {
        return open;
    }

    void closed() {
        open = false;
        subscriptions.clear();
    }

    /// By topic.
    public NavigableMap<String, Subscription> subscriptions() {
        return subscriptions;
    }

    /// The newest OSD map it was sent.
    public int osdEpoch() {
        return osdEpoch;
    }

    public void osdEpoch(int epoch) {
        osdEpoch = epoch;
    }

    /// The host name it told with its subscriptions; empty if none.
    public String host() {
        return host;
    }

    void host(String hostName) {
        host = hostName;
    }

    @Override
    public String toString() {
        return peer() + " " + addrs + (identity == null ? "" : " (" + identity.name() + ")");
    }
}
