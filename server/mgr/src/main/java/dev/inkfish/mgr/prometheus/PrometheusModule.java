package dev.inkfish.mgr.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mgr.command.MgrModuleCommands;
import dev.inkfish.mgr.command.PythonJson;
import dev.inkfish.mgr.core.ModuleStore;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Utime;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves `/metrics` while the module is enabled. On the manager's thread, except for requests, each of which has a virtual
/// thread.
public final class PrometheusModule implements MgrModuleCommands {
    private static final Logger LOG = LoggerFactory.getLogger(PrometheusModule.class);
    private static final String INDEX = """
            <!DOCTYPE html>
            <html>
                <head><title>Ceph Exporter</title></head>
                <body>
                    <h1>Ceph Exporter</h1>
                    <p><a href='/metrics'>Metrics</a></p>
                </body>
            </html>
            """;

    /// What the module needs of the manager.
    public interface Host {
        /// Waits for the core's thread.
        Snapshot snapshot();

        /// Asks the monitors, in JSON.
        ///
        /// @param members of the command, without braces and without its format
        JsonNode ask(String members);

        /// On the core's thread; waits.
        <T> T onCore(Supplier<T> question);

        /// On the core's thread, some time.
        void post(Runnable task);

        ModuleStore store();

        /// An option of the module.
        String option(String name);

        /// Of the images of a pool (`pool[/namespace]`): writes, reads, bytes written and read, nanoseconds of writes and reads,
        /// by pool, namespace and image.
        Map<List<String>, long[]> imageSums(String spec);

        /// Where to serve; port 0 for any.
        InetSocketAddress address();

        /// The address is served, or (null) not any more.
        void serving(@Nullable String uri);

        /// Why it does not work; null where it does.
        void problem(@Nullable String text);
    }

    private static final String HISTORY = "mgr/prometheus/health_history";
    /// As often as Ceph's module gathers what it serves, unless it is told otherwise.
    private static final long LOOK_NANOS = 15_000_000_000L;

    private final Host host;
    private final HealthHistory history = new HealthHistory();
    /// The monitors have given what they kept of it.
    private boolean remembers;
    private Utime lookedAt = Utime.ZERO;
    private Utime now = Utime.ZERO;
    private @Nullable HttpServer server;
    private @Nullable InetSocketAddress wanted;

    public PrometheusModule(Host host) {
        this.host = host;
    }

    @Override
    public String name() {
        return "prometheus";
    }

    @Override
    public void register(CommandTable table) {
        table.add("prometheus file_sd_config", "Return file_sd compatible prometheus config for mgr cluster", "mgr", "r",
                Command.FLAG_MGR, call -> {
                    InetSocketAddress address = wanted;
                    ArrayNode targets = JsonNodeFactory.instance.arrayNode();
                    ObjectNode group = targets.addObject();
                    group.putArray("targets").add(address == null ? "" : address.getHostString() + ":" + address.getPort());
                    group.putObject("labels");
                    return CommandResult.data(PythonJson.line(targets));
                });
        table.add("healthcheck history ls name=format,type=CephChoices,strings=plain|json|json-pretty|yaml,req=false",
                "List all the healthchecks being tracked", "mgr", "r", Command.FLAG_MGR, call -> CommandResult.data(
                        switch (call.format()) {
                            case "json" -> history.line();
                            case "json-pretty" -> history.pretty();
                            case "yaml" -> history.yaml();
                            default -> history.text();
                        }));
        table.add("healthcheck history clear", "Clear the healthcheck history", "mgr", "rw", Command.FLAG_MGR, call -> {
            history.clear();
            save();
            return CommandResult.data("healthcheck history cleared");
        });
    }

    @Override
    public void serve(Utime time) {
        now = time;
        if (wanted == null || now.toNanos() - lookedAt.toNanos() < LOOK_NANOS) {
            return;
        }
        lookedAt = now;
        if (!remembers) {
            host.store().load(HISTORY, kept -> {
                if (kept != null && wanted != null) {
                    history.load(kept.getOrDefault("", "{}"));
                    remembers = true;
                    lookedAt = Utime.ZERO;
                }
            });
            return;
        }
        Thread.ofVirtual().name("prometheus-health").start(() -> {
            try {
                JsonNode health = host.ask("\"prefix\": \"health\"");
                host.post(() -> look(health));
            } catch (CephException e) {
                LOG.info("prometheus: no health: {}", e.getMessage());
            }
        });
    }

    /// @return what there is to tell of checks
    private Map<String, HealthHistory.Event> look(JsonNode health) {
        if (remembers && history.look(health, now)) {
            save();
        }
        return history.events();
    }

    private void save() {
        host.store().put(HISTORY, history.line(), done -> {
            if (done.code() < 0) {
                LOG.warn("prometheus: the history of health checks was not saved: {}", done.outs());
            }
        });
    }

    /// @param enabled whether this manager is active and the module enabled
    public void follow(boolean enabled) {
        InetSocketAddress address = enabled ? host.address() : null;
        if (java.util.Objects.equals(address, wanted)) {
            return;
        }
        stop();
        wanted = address;
        remembers = false;
        lookedAt = Utime.ZERO;
        if (address != null) {
            start(address);
        } else {
            host.problem(null);
        }
    }

    private void start(InetSocketAddress address) {
        try {
            HttpServer made = HttpServer.create(address, 0);
            made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            made.createContext("/", exchange -> answer(exchange, 200, "text/html;charset=utf-8", INDEX));
            made.createContext("/metrics", this::metrics);
            made.start();
            server = made;
            host.problem(null);
            host.serving("http://" + address.getHostString() + ":" + made.getAddress().getPort() + "/");
        } catch (IOException e) {
            LOG.warn("prometheus: {}: {}", address, e.toString());
            host.problem("cannot serve " + address.getHostString() + ":" + address.getPort() + ": " + e.getMessage());
        }
    }

    private void stop() {
        HttpServer running = server;
        if (running != null) {
            running.stop(0);
            server = null;
            host.serving(null);
        }
    }

    /// The manager ends.
    public void close() {
        HttpServer running = server;
        if (running != null) {
            running.stop(0);
        }
    }

    private void metrics(HttpExchange exchange) throws IOException {
        try {
            answer(exchange, 200, "text/plain; charset=utf-8", new Metrics(host.snapshot(), host, this::checks).text());
        } catch (CephException e) {
            answer(exchange, 503, "text/plain; charset=utf-8", e.getMessage() + "\n");
        } catch (RuntimeException e) {
            LOG.error("prometheus: a request failed by a bug", e);
            answer(exchange, 500, "text/plain; charset=utf-8", e + "\n");
        }
    }

    private Map<String, HealthHistory.Event> checks(JsonNode health) {
        return host.onCore(() -> look(health));
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}
