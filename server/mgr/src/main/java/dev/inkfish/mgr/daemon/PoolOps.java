package dev.inkfish.mgr.daemon;

import dev.inkfish.net.MonClient;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.message.MPoolOp;
import dev.inkfish.wire.message.MPoolOpReply;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Asks the monitors for ids of snapshots, and to remove them. Calls wait for the answer.
final class PoolOps {
    private static final long ANSWER_SECONDS = 30;

    private final UUID fsid;
    private final Supplier<MonClient> monitors;
    private final ConcurrentMap<Long, CompletableFuture<MPoolOpReply>> waiting = new ConcurrentHashMap<>();

    PoolOps(UUID fsid, Supplier<MonClient> monitors) {
        this.fsid = fsid;
        this.monitors = monitors;
    }

    /// @throws CephException if it is refused, or not answered in time
    Bytes run(long pool, int op, long snap) {
        CompletableFuture<MPoolOpReply> answer = new CompletableFuture<>();
        monitors.get().withTid(tid -> {
            waiting.put(tid, answer);
            monitors.get().send(new MPoolOp(fsid, (int) pool, op, snap, "", 0), tid);
        });
        try {
            MPoolOpReply reply = answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (reply.code() < 0) {
                throw new CephException(reply.code(), "snapshot ids of pool " + pool);
            }
            return reply.output();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CephException(Errno.EINTR, "interrupted");
        } catch (ExecutionException | TimeoutException e) {
            throw new CephException(Errno.ETIMEDOUT, "the monitors do not answer");
        } finally {
            waiting.values().remove(answer);
        }
    }

    void answered(MPoolOpReply reply, long tid) {
        CompletableFuture<MPoolOpReply> answer = waiting.remove(tid);
        if (answer != null) {
            answer.complete(reply);
        }
    }
}
