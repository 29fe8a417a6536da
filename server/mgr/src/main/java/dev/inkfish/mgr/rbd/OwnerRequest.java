package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.Reply;
import dev.inkfish.rados.Watch;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Asks the client that holds an image's exclusive lock to change the image (`librbd::ImageWatcher`), by a notification on
/// its header: the owner answers at once whether it begins, and notifies when it has ended.
final class OwnerRequest {
    static final int FLATTEN = 6;
    static final int SNAP_CREATE = 8;
    static final int SNAP_REMOVE = 9;
    static final int MIGRATE = 16;
    private static final int ASYNC_PROGRESS = 4;
    private static final int ASYNC_COMPLETE = 5;
    /// `NotifyMessage`; 7: requests for snapshots are asynchronous.
    private static final int VERSION = 7;
    private static final int NOTIFY_SECONDS = 10;
    /// How long the owner may be silent.
    private static final int SILENCE_SECONDS = 60;
    private static final long REQUEST = 1;

    private sealed interface Event {
        record At(long done, long total) implements Event {}

        record Ended(int result) implements Event {}
    }

    private OwnerRequest() {}

    static void run(Image image, int op, Progress progress) {
        run(image, op, progress, out -> {}, out -> {});
    }

    /// @param before writes what is between the operation's number and the request's id
    /// @param behind writes what comes then
    /// @throws CephException what the owner answered; ETIMEDOUT if there is none
    static void run(Image image, int op, Progress progress, Consumer<WireWriter> before, Consumer<WireWriter> behind) {
        LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
        try (Watch watch = image.io().client().watch(image.io(), image.header(), (id, payload) -> {
            take(payload, events);
            return Bytes.EMPTY;
        })) {
            WireWriter out = new WireWriter();
            out.versioned(VERSION, 1, () -> {
                out.u32(op);
                before.accept(out);
                out.u64(0).u64(watch.cookie()).u64(REQUEST);
                behind.accept(out);
            });
            int begun = answer(image.io().client().notify(image.io(), image.header(), out.toBytes(), NOTIFY_SECONDS));
            int result = begun < 0 ? begun : await(events, progress);
            if (result < 0) {
                throw new CephException(result, "the owner of the image's lock refuses: " + Errno.describe(result));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CephException(Errno.EINTR, "interrupted");
        }
    }

    private static int await(LinkedBlockingQueue<Event> events, Progress progress) throws InterruptedException {
        while (true) {
            switch (events.poll(SILENCE_SECONDS, TimeUnit.SECONDS)) {
                case null -> throw new CephException(Errno.ETIMEDOUT, "the owner of the image's lock says nothing");
                case Event.Ended ended -> {
                    return ended.result;
                }
                case Event.At at -> progress.at(at.done, at.total);
            }
        }
    }

    private static void take(Bytes payload, LinkedBlockingQueue<Event> events) {
        if (payload.isEmpty()) {
            return;
        }
        payload.reader().versioned(VERSION, (body, version) -> {
            int op = body.u32();
            // other clients' requests have their number, not 0
            if ((op == ASYNC_COMPLETE || op == ASYNC_PROGRESS) && body.u64() == 0) {
                body.u64();
                body.u64();
                events.add(op == ASYNC_COMPLETE ? new Event.Ended(body.u32()) : new Event.At(body.u64(), body.u64()));
            }
            return null;
        });
    }

    /// Watchers that do not own the lock answer nothing.
    private static int answer(Reply reply) {
        Bytes output = reply.output();
        if (output.isEmpty()) {
            reply.orThrow("notify");
            throw new CephException(Errno.ETIMEDOUT, "nobody answers for the image's lock");
        }
        WireReader in = output.reader();
        int count = in.u32();
        for (int i = 0; i < count; i++) {
            in.u64();
            in.u64();
            Bytes said = in.bytes();
            if (!said.isEmpty()) {
                return said.reader().versioned(1, (body, version) -> body.u32());
            }
        }
        throw new CephException(Errno.ETIMEDOUT, "nobody answers for the image's lock");
    }
}
