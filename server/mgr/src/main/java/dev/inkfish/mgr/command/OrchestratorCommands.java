package dev.inkfish.mgr.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// `orch …`: there is no orchestrator, and each command says so as a Ceph without one does, by which scripts tell.
final class OrchestratorCommands implements MgrModuleCommands {
    /// Permission, signature and help of each command, parted by tabs.
    private static final String LIST = "orchestrator.tsv";
    private static final String BACKEND = "orch set backend";

    @Override
    public String name() {
        return "orchestrator";
    }

    @Override
    public void register(CommandTable table) {
        for (String line : list().split("\n")) {
            String[] parts = line.split("\t");
            List<String> words = Arrays.stream(parts[1].split(" ")).filter(word -> word.indexOf('=') < 0).toList();
            table.add(parts[1], parts[2], "mgr", parts[0], Command.FLAG_MGR,
                    String.join(" ", words).equals(BACKEND) ? OrchestratorCommands::backend : OrchestratorCommands::none);
        }
        table.add("device ls-lights", "List currently active device indicator lights", "mgr", "r", Command.FLAG_MGR, call -> {
            ObjectNode lights = JsonNodeFactory.instance.objectNode();
            lights.putArray("fault");
            lights.putArray("ident");
            return CommandResult.data(PythonJson.pretty(lights));
        });
    }

    private static String list() {
        try (InputStream in = OrchestratorCommands.class.getResourceAsStream(LIST)) {
            if (in == null) {
                throw new IllegalStateException(LIST + " is not there");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CommandResult none(CommandContext call) {
        throw new CephException(Errno.ENOENT, "No orchestrator configured (try `ceph orch set backend`)");
    }

    private static CommandResult backend(CommandContext call) {
        String module = call.string("module_name");
        if (!module.isEmpty()) {
            throw new CephException(Errno.EINVAL, "Module '" + module + "' not found");
        }
        return CommandResult.status("");
    }
}
