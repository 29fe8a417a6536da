package dev.inkfish.cephx.caps;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The permission letters of monitors and managers as bits, and what their grammars have in common.
final class Access {
    static final int R = 2;
    static final int W = 4;
    static final int X = 8;
    static final int RWX = R | W | X;
    static final int ANY = 0xff;

    private Access() {}

    static int need(boolean read, boolean write, boolean execute) {
        return (read ? R : 0) | (write ? W : 0) | (execute ? X : 0);
    }

    /// `*`, `all`, or some of `rwx` in this order.
    static @Nullable Integer parse(CapText in) {
        if (in.lit("*") || in.lit("all")) {
            return ANY;
        }
        int access = need(in.lit("r"), in.lit("w"), in.lit("x"));
        return access == 0 ? null : access;
    }

    static String print(int access) {
        return access == ANY
                ? "*"
                : ((access & R) != 0 ? "r" : "") + ((access & W) != 0 ? "w" : "") + ((access & X) != 0 ? "x" : "");
    }

    static String quoted(String text) {
        boolean plain = text.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c) || c == '-' || c == '_');
        return plain ? text : "\"" + text + "\"";
    }

    /// Grants with commas or semicolons between them, to the end of the text.
    ///
    /// @param who `mon`, `osd`, …, for the message
    /// @throws CephException with EINVAL and the text that Ceph has
    static <T> List<T> parseGrants(String who, String text, CapText in, Supplier<@Nullable T> grant) {
        List<T> grants = new ArrayList<>();
        T next = in.attempt(grant);
        while (next != null) {
            grants.add(next);
            next = in.attempt(() -> {
                in.run(c -> c == ' ');
                if (!in.lit(";") && !in.lit(",")) {
                    return null;
                }
                in.run(c -> c == ' ');
                return grant.get();
            });
        }
        boolean saysEnd = who.equals("mon") || who.equals("mgr");
        if (!saysEnd && !grants.isEmpty()) {
            in.whitespace();
        }
        if (!grants.isEmpty() && in.atEnd()) {
            return List.copyOf(grants);
        }
        String where = in.atEnd() && saysEnd ? "end" : "'" + in.rest() + "'";
        throw new CephException(
                Errno.EINVAL, who + " capability parse failed, stopped at " + where + " of '" + text + "'");
    }
}
