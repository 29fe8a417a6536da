package dev.inkfish.rados;

import dev.inkfish.command.stats.ObjecterDump;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.message.MWatchNotify;
import dev.inkfish.wire.osd.OpArgs;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// The watches and notifications of a client (`Objecter::LingerOp`). On its thread.
final class Watches {
    private static final long PING_MILLIS = 5_000;

    private final RadosClient client;
    private final TreeMap<Long, Kept> kept = new TreeMap<>();
    private final TreeMap<Long, CompletableFuture<Reply>> notifies = new TreeMap<>();
    /// Cookies differ from those of an earlier life of the daemon.
    private long lastCookie = ThreadLocalRandom.current().nextLong(1L << 20, 1L << 46);
    private boolean ticking;

    Watches(RadosClient client) {
        this.client = client;
    }

    private static final class Kept implements Watch {
        final Watches owner;
        final long cookie;
        final PoolIo io;
        final String oid;
        final Listener listener;
        int generation;
        volatile boolean up;

        Kept(Watches owner, long cookie, PoolIo io, String oid, Listener listener) {
            this.owner = owner;
            this.cookie = cookie;
            this.io = io;
            this.oid = oid;
            this.listener = listener;
        }

        @Override
        public long cookie() {
            return cookie;
        }

        @Override
        public boolean isUp() {
            return up;
        }

        @Override
        public void close() {
            owner.close(this);
        }
    }

    Watch open(PoolIo io, String oid, Watch.Listener listener) {
        CompletableFuture<Watch> result = new CompletableFuture<>();
        CompletableFuture<Integer> code = new CompletableFuture<>();
        client.post(() -> {
            Kept watch = new Kept(this, ++lastCookie, io, oid, listener);
            kept.put(watch.cookie, watch);
            client.begin(io, oid, ObjectOps.of().watch(watch.cookie, OpArgs.Watch.WATCH, 0), reply -> {
                if (reply.code() < 0) {
                    kept.remove(watch.cookie);
                } else {
                    watch.up = true;
                    tickLater();
                }
                result.complete(watch);
                code.complete(reply.code());
            });
        });
        int outcome = RadosClient.await(code);
        if (outcome < 0) {
            throw new CephException(outcome, "watch " + oid + ": " + Errno.describe(outcome));
        }
        return RadosClient.await(result);
    }

    private void close(Kept watch) {
        CompletableFuture<Reply> done = new CompletableFuture<>();
        client.post(() -> {
            kept.remove(watch.cookie);
            client.begin(watch.io, watch.oid, ObjectOps.of().watch(watch.cookie, OpArgs.Watch.UNWATCH, 0).evenIfFull(),
                    done::complete);
        });
        RadosClient.await(done); // whatever it says: the watch is not ours any more
    }

    private void tickLater() {
        if (!ticking) {
            ticking = true;
            client.later(PING_MILLIS, this::tick);
        }
    }

    private void tick() {
        ticking = false;
        for (Kept watch : List.copyOf(kept.values())) {
            if (watch.up) {
                ping(watch);
            } else {
                reconnect(watch);
            }
        }
        if (!kept.isEmpty()) {
            tickLater();
        }
    }

    private void ping(Kept watch) {
        client.begin(watch.io, watch.oid, ObjectOps.of().watch(watch.cookie, OpArgs.Watch.PING, watch.generation), reply -> {
            if (reply.code() < 0 && kept.get(watch.cookie) == watch) {
                reconnect(watch);
            }
        });
    }

    private void reconnect(Kept watch) {
        watch.up = false;
        int what = OpArgs.Watch.RECONNECT;
        client.begin(watch.io, watch.oid, ObjectOps.of().watch(watch.cookie, what, ++watch.generation), reply -> {
            if (reply.failedWith(Errno.ENOTCONN)) {
                // the OSD gave it up: what happened meanwhile is not known to us
                client.begin(watch.io, watch.oid,
                        ObjectOps.of().watch(watch.cookie, OpArgs.Watch.WATCH, ++watch.generation),
                        second -> watch.up = second.code() >= 0);
            } else {
                watch.up = reply.code() >= 0;
            }
        });
    }

    /// @param target where an object is
    List<ObjecterDump.Linger> describe(BiFunction<PoolIo, String, ObjecterDump.Target> target) {
        return kept.values().stream()
                .map(each -> new ObjecterDump.Linger(each.cookie, target.apply(each.io, each.oid), each.io.snap(), each.up)).toList();
    }

    void onReset() {
        kept.values().forEach(this::reconnect);
    }

    void onMap() {
        // a ping goes to the primary that is responsible now, and fails if the watch is not known there
        kept.values().forEach(watch -> {
            if (watch.up) {
                ping(watch);
            }
        });
    }

    Reply notify(PoolIo io, String oid, Bytes payload, int timeoutSeconds) {
        CompletableFuture<Reply> result = new CompletableFuture<>();
        client.post(() -> {
            long cookie = ++lastCookie;
            notifies.put(cookie, result);
            client.begin(io, oid, ObjectOps.of().notify(cookie, timeoutSeconds, payload), reply -> {
                if (reply.code() < 0 && notifies.remove(cookie) != null) {
                    result.complete(reply);
                }
            });
            client.later(timeoutSeconds * 2000L, () -> {
                if (notifies.remove(cookie) != null) {
                    result.complete(new Reply(Errno.ETIMEDOUT.code(), List.of(), 0));
                }
            });
        });
        return RadosClient.await(result);
    }

    void onEvent(MWatchNotify event) {
        if (event.opcode() == MWatchNotify.NOTIFY_COMPLETE) {
            CompletableFuture<Reply> waiting = notifies.remove(event.cookie());
            if (waiting != null) {
                waiting.complete(new Reply(event.result(), List.of(event.data()), 0));
            }
            return;
        }
        @Nullable Kept watch = kept.get(event.cookie());
        if (watch == null) {
            return;
        }
        if (event.opcode() == MWatchNotify.DISCONNECT) {
            reconnect(watch);
            return;
        }
        Bytes answer = watch.listener.onNotify(event.notifyId(), event.payload());
        client.begin(watch.io, watch.oid, ObjectOps.of().acknowledge(event.notifyId(), event.cookie(), answer),
                reply -> {});
    }
}
