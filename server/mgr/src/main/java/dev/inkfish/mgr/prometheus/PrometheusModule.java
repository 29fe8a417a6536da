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
import dev.inkfish.wire.CephException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
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

    private final Host host;
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
    }

    /// @param enabled whether this manager is active and the module enabled
    public void follow(boolean enabled) {
        InetSocketAddress address = enabled ? host.address() : null;
        if (java.util.Objects.equals(address, wanted)) {
            return;
        }
        stop();
        wanted = address;
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
            answer(exchange, 200, "text/plain; charset=utf-8", new Metrics(host.snapshot(), host).text());
        } catch (CephException e) {
            answer(exchange, 503, "text/plain; charset=utf-8", e.getMessage() + "\n");
        } catch (RuntimeException e) {
            LOG.error("prometheus: a request failed by a bug", e);
            answer(exchange, 500, "text/plain; charset=utf-8", e + "\n");
        }
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
