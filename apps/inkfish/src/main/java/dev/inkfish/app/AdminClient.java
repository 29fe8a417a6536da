package dev.inkfish.app;

import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import dev.inkfish.net.Connection;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.MonClient;
import dev.inkfish.net.NettyMessenger;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.message.Message;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A session with the monitors, as `client.admin` unless said otherwise.
final class AdminClient implements AutoCloseable {
    /// What a failure says where no monitor is there, or none that agrees with others.
    static final String SILENCE = "no monitor answers";
    private static final int LIMIT_SECONDS = 10;

    private final EventLoops loops;
    private final NettyMessenger messenger;
    private final MonClient client;

    private AdminClient(EventLoops loops, NettyMessenger messenger, MonClient client) {
        this.loops = loops;
        this.messenger = messenger;
        this.client = client;
    }

    static AdminClient connect(ConfFile file) throws IOException {
        Conf conf = Conf.of("client", "admin", file);
        EntityAuthName name = EntityAuthName.parse("client.admin");
        return connect(conf, name, Credentials.of(conf, name, List.of()));
    }

    static AdminClient connect(Conf conf, EntityAuthName name, ClientAuth auth) {
        EventLoops loops = EventLoops.create("net", 1);
        NettyMessenger messenger = NettyMessenger.builder(EntityName.client(-1), loops)
                .clientAuth(auth)
                .nonce(ThreadLocalRandom.current().nextInt() >>> 1)
                .build();
        messenger.start();
        MonClient client = MonClient.create(
                messenger, name, auth, MonHosts.parse(conf.string("mon_host")), new MonClient.Listener() {
                    @Override
                    public void onMessage(Connection connection, Message message, long tid) {}
                });
        client.start();
        return new AdminClient(loops, messenger, client);
    }

    String command(String json) throws InterruptedException {
        return command(json, Bytes.EMPTY);
    }

    String command(String json, Bytes input) throws InterruptedException {
        return run(json, input).utf8();
    }

    Bytes run(String json, Bytes input) throws InterruptedException {
        CompletableFuture<Bytes> answer = new CompletableFuture<>();
        client.command(json, input, (code, status, output) -> {
            if (code < 0) {
                answer.completeExceptionally(new CephException(code, status));
            } else {
                answer.complete(output);
            }
        });
        try {
            return answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new UserError(e.getCause().getMessage());
        } catch (TimeoutException e) {
            throw new UserError(SILENCE + " within " + LIMIT_SECONDS + " s");
        }
    }

    @Override
    public void close() {
        client.close();
        messenger.close();
        loops.close();
    }
}
