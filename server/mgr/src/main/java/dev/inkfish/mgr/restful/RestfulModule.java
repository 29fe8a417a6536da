package dev.inkfish.mgr.restful;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mgr.command.MgrModuleCommands;
import dev.inkfish.mgr.command.PythonJson;
import dev.inkfish.mgr.core.ModuleStore;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keys, certificate and server of the module. On the manager's thread, except for requests, each of which has a virtual thread.
public final class RestfulModule implements MgrModuleCommands {
    private static final Logger LOG = LoggerFactory.getLogger(RestfulModule.class);
    private static final String STORE = "mgr/restful/";
    private static final String KEYS = "keys/";
    private static final String RESTARTING = "Restarting RESTful API server...";

    /// What the module needs of the manager.
    public interface Host extends RestfulApi.Monitors, RestfulApi.Manager {
        ModuleStore store();

        /// The manager's name.
        String name();

        /// Where to serve; port 0 for any.
        InetSocketAddress address();

        /// The address is served, or (null) not any more.
        void serving(@Nullable String uri);

        /// Runs a task on the manager's thread.
        void post(Runnable task);
    }

    private final Host host;
    private final RestfulApi api;
    private volatile Map<String, String> keys = Map.of();
    private @Nullable HttpsServer server;
    private boolean enabled;
    /// Of the present attempt to serve: answers to earlier ones are of no use.
    private int attempt;

    public RestfulModule(Host host) {
        this.host = host;
        this.api = new RestfulApi(host, host);
    }

    @Override
    public String name() {
        return "restful";
    }

    @Override
    public void register(CommandTable table) {
        String key = " name=key_name,type=CephString";
        table.add("restful create-key" + key, "Create an API key with this name", "mgr", "rw", Command.FLAG_MGR, this::createKey);
        table.add("restful delete-key" + key, "Delete an API key with this name", "mgr", "rw", Command.FLAG_MGR, this::deleteKey);
        table.add("restful list-keys", "List all API keys", "mgr", "r", Command.FLAG_MGR, this::listKeys);
        table.add("restful create-self-signed-cert", "Create localized self signed certificate", "mgr", "rw", Command.FLAG_MGR,
                this::createCertificate);
        table.add("restful restart", "Restart API server", "mgr", "rw", Command.FLAG_MGR, call -> {
            restart();
            return CommandResult.data(RESTARTING);
        });
    }

    // ---- keys

    private CommandResult createKey(CommandContext call) {
        withKeys(call, known -> {
            String name = call.string("key_name");
            String old = known.get(name);
            if (old != null) {
                call.reply(CommandResult.data(old));
                return;
            }
            String key = UUID.randomUUID().toString();
            put(call, KEYS + name, key, () -> {
                known.put(name, key);
                keys = Map.copyOf(known);
                call.reply(CommandResult.data(key));
            });
        });
        return CommandResult.later();
    }

    private CommandResult deleteKey(CommandContext call) {
        withKeys(call, known -> {
            String name = call.string("key_name");
            if (known.remove(name) == null) {
                call.reply(CommandResult.data(""));
                return;
            }
            put(call, KEYS + name, null, () -> {
                keys = Map.copyOf(known);
                call.reply(CommandResult.data(""));
            });
        });
        return CommandResult.later();
    }

    private CommandResult listKeys(CommandContext call) {
        withKeys(call, known -> {
            ObjectNode list = JsonNodeFactory.instance.objectNode();
            known.forEach(list::put);
            call.reply(CommandResult.data(PythonJson.pretty(list)));
        });
        return CommandResult.later();
    }

    private void withKeys(CommandContext call, Consumer<NavigableMap<String, String>> then) {
        host.store().load(STORE + KEYS, known -> {
            if (known == null) {
                call.reply(CommandResult.error(Errno.EAGAIN, "the monitors do not answer"));
            } else {
                then.accept(new TreeMap<>(known));
            }
        });
    }

