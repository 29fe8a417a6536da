package dev.inkfish.mgr.command;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.mgr.core.MgrCore;
import dev.inkfish.wire.mon.PgMapDigest;
import dev.inkfish.wire.osd.ObjectStatSum.Field;
import java.util.List;
import java.util.function.Supplier;

/// `iostat`: clients ask again and again.
final class IostatCommands implements MgrModuleCommands {
    private static final List<String> TITLES = List.of("Read", "Write", "Total", "Read IOPS", "Write IOPS", "Total IOPS");
    private static final int WIDTH = 80;

    private final Supplier<MgrCore> core;

    IostatCommands(Supplier<MgrCore> core) {
        this.core = core;
    }

    @Override
    public String name() {
        return "iostat";
    }

    @Override
    public void register(CommandTable table) {
        table.add("iostat name=width,type=CephInt,req=false name=print_header,type=CephBool,req=false", "Get IO rates", "mgr",
                "r", Command.FLAG_MGR | Command.FLAG_POLL, this::rates);
    }

    private CommandResult rates(CommandContext call) {
        PgMapDigest.Delta change = core.get().pgMap().change();
        long seconds = (long) change.over().toSeconds();
        long read = rate(change, Field.NUM_RD_KB, seconds) << 10;
        long write = rate(change, Field.NUM_WR_KB, seconds) << 10;
        long reads = rate(change, Field.NUM_RD, seconds);
        long writes = rate(change, Field.NUM_WR, seconds);
        int width = (int) call.integer("width", WIDTH);
        String out = call.flag("print_header") ? header(width) : "";
        return CommandResult.data(out + row(List.of(
                bytes(read), bytes(write), bytes(read + write),
                Long.toString(reads), Long.toString(writes), Long.toString(reads + writes)), width));
    }

    private static long rate(PgMapDigest.Delta change, Field field, long seconds) {
        return seconds <= 0 ? 0 : Math.floorDiv(change.change().sum().get(field), seconds);
    }

    private static String header(int width) {
        String line = "+" + ("-".repeat(Math.max(0, width / TITLES.size() - 1)) + "+").repeat(TITLES.size()) + "\n";
        return line + row(TITLES, width) + "\n" + line;
    }

    private static String row(List<String> cells, int width) {
        StringBuilder row = new StringBuilder("|");
        for (String cell : cells) {
            row.append(" ".repeat(Math.max(0, width / cells.size() - 2 - cell.length()))).append(cell).append(" |");
        }
        return row.toString();
    }

    /// In the largest unit that gives more than ten.
    private static String bytes(long number) {
        String[] units = {"Ei", "Pi", "Ti", "Gi", "Mi", "Ki"};
        for (int i = 0; i < units.length; i++) {
            int bits = 10 * (units.length - i);
            if (number >> bits > 10 || number >> bits == 10 && number != 10L << bits) {
                return (number >> bits) + " " + units[i] + "B/s";
            }
        }
        return number + " B/s";
    }
}
