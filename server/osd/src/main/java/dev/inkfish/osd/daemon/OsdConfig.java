package dev.inkfish.osd.daemon;

import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.conf.Conf;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.osd.ops.ClientOps;
import dev.inkfish.osd.ops.CopySource;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// What an OSD needs to run.
///
/// @param whoami its number
/// @param store made ready by [OsdDaemon#mkfs]; the daemon closes it
/// @param clientAuth how it proves who it is to monitors and others
/// @param serverAuth how others prove who they are
/// @param monitors addresses, one vector per monitor
/// @param publicBind where clients reach it
/// @param clusterBind where other OSDs reach it
/// @param network set where peers of the same process are to be reached without sockets
/// @param ops makes the client operations of a group, which fetch the sources of copies as given
public record OsdConfig(
        int whoami,
        Conf conf,
        ObjectStore store,
        ClientAuth clientAuth,
        ServerAuth serverAuth,
        List<EntityAddrVec> monitors,
        List<EntityAddr> publicBind,
        List<EntityAddr> clusterBind,
        EventLoops loops,
        @Nullable LocalNetwork network,
        BiFunction<PgHost, CopySource, ClientOps> ops) {}
