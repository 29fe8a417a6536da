package dev.inkfish.codecs.fuzz;

import dev.inkfish.cephx.AuthPolicy;
import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.CephxMonAuth;
import dev.inkfish.cephx.CephxServiceAuth;
import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.MauthSession;
import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.cephx.TestKeys;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.AuthStep;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.Identity;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Authentication with the same keys and randomness in each run, so that a dialogue once recorded is valid again, and any
/// byte of it can be changed. Input: who gets it, then the payloads, each behind its length.
final class CephxTargets {
    private static final EntityAuthName ADMIN = EntityAuthName.parse("client.admin");

    private CephxTargets() {}

    /// One monitor, one OSD, one client, from the seed.
    private static final class World {
        final TestKeys keys = new TestKeys(1);
        final CephxMonAuth monitor = new CephxMonAuth(keys, AuthPolicy.CEPHX, keys.entropy);
        final CephxClient admin;

        World() {
            CryptoKey key = keys.add("client.admin", CryptoKey.AES, Map.of("mon", "allow *", "osd", "allow *"));
            admin = new CephxClient(
                    ADMIN, key, List.of(EntityType.OSD), List.of(AuthMethod.MODE_SECURE), keys.entropy, keys::now);
        }

        CephxServiceAuth osd() {
            CryptoKey key = keys.add("osd.0", CryptoKey.AES, Map.of("mon", "allow profile osd"));
            CephxClient osd = new CephxClient(
                    EntityAuthName.parse("osd.0"), key, List.of(EntityType.OSD), List.of(AuthMethod.MODE_SECURE),
                    keys.entropy, keys::now);
            converse(osd.open(EntityType.MON), monitor.open(EntityType.OSD), new ArrayList<>());
            Identity identity = new Identity(osd.name(), osd.globalId(), Bytes.EMPTY, false);
            osd.renewed(monitor.mauth(identity).handle(AuthMethod.CEPHX, osd.rotatingRequest()).payload());
            return new CephxServiceAuth(osd.serviceKeys(), AuthPolicy.CEPHX, keys.entropy, keys::now);
        }
    }

    static void run(Bytes input) {
        try {
            WireReader in = input.reader();
            int who = in.u8();
            switch (who) {
                case 0 -> serve(new World().monitor.open(EntityType.CLIENT), in);
                case 1 -> mauth(new World().monitor.mauth(), in);
                case 2 -> {
                    World world = new World();
                    CephxServiceAuth osd = world.osd();
                    converse(world.admin.open(EntityType.MON), world.monitor.open(EntityType.CLIENT), new ArrayList<>());
                    serve(osd.open(EntityType.CLIENT), in);
                }
                case 3 -> answered(new World().admin.open(EntityType.MON), in);
                case 4 -> {
                    World world = new World();
                    converse(world.admin.open(EntityType.MON), world.monitor.open(EntityType.CLIENT), new ArrayList<>());
                    answered(world.admin.open(EntityType.OSD), in);
                }
                case 5 -> {
                    CephxClient admin = new World().admin;
                    admin.mauthBegin();
                    admin.mauthAnswer(in.u64(), in.bytes());
                    admin.mauthDone(in.bytes());
                    admin.renewed(in.bytes());
                }
                case 6 -> serve(NoneAuth.server(() -> 7).open(EntityType.CLIENT), in);
                default -> {}
            }
        } catch (DecodeException | CephException e) {
            // refused
        }
    }

    private static void serve(ServerAuth.Exchange server, WireReader in) {
        AuthStep step = server.first(in.u8(), in.u8(), in.bytes());
        while (step instanceof AuthStep.More && in.remaining() > 0) {
            step = server.next(in.bytes());
        }
    }

    private static void mauth(MauthSession session, WireReader in) {
        while (in.remaining() > 0) {
            session.handle(in.u8(), in.bytes());
        }
    }

    private static void answered(ClientAuth.Exchange client, WireReader in) {
        client.first();
        for (int more = in.u8(); more > 0; more--) {
            client.next(in.bytes());
        }
        client.done(in.u64(), in.u8(), in.bytes());
    }

    /// Says what the client said, then what the server said.
    private static AuthStep converse(ClientAuth.Exchange client, ServerAuth.Exchange server, List<Bytes> said) {
        Bytes mine = client.first();
        said.add(mine);
        AuthStep step = server.first(client.method(), AuthMethod.MODE_SECURE, mine);
        while (step instanceof AuthStep.More(Bytes payload)) {
            mine = client.next(payload);
            said.add(mine);
            said.add(payload);
            step = server.next(mine);
        }
        if (step instanceof AuthStep.Done done) {
            said.add(done.payload());
            client.done(done.identity().globalId(), AuthMethod.MODE_SECURE, done.payload());
        }
        return step;
    }

    static List<Bytes> seeds() {
        List<Bytes> seeds = new ArrayList<>();
        World world = new World();
        List<Bytes> said = new ArrayList<>();
        converse(world.admin.open(EntityType.MON), world.monitor.open(EntityType.CLIENT), said);
        seeds.add(served(0, said));
        seeds.add(heard(3, said));
        World other = new World();
        CephxServiceAuth osd = other.osd();
        converse(other.admin.open(EntityType.MON), other.monitor.open(EntityType.CLIENT), new ArrayList<>());
        said.clear();
        converse(other.admin.open(EntityType.OSD), osd.open(EntityType.CLIENT), said);
        seeds.add(served(2, said));
        seeds.add(heard(4, said));
        World third = new World();
        Bytes begin = third.admin.mauthBegin();
        MauthSession session = third.monitor.mauth();
        MauthSession.Reply challenge = session.handle(0, begin);
        Bytes answer = third.admin.mauthAnswer(challenge.globalId(), challenge.payload());
        MauthSession.Reply done = session.handle(AuthMethod.CEPHX, answer);
        seeds.add(new WireWriter().u8(1).u8(0).bytes(begin).u8(AuthMethod.CEPHX).bytes(answer).toBytes());
        seeds.add(new WireWriter().u8(5).u64(challenge.globalId()).bytes(challenge.payload()).bytes(done.payload())
                .bytes(done.payload()).toBytes());
        Bytes none = NoneAuth.client(ADMIN).open(EntityType.MON).first();
        seeds.add(new WireWriter().u8(6).u8(AuthMethod.NONE).u8(1).bytes(none).toBytes());
        return seeds;
    }

    /// The client's part of a dialogue.
    private static Bytes served(int who, List<Bytes> said) {
        WireWriter out = new WireWriter().u8(who).u8(AuthMethod.CEPHX).u8(AuthMethod.MODE_SECURE).bytes(said.getFirst());
        for (int i = 1; i + 1 < said.size(); i += 2) {
            out.bytes(said.get(i));
        }
        return out.toBytes();
    }

    /// The server's.
    private static Bytes heard(int who, List<Bytes> said) {
        WireWriter out = new WireWriter().u8(who).u8((said.size() - 2) / 2);
        for (int i = 2; i + 1 < said.size(); i += 2) {
            out.bytes(said.get(i));
        }
        return out.u64(4101).u8(AuthMethod.MODE_SECURE).bytes(said.getLast()).toBytes();
    }
}
