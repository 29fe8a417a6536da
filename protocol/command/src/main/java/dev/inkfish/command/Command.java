package dev.inkfish.command;

/// An entry of a [CommandTable].
///
/// @param module whose permission is asked: `mon`, `osd`, `auth`, `mgr`, …
/// @param perm of `r`, `w` and `x`
/// @param flags of the `FLAG_` bits here
public record Command(
        CommandSignature signature, String help, String module, String perm, int flags, CommandHandler handler) {
    public static final int FLAG_NOFORWARD = 1;
    public static final int FLAG_OBSOLETE = 2;
    public static final int FLAG_DEPRECATED = 4;
    /// Served by the manager; a monitor passes it on.
    public static final int FLAG_MGR = 8;
    public static final int FLAG_POLL = 16;
    /// Not announced.
    public static final int FLAG_HIDDEN = 32;
    /// Also answered by `ceph tell`; with [#FLAG_NOFORWARD] only there.
    public static final int FLAG_TELL = FLAG_NOFORWARD | FLAG_HIDDEN;

    public String prefix() {
        return signature.prefix();
    }

    public boolean has(int flag) {
        return (flags & flag) == flag;
    }

    /// Whether it may change something: such a command waits until its service can be changed.
    public boolean writes() {
        return perm.indexOf('w') >= 0 || perm.indexOf('x') >= 0;
    }
}
