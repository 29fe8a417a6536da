package dev.inkfish.osd.ops;

import static dev.inkfish.osd.ops.TestClient.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.objclass.ObjectClasses;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.message.MWatchNotify;
import dev.inkfish.wire.osd.OpArgs.Watch;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.WatchItem;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchTest {
    private final FakeHost host = new FakeHost();
    private final PrimaryOps ops = new PrimaryOps(host, ObjectClasses.all(), OpsSettings.DEFAULT, CopySource.NONE);
    private final TestClient alice = new TestClient(1, ops);
    private final TestClient bob = new TestClient(2, ops);

    private List<String> watchers() {
        MOSDOpReply reply = alice.ask("o", plain(OpCode.LIST_WATCHERS));
        return WatchItem.Response.decode(reply.ops().getFirst().output().reader()).entries().stream()
                .map(each -> each.name() + "/" + each.cookie() + "/" + each.timeoutSeconds())
                .toList();
    }

    private void bothWatch() {
        alice.ask("o", create(0));
        assertThat(alice.code("o", watch(Watch.WATCH, 10))).isZero();
        assertThat(bob.code("o", watch(Watch.WATCH, 20))).isZero();
    }

    /// `answered client/cookie=payload` and `missed client/cookie`.
    private static List<String> outcome(MWatchNotify complete) {
        WireReader in = complete.data().reader();
        List<String> lines = new ArrayList<>();
        lines.addAll(in.list(r -> "answered " + r.u64() + "/" + r.u64() + "=" + r.bytes().utf8()));
        lines.addAll(in.list(r -> "missed " + r.u64() + "/" + r.u64()));
        return lines;
    }

    @Test
    void allAnswer() {
        bothWatch();
        assertThat(watchers()).containsExactly("client.1/10/30", "client.2/20/30");
        MOSDOpReply reply = alice.ask("o", sendNotify(99, 5, "news"));
        long id = reply.ops().getFirst().output().reader().u64();
        MWatchNotify told = bob.events.removeFirst();
        assertThat(told.opcode()).isEqualTo(MWatchNotify.NOTIFY);
        assertThat(told.cookie()).isEqualTo(20);
        assertThat(told.notifyId()).isEqualTo(id);
        assertThat(told.payload().utf8()).isEqualTo("news");
        assertThat(told.notifierId()).isEqualTo(1);
        assertThat(alice.events.removeFirst().cookie()).isEqualTo(10);
        bob.ask("o", acknowledge(id, 20, "b"));
        assertThat(alice.events).isEmpty();
        alice.ask("o", acknowledge(id, 10, "a"));
        MWatchNotify complete = alice.events.removeFirst();
        assertThat(complete.opcode()).isEqualTo(MWatchNotify.NOTIFY_COMPLETE);
        assertThat(complete.cookie()).isEqualTo(99);
        assertThat(complete.result()).isZero();
        assertThat(outcome(complete)).containsExactly("answered 1/10=a", "answered 2/20=b");
    }

    @Test
    void whoDoesNotAnswerIsMissed() {
        bothWatch();
        long id = alice.ask("o", sendNotify(99, 5, "news")).ops().getFirst().output().reader().u64();
        alice.ask("o", acknowledge(id, 10, "a"));
        host.pass(4_900);
        assertThat(alice.events).hasSize(1);
        host.pass(200);
        MWatchNotify complete = alice.events.getLast();
        assertThat(complete.result()).isEqualTo(-110);
        assertThat(outcome(complete)).containsExactly("answered 1/10=a", "missed 2/20");
        bob.ask("o", acknowledge(id, 20, "late"));
        assertThat(alice.events).hasSize(2);
    }

    @Test
    void nobodyWatches() {
        alice.ask("o", create(0));
        alice.ask("o", sendNotify(99, 5, "news"));
        assertThat(outcome(alice.events.removeFirst())).isEmpty();
        assertThat(alice.code("nope", sendNotify(99, 5, "news"))).isEqualTo(-2);
        assertThat(alice.code("nope", watch(Watch.WATCH, 1))).isEqualTo(-2);
    }

    @Test
    void aSilentWatcherIsForgottenAfterItsTimeout() {
        bothWatch();
        host.pass(20_000);
        assertThat(alice.code("o", watch(Watch.PING, 10))).isZero();
        host.pass(15_000);
        assertThat(watchers()).containsExactly("client.1/10/30");
        assertThat(bob.events.removeFirst().opcode()).isEqualTo(MWatchNotify.DISCONNECT);
        assertThat(bob.code("o", watch(Watch.PING, 20))).isEqualTo(-107);
        assertThat(bob.code("o", watch(Watch.RECONNECT, 20))).isEqualTo(-107);
        assertThat(alice.code("o", watch(Watch.UNWATCH, 10))).isZero();
        assertThat(watchers()).isEmpty();
        assertThat(alice.events).isEmpty();
    }

    @Test
    void aBrokenConnectionMayComeBackInTime() {
        bothWatch();
        ops.onDisconnect(bob);
        assertThat(bob.code("o", watch(Watch.PING, 20))).isEqualTo(-110);
        TestClient again = new TestClient(2, ops);
        again.tid = 100; // the same client, so the count goes on
        alice.ask("o", sendNotify(99, 10, "news"));
        assertThat(bob.events).isEmpty();
        assertThat(again.code("o", watch(Watch.RECONNECT, 20))).isZero();
        assertThat(again.events.removeFirst().payload().utf8()).as("what it missed").isEqualTo("news");
    }

    @Test
    void watchesOutliveAnInterval() {
        bothWatch();
        ops.onIntervalEnd();
        ops.onActive();
        assertThat(watchers()).hasSize(2);
        assertThat(bob.code("o", watch(Watch.PING, 20))).isEqualTo(-110);
        assertThat(bob.code("o", watch(Watch.RECONNECT, 20))).isZero();
        host.pass(29_000);
        assertThat(bob.code("o", watch(Watch.PING, 20))).isZero();
        host.pass(2_000);
        assertThat(watchers()).containsExactly("client.2/20/30");
    }

    @Test
    void aBlocklistedWatcherIsForgottenAtOnce() {
        bothWatch();
        ops.onMap(host.changeMap(inc -> inc.newBlocklist.put(bob.addr(), Utime.ofMillis(2_000_000_000_000L))));
        assertThat(watchers()).containsExactly("client.1/10/30");
        assertThat(bob.code("o", read(0, 0))).isEqualTo(-108);
    }

    @Test
    void deletingTheObjectTellsItsWatchers() {
        bothWatch();
        assertThat(alice.code("o", delete())).isZero();
        assertThat(bob.events.removeFirst().opcode()).isEqualTo(MWatchNotify.DISCONNECT);
        host.pass(60_000);
        assertThat(bob.events).isEmpty();
    }

    @Test
    void aWatchTakesEffectWhenItIsDurable() {
        alice.ask("o", create(0));
        host.delayed = true;
        bob.post("o", watch(Watch.WATCH, 20));
        alice.post("o", sendNotify(99, 5, "news"));
        assertThat(bob.replies).isEmpty();
        host.commit();
        assertThat(bob.take().result()).isZero();
        assertThat(bob.events.removeFirst().payload().utf8()).isEqualTo("news");
    }
}
