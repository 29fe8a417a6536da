package dev.inkfish.mon.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inkfish.net.Connection;
import dev.inkfish.net.Messenger;
import dev.inkfish.wire.EntityAddrVec;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PeerLinksTest {
    private final PeerLinks links = new PeerLinks("a", name -> {});
    private final AtomicInteger closed = new AtomicInteger();

    /// The monitor ends while a way to another one is being opened, on another thread.
    @Test
    void aWayThatIsBeingOpenedIsClosedToo() throws Exception {
        CompletableFuture<Void> end = new CompletableFuture<>();
        Connection connection = stub(Connection.class, method -> {
            if (method.equals("close")) {
                closed.incrementAndGet();
            }
            return null;
        });
        links.start(stub(Messenger.class, method -> {
            CompletableFuture.runAsync(links::close).whenComplete((nothing, failure) -> {
                if (failure == null) {
                    end.complete(null);
                } else {
                    end.completeExceptionally(failure);
                }
            });
            sleep();
            return connection;
        }));
        links.maintain(Map.of("b", new EntityAddrVec(List.of())));
        end.get(10, TimeUnit.SECONDS);
        assertThat(closed).hasValue(1);
    }

    private static void sleep() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Answers {
        Object of(String method);
    }

    private static <T> T stub(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> answers.of(method.getName())));
    }
}
