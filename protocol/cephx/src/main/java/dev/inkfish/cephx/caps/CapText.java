package dev.inkfish.cephx.caps;

import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A position in capability text, and the pieces that all four grammars share. A method that does not find
/// what it looks for leaves the position alone and says so by `false` or null.
///
/// The grammars take what comes first and do not look back; what they make of odd input is part of Ceph's
/// behaviour, since "stopped at" tells it to users.
final class CapText {
    private static final IntPredicate WORD = c -> Character.isLetterOrDigit(c) && c < 128 || "_./-".indexOf(c) >= 0;
    private static final IntPredicate NETWORK = c -> "/.:][".indexOf(c) >= 0 || Character.digit(c, 16) >= 0 && c < 128;

    private final String text;
    private int position;

    CapText(String text) {
        this.text = text;
    }

    boolean atEnd() {
        return position == text.length();
    }

    String rest() {
        return text.substring(position);
    }

    /// Runs a rule; where it finds nothing, the position is what it was.
    <T> @Nullable T attempt(Supplier<@Nullable T> rule) {
        int start = position;
        T result = rule.get();
        if (result == null) {
            position = start;
        }
        return result;
    }

    boolean lit(String expected) {
        if (!text.startsWith(expected, position)) {
            return false;
        }
        position += expected.length();
        return true;
    }

    boolean spaces() {
        return !run(c -> c == ' ' || c == '\n' || c == '\t').isEmpty();
    }

    /// Any white space, as the grammars of OSDs have it.
    boolean whitespace() {
        return !run(c -> c == ' ' || c >= '\t' && c <= '\r').isEmpty();
    }

    boolean equalsOrSpaces() {
        return lit("=") || spaces();
    }

    /// Quoted or a plain word; not empty.
    @Nullable String str() {
        String quoted = quoted(1);
        return quoted != null ? quoted : nonEmpty(run(WORD));
    }

    /// Quoted, perhaps empty, or a plain word.
    @Nullable String emptyOrStr() {
        String quoted = quoted(0);
        return quoted != null ? quoted : nonEmpty(run(WORD));
    }

    private @Nullable String quoted(int least) {
        if (atEnd() || text.charAt(position) != '"' && text.charAt(position) != '\'') {
            return null;
        }
        int end = text.indexOf(text.charAt(position), position + 1);
        if (end < position + 1 + least) {
            return null;
        }
        String content = text.substring(position + 1, end);
        position = end + 1;
        return content;
    }

    /// ` network ADDRESS/BITS`; null where there is none.
    @Nullable Network network() {
        return attempt(() -> {
            if (!spaces() || !lit("network") || !spaces()) {
                return null;
            }
            String network = run(NETWORK);
            return network.isEmpty() ? null : Network.parse(network);
        });
    }

    /// ` keyword=value` or ` keyword value`.
    @Nullable String setting(String keyword) {
        return attempt(() -> spaces() && lit(keyword) && equalsOrSpaces() ? str() : null);
    }

    /// A decimal number.
    @Nullable String digits() {
        return nonEmpty(run(c -> c >= '0' && c <= '9'));
    }

    /// The longest run of such characters, perhaps empty.
    String run(IntPredicate accepted) {
        int start = position;
        while (position < text.length() && accepted.test(text.charAt(position))) {
            position++;
        }
        return text.substring(start, position);
    }

    private static @Nullable String nonEmpty(String run) {
        return run.isEmpty() ? null : run;
    }
}
