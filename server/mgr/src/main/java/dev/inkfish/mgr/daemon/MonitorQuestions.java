package dev.inkfish.mgr.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.inkfish.net.MonClient;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Commands to the monitors whose answer is waited for.
final class MonitorQuestions {
    private static final long ANSWER_SECONDS = 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Supplier<MonClient> monitors;

    MonitorQuestions(Supplier<MonClient> monitors) {
        this.monitors = monitors;
    }

    /// @throws CephException with the monitors' words if they refuse
    Bytes ask(JsonNode command) {
        return ask(command.toString());
    }

    /// An answer in JSON.
    ///
    /// @param members of the command, as in JSON
    JsonNode inJson(String members) {
        try {
            return JSON.readTree(ask("{" + members + ", \"format\": \"json\"}").toArray());
        } catch (IOException e) {
            throw new CephException(Errno.EIO, "the monitors' answer makes no sense: " + e.getMessage());
        }
    }

    private Bytes ask(String command) {
        CompletableFuture<Bytes> answer = new CompletableFuture<>();
        monitors.get().command(command, Bytes.EMPTY, (code, status, output) -> {
            if (code < 0) {
                answer.completeExceptionally(new CephException(code, status));
            } else {
                answer.complete(output);
            }
        });
        return await(answer);
    }

    static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CephException(Errno.EINTR, "interrupted");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof CephException refusal ? refusal : new CephException(Errno.EIO, "no answer: " + e.getCause());
        } catch (TimeoutException e) {
            throw new CephException(Errno.ETIMEDOUT, "no answer");
        }
    }
}