    private void put(CommandContext call, String key, @Nullable String value, Runnable then) {
        host.store().put(STORE + key, value, done -> {
            if (done.code() < 0) {
                call.reply(done);
            } else {
                then.run();
            }
        });
    }

    // ---- the server

    private CommandResult createCertificate(CommandContext call) {
        Thread.startVirtualThread(() -> {
            try {
                Certificate made = Certificate.selfSigned();
                host.post(() -> put(call, host.name() + "/crt", made.certificate(), () ->
                        put(call, host.name() + "/key", made.key(), () -> {
                            restart();
                            call.reply(CommandResult.data(RESTARTING));
                        })));
            } catch (CephException e) {
                String why = String.valueOf(e.getMessage());
                host.post(() -> call.reply(new CommandResult.Done(e.code(), why, Bytes.EMPTY)));
            }
        });
        return CommandResult.later();
    }

    /// @param wanted whether this manager is active and the module enabled
    public void follow(boolean wanted) {
        if (wanted != enabled) {
            enabled = wanted;
            restart();
        }
    }

    private void restart() {
        int present = ++attempt;
        stop();
        if (enabled) {
            host.store().load(STORE, found -> {
                if (present != attempt) {
                    return;
                }
                if (found == null) {
                    LOG.warn("restful: server not running yet: the monitors do not answer");
                    enabled = false; // so that it is tried again
                } else {
                    serve(found);
                }
            });
        }
    }

    private void serve(NavigableMap<String, String> found) {
        TreeMap<String, String> known = new TreeMap<>();
        found.tailMap(KEYS).forEach((key, value) -> {
            if (key.startsWith(KEYS)) {
                known.put(key.substring(KEYS.length()), value);
            }
        });
        keys = Map.copyOf(known);
        String certificate = found.getOrDefault(host.name() + "/crt", found.get("crt"));
        String key = found.getOrDefault(host.name() + "/key", found.get("key"));
        if (certificate == null || key == null) {
            LOG.warn("restful: server not running: no certificate configured");
            return;
        }
        InetSocketAddress address = host.address();
        try {
            HttpsServer made = HttpsServer.create(address, 0);
            made.setHttpsConfigurator(new HttpsConfigurator(new Certificate(certificate, key).context()));
            made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            made.createContext("/", this::answer);
            made.start();
            server = made;
            host.serving("https://" + address.getHostString() + ":" + made.getAddress().getPort() + "/");
        } catch (IOException | CephException e) {
            LOG.warn("restful: server not running: {}: {}", address, e.getMessage());
        }
    }

    private void stop() {
        if (server != null) {
            server.stop(0);
            server = null;
            host.serving(null);
        }
    }

    /// The manager ends.
    public void close() {
        HttpsServer running = server;
        if (running != null) {
            running.stop(0);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            RestfulApi.Answer answer = respond(exchange);
            byte[] bytes = PythonJson.pretty(answer.body()).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            if (answer.status() == 401) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"Login Required\"");
            }
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), head ? -1 : bytes.length);
            if (!head) {
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(bytes);
                }
            }
        }
    }

    private RestfulApi.Answer respond(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        boolean guarded = !RestfulApi.isOpen(path) && host.store().flag(name(), "enable_auth");
        RestfulApi.Answer refusal =
                guarded ? RestfulApi.refusal(exchange.getRequestHeaders().getFirst("Authorization"), keys) : null;
        if (refusal != null) {
            return refusal;
        }
        if (!exchange.getRequestMethod().equals("GET") && !exchange.getRequestMethod().equals("HEAD")) {
            return RestfulApi.failure(405, "this server only answers questions: changes are not supported");
        }
        try {
            String query = exchange.getRequestURI().getQuery();
            return api.get(path, query == null ? "" : query);
        } catch (CephException e) {
            return RestfulApi.failure(503, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("restful: a request failed by a bug", e);
            return RestfulApi.failure(500, e.toString());
        }
    }
}
