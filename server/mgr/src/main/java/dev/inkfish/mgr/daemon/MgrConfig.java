package dev.inkfish.mgr.daemon;

import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.conf.Conf;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a manager needs to run.
///
/// @param name its id: the `x` of `mgr.x`
/// @param key of `mgr.x`; null where authentication is off
/// @param monitors their addresses, one vector each
/// @param bind where it serves; port 0 for a free one
/// @param metadata of the machine, for `ceph mgr metadata`
/// @param network set where peers of the same process are to be reached without sockets
public record MgrConfig(
        String name,
        UUID fsid,
        Conf conf,
        @Nullable CryptoKey key,
        List<EntityAddrVec> monitors,
        List<EntityAddr> bind,
        Map<String, String> metadata,
        EventLoops loops,
        @Nullable LocalNetwork network) {
    /// Where a module serves: its options `server_addr` (the manager's own address if empty) and `server_port`.
    InetSocketAddress serving(String module, EntityAddrVec own) {
        String host = conf.string("mgr/" + module + "/server_addr");
        if (host.isEmpty()) {
            String first = own.addrs().getFirst().hostAndPort();
            host = first.substring(0, first.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
        }
        return new InetSocketAddress(host, (int) conf.integer("mgr/" + module + "/server_port"));
    }
}
