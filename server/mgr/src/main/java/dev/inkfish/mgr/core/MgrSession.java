package dev.inkfish.mgr.core;

import dev.inkfish.cephx.caps.MgrCap;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.mon.DaemonHealthMetric;
import java.util.List;

/// A peer's session with the manager (`MgrSession`): a daemon that reports, or a client. Belongs to the core's thread.
public final class MgrSession {
    private final long id;
    private final EntityName peer;
    private final EntityAuthName authName;
    private final EntityAddr address;
    private final MgrCap caps;
    private String daemon = "";
    private List<DaemonHealthMetric> health = List.of();

    /// @param id unique within the daemon's life
    public MgrSession(long id, EntityName peer, EntityAuthName authName, EntityAddr address, MgrCap caps) {
        this.id = id;
        this.peer = peer;
        this.authName = authName;
        this.address = address;
        this.caps = caps;
    }

    public long id() {
        return id;
    }

    public EntityName peer() {
        return peer;
    }

    public EntityAuthName authName() {
        return authName;
    }

    public EntityAddr address() {
        return address;
    }

    public MgrCap caps() {
        return caps;
    }

    /// `osd.0`; empty before it has introduced itself.
    public String daemon() {
        return daemon;
    }

    void opened(String service, String name) {
        daemon = (service.isEmpty() ? peer.type().text() : service) + "." + name;
    }

    /// What it last reported of its health.
    public List<DaemonHealthMetric> health() {
        return health;
    }

    void health(List<DaemonHealthMetric> reported) {
        health = List.copyOf(reported);
    }
}
