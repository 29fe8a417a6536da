package dev.inkfish.mon;

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
    private @Nullable EntityAuthName authName;
    private SessionCaps caps = SessionCaps.NONE;
    private long globalId;
    private Utime since = Utime.ZERO;
    private int osdEpoch;
    private String host = "";
    private boolean open = true;

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

    /// By type and number; a client's number is its global id.
    public EntityName peer() {
        return globalId != 0 && peer.number() <= 0 ? new EntityName(peer.type(), globalId) : peer;
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
        return authName != null;
    }

    /// Who it proved to be.
    ///
    /// @throws IllegalStateException before it did
    public EntityAuthName authName() {
        if (authName == null) {
            throw new IllegalStateException("session without a name");
        }
        return authName;
    }

    public long globalId() {
        return globalId;
    }

    public SessionCaps caps() {
        return caps;
    }

    public Utime since() {
        return since;
    }

    void authenticated(EntityAuthName name, long id, SessionCaps allowed, Utime now) {
        authName = name;
        globalId = id;
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
        return peer() + " " + addrs + (authName == null ? "" : " (" + authName + ")");
    }
}
