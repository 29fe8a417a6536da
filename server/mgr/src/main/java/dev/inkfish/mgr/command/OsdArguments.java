package dev.inkfish.mgr.command;

import dev.inkfish.command.CommandContext;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.NavigableSet;
import java.util.TreeSet;

/// Arguments that name OSDs.
final class OsdArguments {
    private OsdArguments() {}

    /// `3`, `"3"` or `osd.3`.
    static int parse(String text) {
        String number = text.startsWith("osd.") ? text.substring(4) : text;
        try {
            int id = Integer.parseInt(number);
            if (id >= 0) {
                return id;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new CephException(Errno.EINVAL, "invalid osd id '" + text + "'");
    }

    /// An OSD that is up, from a command's argument.
    static int upOsd(CommandContext call, String name, OsdMap map) {
        int osd = parse(call.texts().getOrDefault(name, ""));
        if (!map.isUp(osd)) {
            throw new CephException(Errno.EAGAIN, "osd " + osd + " is not up");
        }
        return osd;
    }

    /// A list of OSDs, or `all`.
    static NavigableSet<Integer> osds(CommandContext call, String name, OsdMap map) {
        NavigableSet<Integer> osds = new TreeSet<>();
        for (String id : call.strings(name)) {
            if (id.equals("all") || id.equals("any") || id.equals("*")) {
                osds.addAll(map.osds());
            } else {
                osds.add(parse(id));
            }
        }
        return osds;
    }
}
