package dev.inkfish.net;

import dev.inkfish.cephx.AuthPolicy;
import dev.inkfish.cephx.CephxMonAuth;
import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.Entropy;
import dev.inkfish.cephx.MauthSession;
import dev.inkfish.cephx.keys.KeyDatabase;
import dev.inkfish.cephx.keys.RotatingSecrets;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MAuth;
import dev.inkfish.wire.message.MAuthReply;
import dev.inkfish.wire.message.MConfig;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.MMonCommandAck;
import dev.inkfish.wire.message.MMonGetMap;
import dev.inkfish.wire.message.MMonGetVersion;
import dev.inkfish.wire.message.MMonGetVersionReply;
import dev.inkfish.wire.message.MMonMap;
import dev.inkfish.wire.message.MMonSubscribe;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.MonInfo;
import dev.inkfish.wire.mon.MonMap;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

/// As much of a monitor as a client needs to log in, subscribe and get an answer to a command.
final class FakeMonitor implements AutoCloseable, Dispatcher, KeyDatabase {
    static final UUID FSID = UUID.fromString("6b1d4a2e-95c3-4a04-9b61-0c4c2f2a5d10");
    static final String STATUS = "all is well here\n";
    private static final String DESCRIPTIONS =
            """
            {"cmd000":{"sig":["status"],"help":"show","module":"mon","perm":"r","flags":0}}""";
    private static final long HOUR = 3_600_000;

    final NettyMessenger messenger;
    final Queue<String> seen = new ConcurrentLinkedQueue<>();
    final Queue<String> subscriptions = new ConcurrentLinkedQueue<>();
    final Entropy entropy;
    volatile boolean answersCommands = true;
    /// As one without a quorum does.
    volatile boolean endsSessions;
    private final NavigableMap<EntityAuthName, EntityAuth> keys = new TreeMap<>();
    private final NavigableMap<EntityType, RotatingSecrets> rotating = new TreeMap<>();
    private final CephxMonAuth auth;
    private volatile MonMap monMap;
    private long lastId = 4100;

    FakeMonitor(EventLoops loops, AuthPolicy policy, long seed) {
        Random random = new Random(seed);
        entropy = count -> {
            byte[] bytes = new byte[count];
            random.nextBytes(bytes);
            return Bytes.wrap(bytes);
        };
        for (EntityType service : EntityType.values()) {
            rotating.put(service, RotatingSecrets.EMPTY.rotated(now(), HOUR, CryptoKey.AES, entropy));
        }
        auth = new CephxMonAuth(this, policy, entropy);
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        messenger = NettyMessenger.builder(EntityName.mon(0), loops)
                .serverAuth(auth)
                .bind(EntityAddr.of(EntityAddr.Kind.MSGR2, any, 0))
                .bind(EntityAddr.of(EntityAddr.Kind.LEGACY, any, 0))
                .dispatcher(this)
                .build();
        messenger.start();
        monMap = MonMap.initial(FSID, List.of(new MonInfo("a", messenger.addrs())), now());
    }

    /// There is another monitor.
    void knows(EntityAddrVec other) {
        monMap = MonMap.initial(FSID, List.of(new MonInfo("a", messenger.addrs()), new MonInfo("b", other)), now());
    }

    EntityAuth addKey(String name) {
        EntityAuth key = EntityAuth.of(CryptoKey.generate(CryptoKey.AES, now(), entropy), Map.of("mon", "allow *"));
        keys.put(EntityAuthName.parse(name), key);
        return key;
    }

    @Override
    public void onAccepted(Connection connection) {
        seen.add("accepted " + connection.peerName().type());
    }

    @Override
    public void onReset(Connection connection) {
        seen.add("reset");
    }

    @Override
    public void onMessage(Connection connection, Message message, long tid) {
        seen.add(message.getClass().getSimpleName());
        switch (message) {
            case MAuth request -> authenticate(connection, request);
            case MMonGetMap get -> connection.send(encodedMap());
            case MMonSubscribe subscribe when endsSessions -> connection.close();
            case MMonSubscribe subscribe -> {
                subscriptions.add(subscribe.what().toString());
                connection.send(encodedMap());
                if (subscribe.what().containsKey("config")) {
                    connection.send(new MConfig(new TreeMap<>()));
                }
            }
            case MMonGetVersion get -> connection.send(new MMonGetVersionReply(get.handle(), 7, 1), tid);
            case MMonCommand command -> {
                String text = command.cmd().getFirst();
                boolean help = text.contains("get_command_descriptions");
                Bytes output = Bytes.utf8(help ? DESCRIPTIONS : STATUS);
                if (!answersCommands) {
                    return;
                }
                connection.send(new MMonCommandAck(0, "", command.cmd(), output), tid);
            }
            default -> {}
        }
    }

    private MMonMap encodedMap() {
        WireWriter out = new WireWriter();
        monMap.encode(out, Features.PACIFIC);
        return new MMonMap(out.toBytes());
    }

    private void authenticate(Connection connection, MAuth request) {
        MauthSession session = connection.attachment() instanceof MauthSession known
                ? known
                : connection.identity() == null ? auth.mauth() : auth.mauth(connection.identity());
        connection.attach(session);
        MauthSession.Reply reply = session.handle(request.protocol(), request.payload());
        if (reply.identity() != null) {
            connection.setIdentity(reply.identity());
        }
        connection.send(new MAuthReply(
                reply.protocol(), reply.result(), reply.globalId(), reply.payload(), reply.message()));
    }

    @Override
    public Utime now() {
        return Utime.ofMillis(System.currentTimeMillis());
    }

    @Override
    public EntityAuth find(EntityAuthName name) {
        return keys.get(name);
    }

    @Override
    public RotatingSecrets rotating(EntityType service) {
        return rotating.getOrDefault(service, RotatingSecrets.EMPTY);
    }

    @Override
    public long allocateGlobalId() {
        return ++lastId;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public void close() {
        messenger.close();
    }
}
