package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// A command's signature and help (`MonCommand`).
///
/// @param signature words and parameters: `pg ls name=pool,type=CephInt,req=false`
/// @param permissions of `rwx`
/// @param flags bits of `FLAG_*`
@CephType("MonCommand")
public record CommandDescription(String signature, String help, String module, String permissions, long flags) {
    public static final long FLAG_NOFORWARD = 1;
    public static final long FLAG_OBSOLETE = 2;
    public static final long FLAG_DEPRECATED = 4;
    /// The manager answers it: the command line tool sends it there.
    public static final long FLAG_MGR = 8;
    public static final long FLAG_POLL = 16;
    public static final long FLAG_HIDDEN = 32;

    /// Who may offer it, before Nautilus.
    private static final String AVAILABILITY = "cli,rest";

    public static CommandDescription decode(WireReader in) {
        return in.versioned(1, (b, version) -> {
            String signature = b.string();
            String help = b.string();
            String module = b.string();
            String permissions = b.string();
            b.string();
            return new CommandDescription(signature, help, module, permissions, b.u64());
        });
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> out.string(signature)
                .string(help)
                .string(module)
                .string(permissions)
                .string(AVAILABILITY)
                .u64(flags));
    }
}
