package dev.inkfish.mon.map;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.wire.Errno;

/// Ceph's commands that are known and not served: they say why (EOPNOTSUPP). `testing/interop/compare/command-table.py` reads
/// them from here.
public final class RefusedCommands {
    /// Signature, help, reason.
    private static final String TABLE =
            """
            mon set election_strategy name=strategy,type=CephString | set the election strategy to use; choices classic, \
            disallow, connectivity | any monitor may lead, and the log of the monitors alone chooses who
            mon add disallowed_leader name=name,type=CephString | prevent the named mon from being a leader | any monitor \
            may lead, and the log of the monitors alone chooses who
            mon rm disallowed_leader name=name,type=CephString | allow the named mon to be a leader again | any monitor may \
            lead, and the log of the monitors alone chooses who
            mon enable_stretch_mode name=tiebreaker_mon,type=CephString name=new_crush_rule,type=CephString \
            name=dividing_bucket,type=CephString | enable stretch mode | there is no stretch mode
            mon set_new_tiebreaker name=name,type=CephString name=yes_i_really_mean_it,type=CephBool,req=false | switch the \
            stretch tiebreaker to be the named mon | there is no stretch mode
            osd force_healthy_stretch_mode name=yes_i_really_mean_it,type=CephBool,req=false | force a healthy stretch mode \
            | there is no stretch mode
            osd force_recovery_stretch_mode name=yes_i_really_mean_it,type=CephBool,req=false | try and force a recovery \
            stretch mode | there is no stretch mode
            osd tier add-cache name=pool,type=CephPoolname name=tierpool,type=CephPoolname name=size,type=CephInt,range=0 | \
            add a cache <tierpool> (the second one) of size <size> to existing pool <pool> (the first one) | no pool caches \
            another
            osd tier set-overlay name=pool,type=CephPoolname name=overlaypool,type=CephPoolname | set the overlay pool for \
            base pool <pool> to be <overlaypool> | no pool caches another
            osd tier rm-overlay name=pool,type=CephPoolname | remove the overlay pool for base pool <pool> | no pool caches \
            another
            osd tier remove-overlay name=pool,type=CephPoolname | remove the overlay pool for base pool <pool> | no pool \
            caches another
            """;

    private RefusedCommands() {}

    public static void register(CommandTable table) {
        for (String line : TABLE.lines().toList()) {
            String[] fields = line.strip().split(" [|] ", 3);
            table.add(fields[0], fields[1], fields[0].split(" ")[0], "rw", call -> CommandResult.unsupported(fields[0], fields[2]));
        }
        table.add("scrub", "scrub the monitor stores", "mon", "rw", Command.FLAG_OBSOLETE, call ->
                CommandResult.error(Errno.EOPNOTSUPP, "command is obsolete; please check usage and/or man page"));
    }
}
