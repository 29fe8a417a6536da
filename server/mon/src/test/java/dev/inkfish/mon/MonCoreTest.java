package dev.inkfish.mon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.conf.Conf;
import dev.inkfish.mon.log.LogService;
import dev.inkfish.mon.osdcmd.OsdCommands;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.osdmap.PgPool;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MMonCommand;
import dev.inkfish.wire.message.MMonCommandAck;
import dev.inkfish.wire.message.MMonSubscribe;
import dev.inkfish.wire.message.MOSDBeacon;
import dev.inkfish.wire.message.MOSDBoot;
import dev.inkfish.wire.message.MOSDFailure;
import dev.inkfish.wire.message.MOSDMap;
import dev.inkfish.wire.message.MOSDMarkMeDown;
import dev.inkfish.wire.message.MOSDPGCreate2;
import dev.inkfish.wire.message.MOSDPGCreated;
import dev.inkfish.wire.message.MPoolOp;
import dev.inkfish.wire.message.MPoolOpReply;
import dev.inkfish.wire.osd.OsdSuperblock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MonCoreTest {
    private final CoreHarness mon = new CoreHarness();

    private void boot(MonSession session) {
        int osd = (int) session.peer().number();
        EntityAddrVec other = CoreHarness.addrs(7000 + osd);
        OsdSuperblock superblock = new OsdSuperblock(
                CoreHarness.FSID, osd, 0, 0, 0, 0, OsdSuperblock.NO_FEATURES, 0, 0, new UUID(1, osd + 1), 0, Utime.ZERO);
        mon.send(session, new MOSDBoot(
                mon.osdMap().map().epoch(), superblock, other, other, 0, other, new TreeMap<>(), Features.PACIFIC));
        mon.commit();
    }

    private MMonSubscribe subscribe(String what, long start) {
        return new MMonSubscribe(new TreeMap<>(Map.of(what, new MMonSubscribe.Item(start, false))), "host");
    }

    private static MPoolOp poolOp(int op, int pool, long snap, String name) {
        return new MPoolOp(CoreHarness.FSID, pool, op, snap, name, -1);
    }

    @Test
    void noReplyLeavesBeforeTheCommit() {
        MonSession client = mon.open(EntityName.client(5), "client.admin", "allow *");
        mon.send(client, poolOp(MPoolOp.CREATE, 0, 0, "p"));
        assertThat(mon.isProposing()).isTrue();
        assertThat(mon.received(client, MPoolOpReply.class)).isEmpty();
        mon.commit();
        assertThat(mon.received(client, MPoolOpReply.class)).singleElement().satisfies(reply -> {
            assertThat(reply.code()).isZero();
            assertThat(reply.epoch()).isEqualTo(mon.osdMap().map().epoch());
        });
    }

    @Test
    void sessionsAndProposalsAreCounted() {
        Tally tally = mon.core.tally();
        assertThat(tally.of(Count.ELECTION_WIN)).isOne();
        assertThat(tally.of(Count.NUM_ELECTIONS)).isOne();
        long begun = tally.of(Count.BEGIN);
        long refreshed = tally.of(Count.REFRESH);
        MonSession client = mon.open(EntityName.client(5), "client.admin", "allow *");
        mon.send(client, poolOp(MPoolOp.CREATE, 0, 0, "p"));
        assertThat(tally.of(Count.BEGIN)).isEqualTo(begun + 1);
        assertThat(tally.of(Count.REFRESH)).isEqualTo(refreshed);
        mon.commit();
        assertThat(tally.of(Count.REFRESH)).isEqualTo(refreshed + 1);
        assertThat(tally.of(Count.SESSION_ADD)).isOne();
        assertThat(tally.of(Count.SESSION_RM)).isZero();
        mon.core.closed(client, mon.now);
        assertThat(tally.of(Count.SESSION_RM)).isOne();
        tally.reset("mon");
        assertThat(tally.of(Count.SESSION_ADD)).isZero();
        assertThat(tally.of(Count.BEGIN)).isEqualTo(begun + 1);
    }

    @Test
    void whatWasNotCommittedIsGoneAfterARestartAndTheRestIsThere() {
        MonSession client = mon.open(EntityName.client(5), "client.admin", "allow *");
        mon.send(client, poolOp(MPoolOp.CREATE, 0, 0, "kept"));
        mon.commit();
        mon.send(client, poolOp(MPoolOp.CREATE, 0, 0, "lost"));
        OsdMap after = mon.restarted().osdMap().map();
        assertThat(after.poolNames().values()).containsExactly("kept");
        assertThat(after.encode(Features.PACIFIC)).isEqualTo(mon.osdMap().map().encode(Features.PACIFIC));
    }

    @Test
    void changesThatArriveDuringAProposalBecomeOneEpoch() {
        MonSession client = mon.open(EntityName.client(5), "client.admin", "allow *");
        int epoch = mon.osdMap().map().epoch();
        for (String name : List.of("a", "b", "c", "d")) {
            mon.send(client, poolOp(MPoolOp.CREATE, 0, 0, name));
        }
        mon.commit();
        assertThat(mon.osdMap().map().poolNames()).hasSize(4);
        assertThat(mon.osdMap().map().epoch()).isEqualTo(epoch + 2);
        assertThat(mon.received(client, MPoolOpReply.class)).hasSize(4);
    }

    @Test
    void selfManagedSnapshotsAreNumberedRemovedAndForgotten() {
        MonSession client = mon.open(EntityName.client(5), "client.admin", "allow *");
        mon.send(client, poolOp(MPoolOp.CREATE, 0, 0, "p"));
        mon.commit();
        int pool = (int) mon.osdMap().map().poolId("p");
        mon.send(client, poolOp(MPoolOp.CREATE_UNMANAGED_SNAP, pool, 0, ""));
        mon.commit();
        mon.send(client, poolOp(MPoolOp.DELETE_UNMANAGED_SNAP, pool, 2, ""));
        mon.commit();
        mon.send(client, poolOp(MPoolOp.CREATE_SNAP, pool, 0, "named"));
        mon.commit();
        List<MPoolOpReply> replies = mon.received(client, MPoolOpReply.class);
        assertThat(replies.get(1).output().reader().u64()).isEqualTo(2);
        assertThat(replies.getLast().code()).isEqualTo(Errno.EINVAL.code());
        assertThat(mon.osdMap().map().inRemovedSnapsQueue(pool, 2)).isTrue();
        mon.osdMap().purgedSnaps().reportedBy(() -> new TreeMap<>(mon.osdMap().map().removedSnapsQueue()));
        mon.pass(1);
        mon.commit();
        assertThat(mon.osdMap().map().removedSnapsQueue()).isEmpty();
        assertThat(mon.osdMap().map().newPurgedSnaps().get((long) pool).contains(2)).isTrue();
    }

    @Test
    void anOsdBootsStopsAndIsMarkedOutInTheEnd() {
        List<MonSession> osds = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            osds.add(mon.openOsd(i));
            boot(osds.get(i));
        }
        assertThat(mon.osdMap().map().countUp()).isEqualTo(4);
        assertThat(mon.osdMap().map().countIn()).isEqualTo(4);
        assertThat(mon.received(osds.get(3), MOSDMap.class)).isNotEmpty();
        OsdMap map = mon.osdMap().map();
        mon.send(osds.get(0), new MOSDMarkMeDown(CoreHarness.FSID, 0, map.publicAddrs(0), map.epoch(), true));
        mon.commit();
        assertThat(mon.received(osds.get(0), MOSDMarkMeDown.class)).hasSize(1);
        assertThat(mon.osdMap().map().isDown(0)).isTrue();
        mon.pass(599);
        mon.commit();
        assertThat(mon.osdMap().map().isIn(0)).isTrue();
        mon.pass(2);
        mon.commit();
        assertThat(mon.osdMap().map().isOut(0)).isTrue();
        boot(osds.get(0));
        assertThat(mon.osdMap().map().isIn(0)).isTrue();
        assertThat(mon.osdMap().map().weight(0)).isEqualTo(OsdMap.IN);
    }

    private void osdCommands() {
        new OsdCommands(mon.osdMap(), mon.conf, pool -> new OsdCommands.PoolUse.Use(0, 0)).register(mon.core.commands());
    }

    private OsdMapIncremental lastIncrement(MonSession client) {
        mon.send(client, subscribe("osdmap", mon.osdMap().map().epoch()));
        return OsdMapIncremental.decode(
                mon.received(client, MOSDMap.class).getLast().incrementals().lastEntry().getValue());
    }

    /// As a real 16.2.15 does it: the increment gives a weight, which makes the OSD exist, and its new state.
    @Test
    void anOsdThatIsNewIsInBeforeItBoots() {
        osdCommands();
        MonSession client = mon.open(EntityName.client(5), "client.admin", "allow *");
        UUID uuid = new UUID(1, 1);
        mon.command("{\"prefix\": \"osd new\", \"uuid\": \"" + uuid + "\"}");
        mon.commit();
        assertThat(mon.answers.getLast().data().utf8()).isEqualTo("0\n");
        OsdMapIncremental increment = lastIncrement(client);
        assertThat(increment.newMaxOsd).isEqualTo(1);
        assertThat(increment.newWeight).isEqualTo(Map.of(0, OsdMap.IN));
        assertThat(increment.newState).isEqualTo(Map.of(0, OsdMap.NEW));
        assertThat(increment.newUuid).isEqualTo(Map.of(0, uuid));
        OsdMap map = mon.osdMap().map();
        assertThat(map.state(0)).isEqualTo(OsdMap.EXISTS | OsdMap.NEW);
        assertThat(map.isIn(0)).isTrue();

        mon.command("{\"prefix\": \"osd create\"}");
        mon.command("{\"prefix\": \"osd new\", \"uuid\": \"" + uuid + "\"}");
        mon.command("{\"prefix\": \"osd new\", \"uuid\": \"" + uuid + "\", \"id\": 1}");
        mon.commit();
        assertThat(mon.answers.stream().skip(1).map(done -> done.data().utf8())).containsExactlyInAnyOrder("1\n", "0\n", "");
        assertThat(mon.answers.stream().filter(done -> done.code() == Errno.EEXIST.code())).hasSize(1);

        boot(mon.openOsd(0));
        assertThat(mon.osdMap().map().state(0)).isEqualTo(OsdMap.EXISTS | OsdMap.UP);
        assertThat(mon.osdMap().map().weight(0)).isEqualTo(OsdMap.IN);
        mon.pass(601);
        mon.commit();
        assertThat(mon.osdMap().map().isOut(1)).isTrue();
        assertThat(mon.osdMap().map().hasState(1, OsdMap.AUTOOUT)).isTrue();
    }

    private String answered(String command) {
        mon.command(command);
        mon.commit();
        var done = mon.answers.getLast();
        return done.code() + " " + done.outs();
    }

    /// In the words of a real 16.2.15.
    @Test
    void flagsOfACrushNodeOrADeviceClassHoldTheirOsds() {
        osdCommands();
        mon.command("{\"prefix\": \"osd new\", \"uuid\": \"" + new UUID(1, 1) + "\"}");
        mon.commit();
        assertThat(answered("{\"prefix\": \"osd crush add\", \"id\": 0, \"weight\": 1, \"args\": [\"root=default\", \"host=h\"]}")).startsWith("0 ");
        String overflow = Errno.EOVERFLOW.code() + " (75) Value too large for defined data type";
        assertThat(answered("{\"prefix\": \"osd crush reweight\", \"name\": \"osd.0\", \"weight\": 32768}")).isEqualTo(overflow);
        assertThat(answered("{\"prefix\": \"osd crush reweight-subtree\", \"name\": \"h\", \"weight\": 123456}")).isEqualTo(overflow);
        assertThat(answered("{\"prefix\": \"osd crush reweight\", \"name\": \"osd.0\", \"weight\": 32767.9}")).startsWith("0 ");
        assertThat(answered("{\"prefix\": \"osd set-group\", \"flags\": \"noup,noin\", \"who\": [\"h\"]}")).isEqualTo("0 ");
        int host = mon.osdMap().map().crushNodeFlags().firstKey();
        assertThat(mon.osdMap().map().crush().itemNames()).containsEntry(host, "h");
        assertThat(mon.osdMap().map().crushNodeFlags()).containsEntry(host, OsdMap.STATE_NOUP | OsdMap.STATE_NOIN);
        MonSession osd = mon.openOsd(0);
        boot(osd);
        assertThat(mon.osdMap().map().isUp(0)).isFalse();

        assertThat(answered("{\"prefix\": \"osd rm-noup\", \"ids\": [\"h\"]}")).isEqualTo("0 ");
        assertThat(mon.osdMap().map().crushNodeFlags()).containsEntry(host, OsdMap.STATE_NOIN);
        boot(osd);
        assertThat(mon.osdMap().map().isUp(0)).isTrue();
        assertThat(answered("{\"prefix\": \"osd unset-group\", \"flags\": \"noin\", \"who\": [\"h\"]}")).isEqualTo("0 ");
        assertThat(mon.osdMap().map().crushNodeFlags()).isEmpty();

        assertThat(answered("{\"prefix\": \"osd crush set-device-class\", \"class\": \"fast\", \"ids\": [\"0\"]}")).startsWith("0 ");
        assertThat(answered("{\"prefix\": \"osd add-noup\", \"ids\": [\"fast\"]}")).isEqualTo("0 ");
        assertThat(mon.osdMap().map().deviceClassFlags().values()).containsExactly(OsdMap.STATE_NOUP);
        assertThat(answered("{\"prefix\": \"osd down\", \"ids\": [\"0\"]}")).startsWith("0 ");
        boot(osd);
        assertThat(mon.osdMap().map().isUp(0)).isFalse();

        assertThat(answered("{\"prefix\": \"osd rm-noup\", \"ids\": [\"1234567\"]}"))
                .isEqualTo(Errno.EINVAL.code() + " unable to parse osd id or crush node or device class: \"1234567\". ");
        assertThat(answered("{\"prefix\": \"osd set-group\", \"flags\": \"noup\", \"who\": [\"foo\", \"77\"]}"))
                .isEqualTo("0 unable to parse osd id or crush node or device class: \"foo\". osd.77 does not exist. ");
        assertThat(answered("{\"prefix\": \"osd down\", \"ids\": [\"1234567\"]}"))
                .isEqualTo(Errno.EINVAL.code() + " osd id 1234567 is too largeinvalid osd id-34");
    }

    /// In the words of a real 16.2.15.
    @Test
    void aTreeIsOfStatesThatDoNotExcludeEachOther() {
        osdCommands();
        String tree = "{\"prefix\": \"osd tree\", \"states\": [%s]}";
        String one = Errno.EINVAL.code() + " can specify only one of 'up', 'down' and 'destroyed'";
        assertThat(answered(tree.formatted("\"up\", \"destroyed\""))).isEqualTo(one);
        assertThat(answered(tree.formatted("\"down\", \"in\", \"up\""))).isEqualTo(one);
        assertThat(answered(tree.formatted("\"in\", \"out\", \"up\""))).isEqualTo(Errno.EINVAL.code() + " cannot specify both 'in' and 'out'");
        assertThat(answered(tree.formatted("\"up\", \"out\""))).isEqualTo("0 ");
        assertThat(answered(tree.formatted("\"down\", \"down\""))).isEqualTo("0 ");
    }

    /// A number in the map.
    @Test
    void aPoolsChecksumIsShownByItsName() {
        osdCommands();
        mon.send(mon.open(EntityName.client(5), "client.admin", "allow *"), poolOp(MPoolOp.CREATE, 0, 0, "p"));
        mon.commit();
        assertThat(answered("{\"prefix\": \"osd pool set\", \"pool\": \"p\", \"var\": \"csum_type\", \"val\": \"xxhash64\"}"))
                .isEqualTo("0 set pool 1 csum_type to xxhash64");
        answered("{\"prefix\": \"osd pool get\", \"pool\": \"p\", \"var\": \"csum_type\"}");
        assertThat(mon.answers.getLast().data().utf8()).isEqualTo("csum_type: xxhash64\n");
        answered("{\"prefix\": \"osd pool get\", \"pool\": \"p\", \"var\": \"csum_type\", \"format\": \"json\"}");
        assertThat(mon.answers.getLast().data().utf8()).contains("\"csum_type\":\"xxhash64\"");
    }

    /// As it is that node's no more.
    @Test
    void aCrushNodesFlagsGoWithIt() {
        osdCommands();
        assertThat(answered("{\"prefix\": \"osd crush add-bucket\", \"name\": \"r\", \"type\": \"rack\"}")).startsWith("0 ");
        assertThat(answered("{\"prefix\": \"osd add-noout\", \"ids\": [\"r\"]}")).isEqualTo("0 ");
        assertThat(mon.osdMap().map().crushNodeFlags()).hasSize(1);
        assertThat(answered("{\"prefix\": \"osd crush rm\", \"name\": \"r\"}")).startsWith("0 ");
        assertThat(mon.osdMap().map().crushNodeFlags()).isEmpty();
    }

    @Test
    void twoReportersFromDifferentPlacesAndTheGraceMarkAnOsdDown() {
        List<MonSession> osds = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            osds.add(mon.openOsd(i));
            boot(osds.get(i));
        }
        OsdMap map = mon.osdMap().map();
        for (int reporter = 1; reporter <= 2; reporter++) {
            mon.send(osds.get(reporter), new MOSDFailure(
                    CoreHarness.FSID, 0, map.publicAddrs(0), map.epoch(), MOSDFailure.FAILED, 10));
        }
        mon.commit();
        assertThat(mon.osdMap().map().isUp(0)).isTrue();
        mon.pass(11);
        mon.commit();
        assertThat(mon.osdMap().map().isDown(0)).isTrue();
    }

    @Test
    void subscribersGetIncrementsThatLeadToTheSameMap() {
        MonSession client = mon.open(EntityName.client(5), "client.admin", "allow r");
        mon.send(client, subscribe("osdmap", 0));
        MOSDMap first = mon.received(client, MOSDMap.class).getFirst();
        OsdMap theirs = OsdMap.decode(first.maps().lastEntry().getValue());
        for (int i = 0; i < 3; i++) {
            boot(mon.openOsd(i));
        }
        for (MOSDMap message : mon.received(client, MOSDMap.class)) {
            for (var increment : message.incrementals().values()) {
                theirs = theirs.apply(OsdMapIncremental.decode(increment));
            }
        }
        assertThat(theirs.epoch()).isEqualTo(mon.osdMap().map().epoch());
        assertThat(theirs.encode(Features.PACIFIC)).isEqualTo(mon.osdMap().map().encode(Features.PACIFIC));
    }

    @Test
    void aPoolIsCreatingUntilItsGroupsAre() {
        MonSession client = mon.open(EntityName.client(5), "client.admin", "allow *");
        mon.send(client, poolOp(MPoolOp.CREATE, 0, 0, "p"));
        mon.commit();
        long pool = mon.osdMap().map().poolId("p");
        assertThat(mon.osdMap().map().pool(pool).hasFlag(PgPool.FLAG_CREATING)).isTrue();
        MonSession osd = mon.openOsd(0);
        boot(osd);
        for (int seed = 0; seed < 32; seed++) {
            mon.send(osd, new MOSDPGCreated(new PgId(pool, seed)));
        }
        mon.commit();
        assertThat(mon.osdMap().creatingPgs().count()).isZero();
        assertThat(mon.osdMap().map().pool(pool).hasFlag(PgPool.FLAG_CREATING)).isFalse();
    }

    /// A map that some group was not clean since is kept, whoever told of that group; an OSD counts until it is down and out.
    @Test
    void mapsThatNobodyNeedsAreTrimmed() {
        osdCommands();
        mon.conf.set(Conf.Layer.FILE, "mon_min_osdmap_epochs", "2");
        MonSession client = mon.open(EntityName.client(5), "client.admin", "allow *");
        mon.send(client, poolOp(MPoolOp.CREATE, 0, 0, "p"));
        mon.commit();
        long pool = mon.osdMap().map().poolId("p");
        List<MonSession> osds = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            osds.add(mon.openOsd(i));
            boot(osds.get(i));
        }
        List<PgId> groups = new ArrayList<>();
        for (int seed = 0; seed < 32; seed++) {
            groups.add(new PgId(pool, seed));
            mon.send(osds.get(0), new MOSDPGCreated(groups.getLast()));
        }
        mon.commit();
        beacon(osds.get(0), groups.subList(0, 31));
        beacon(osds.get(1), List.of());
        beacon(osds.get(2), List.of());
        assertThat(oldestAfterAnotherMap()).as("nobody told of one group").isEqualTo(1);

        beacon(osds.get(2), groups.subList(31, 32));
        int told = mon.osdMap().map().epoch();
        mon.command("{\"prefix\":\"osd down\",\"ids\":[\"2\"]}");
        mon.commit();
        for (int i = 0; i < 5; i++) {
            oldestAfterAnotherMap();
            beacon(osds.get(0), groups.subList(0, 31));
            beacon(osds.get(1), List.of());
        }
        assertThat(oldestAfterAnotherMap()).as("one OSD is down").isEqualTo(told);

        mon.command("{\"prefix\":\"osd out\",\"ids\":[\"2\"]}");
        mon.commit();
        assertThat(oldestAfterAnotherMap()).as("of one group nobody else told").isEqualTo(told);

        beacon(osds.get(1), groups.subList(31, 32));
        assertThat(oldestAfterAnotherMap()).isGreaterThan(told + 5);
    }

    /// All of these groups are clean in the present map.
    private void beacon(MonSession osd, List<PgId> groups) {
        int epoch = mon.osdMap().map().epoch();
        mon.send(osd, new MOSDBeacon(epoch, groups, epoch, Utime.ZERO));
        mon.commit();
    }

    private long oldestAfterAnotherMap() {
        String verb = mon.osdMap().map().hasFlag(OsdMap.NOUP) ? "unset" : "set";
        mon.command("{\"prefix\":\"osd " + verb + "\",\"key\":\"noup\"}");
        mon.commit();
        return mon.osdMap().oldestVersion();
    }

    @Test
    void aPrimaryIsToldOnceWhichGroupsItIsToMake() {
        osdCommands();
        MonSession osd = mon.openOsd(0);
        boot(osd);
        mon.command("{\"prefix\":\"osd crush add\",\"id\":0,\"weight\":1.0,\"args\":[\"root=default\",\"host=h\"]}");
        mon.commit();
        mon.send(osd, subscribe("osd_pg_creates", 0));
        MonSession client = mon.open(EntityName.client(5), "client.admin", "allow *");
        mon.send(client, poolOp(MPoolOp.CREATE, 0, 0, "p"));
        mon.commit();
        assertThat(told(osd)).isEqualTo(32);

        mon.command("{\"prefix\":\"osd set\",\"key\":\"noout\"}");
        mon.commit();
        assertThat(told(osd)).as("once").isZero();

        mon.send(osd, new MOSDPGCreated(new PgId(mon.osdMap().map().poolId("p"), 3)));
        mon.commit();
        MonSession later = mon.openOsd(0);
        mon.send(later, subscribe("osd_pg_creates", 0));
        assertThat(told(later)).as("what is still to be made").isEqualTo(31);
    }

    private int told(MonSession osd) {
        return mon.received(osd, MOSDPGCreate2.class).stream().mapToInt(message -> message.pgs().size()).sum();
    }

    @Test
    void aGroupIsMadeAnewOnceItsLossIsAccepted() {
        osdCommands();
        MonSession client = mon.open(EntityName.client(5), "client.admin", "allow *");
        mon.send(client, poolOp(MPoolOp.CREATE, 0, 0, "p"));
        mon.commit();
        long pool = mon.osdMap().map().poolId("p");
        MonSession osd = mon.openOsd(0);
        boot(osd);
        for (int seed = 0; seed < 32; seed++) {
            mon.send(osd, new MOSDPGCreated(new PgId(pool, seed)));
        }
        mon.commit();
        String group = "{\"prefix\":\"osd force-create-pg\",\"pgid\":\"" + pool + ".3\"";
        for (String rest : List.of("}", ",\"yes_i_really_mean_it\":true}", ",\"yes_i_really_mean_it\":true}")) {
            mon.command(group + rest);
            mon.commit();
        }
        assertThat(mon.answers.get(0).code()).isEqualTo(Errno.EPERM.code());
        assertThat(mon.answers.get(1).outs()).isEqualTo("pg " + pool + ".3 now creating, ok");
        assertThat(mon.answers.get(2).outs()).isEqualTo("pg " + pool + ".3 already creating");
        assertThat(mon.osdMap().creatingPgs().all()).isEqualTo(new TreeMap<>(Map.of(pool, new TreeSet<>(List.of(3)))));
        assertThat(mon.osdMap().map().pool(pool).hasFlag(PgPool.FLAG_CREATING)).isTrue();

        mon.send(osd, new MOSDPGCreated(new PgId(pool, 3)));
        mon.commit();
        assertThat(mon.osdMap().creatingPgs().count()).isZero();
        assertThat(mon.osdMap().map().pool(pool).hasFlag(PgPool.FLAG_CREATING)).isFalse();
    }

    @Test
    void commandsAreRefusedWithCephsWords() {
        MonSession weak = mon.open(EntityName.client(6), "client.weak", "allow r");
        mon.send(weak, new MMonCommand(CoreHarness.FSID, List.of("{\"prefix\":\"nonsense\"}"), Bytes.EMPTY));
        mon.send(weak, new MMonCommand(CoreHarness.FSID,
                List.of("{\"prefix\":\"config-key set\",\"key\":\"a\",\"val\":\"b\"}"), Bytes.EMPTY));
        List<MMonCommandAck> acks = mon.received(weak, MMonCommandAck.class);
        assertThat(acks.get(0).result()).isEqualTo(Errno.EINVAL.code());
        assertThat(acks.get(0).status()).isEqualTo("command not known");
        assertThat(acks.get(1).result()).isEqualTo(Errno.EACCES.code());
        assertThat(acks.get(1).status()).isEqualTo("access denied");
    }

    /// Its admin socket is asked, which is noted in the cluster's log, before it has joined.
    @Test
    void aMonitorThatIsNotInTheMapHasLinesForTheLog() {
        MonCore stranger = CoreHarness.outside().core;
        assertThat(stranger.rank()).isEqualTo(-1);
        LogService log = stranger.service(LogService.class);
        stranger.commands().all().forEach(command -> log.auditTold(command, List.of(), true));
    }
}
