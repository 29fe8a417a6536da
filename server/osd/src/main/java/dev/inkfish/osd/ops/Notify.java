package dev.inkfish.osd.ops;

import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MWatchNotify;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A notification under way (`Notify`): it is complete when all watchers have answered or left, or after its
/// timeout. Then its sender is told who answered what, and who did not.
final class Notify {
    private record Answer(long client, long cookie, Bytes payload) {}

    private final PgHost host;
    private final ClientSession notifier;
    private final long notifierId;
    private final OpContext.NotifyStart start;
    private final long objectVersion;
    private final Set<Watch> expected = new LinkedHashSet<>();
    private final List<Answer> answers = new ArrayList<>();
    private PgHost.@Nullable Timer timer;
    private boolean done;

    Notify(PgHost host, ClientSession notifier, long notifierId, OpContext.NotifyStart start, long objectVersion) {
        this.host = host;
        this.notifier = notifier;
        this.notifierId = notifierId;
        this.start = start;
        this.objectVersion = objectVersion;
    }

    long id() {
        return start.id();
    }

    MWatchNotify messageTo(long cookie) {
        return new MWatchNotify(MWatchNotify.NOTIFY, cookie, objectVersion, start.id(), start.payload(), 0, notifierId);
    }

    void expect(Watch watch) {
        expected.add(watch);
    }

    /// All watchers were told.
    void begin() {
        timer = host.schedule(start.timeoutSeconds() * 1000L, () -> {
            timer = null;
            complete(Errno.ETIMEDOUT.code());
        });
        completeIfAnswered();
    }

    void answered(Watch watch, Bytes payload) {
        if (!done && expected.remove(watch)) {
            answers.add(new Answer(watch.key.watcher().number(), watch.key.cookie(), payload));
            completeIfAnswered();
        }
    }

    void left(Watch watch) {
        if (!done && expected.remove(watch)) {
            completeIfAnswered();
        }
    }

    void discard() {
        done = true;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void completeIfAnswered() {
        if (expected.isEmpty()) {
            complete(0);
        }
    }

    private void complete(int result) {
        if (done) {
            return;
        }
        discard();
        WireWriter out = new WireWriter();
        answers.sort((a, b) -> {
            int c = Long.compareUnsigned(a.client, b.client);
            return c != 0 ? c : Long.compareUnsigned(a.cookie, b.cookie);
        });
        out.list(answers, (w, each) -> w.u64(each.client).u64(each.cookie).bytes(each.payload));
        out.list(expected, (w, each) -> w.u64(each.key.watcher().number()).u64(each.key.cookie()));
        notifier.send(new MWatchNotify(MWatchNotify.NOTIFY_COMPLETE, start.cookie(), objectVersion, start.id(),
                Bytes.EMPTY, result, notifierId, out.toBytes()), 0);
        expected.forEach(watch -> watch.giveUp(start.id()));
        expected.clear();
    }
}
