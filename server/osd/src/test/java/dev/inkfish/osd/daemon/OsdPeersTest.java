package dev.inkfish.osd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.net.Connection;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.NettyMessenger;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OsdPeersTest {
    private final EventLoops loops = EventLoops.create("test", 1);
    private final NettyMessenger messenger = NettyMessenger.builder(EntityName.osd(0), loops)
            .clientAuth(NoneAuth.client(EntityAuthName.parse("osd.0")))
            .serverAuth(NoneAuth.server(() -> 1))
            .bind(address(0))
            .nonce(2)
            .build();
    private final OsdPeers peers = new OsdPeers(messenger, 0);

    @AfterEach
    void end() {
        messenger.close();
        loops.close();
    }

    private static EntityAddr address(int port) {
        return EntityAddr.of(EntityAddr.Kind.MSGR2, new InetSocketAddress("127.0.0.1", port), 1);
    }

    private static OsdMap up(OsdMap map, int osd, EntityAddrVec addrs) {
        OsdMapIncremental inc = OsdMapIncremental.after(map);
        inc.newMaxOsd = 2;
        inc.newUpClient.put(osd, addrs);
        inc.newUpCluster.put(osd, addrs);
        return map.apply(inc);
    }

    /// Started again after a kill, an OSD has a map in which the instance before is up, with groups that it leads.
    @Test
    void theInstanceBeforeIsNotSpokenFor() {
        messenger.start();
        OsdMap before = up(up(OsdMap.empty(), 1, EntityAddrVec.of(address(1))), 0, EntityAddrVec.of(address(2)));
        assertThat(peers.connection(1, before)).isNull();

        OsdMap booted = up(before, 0, messenger.addrs());
        Connection connection = peers.connection(1, booted);
        assertThat(connection).isNotNull();
        peers.onMap(booted);
        assertThat(peers.connection(1, booted)).isSameAs(connection);
    }
}
