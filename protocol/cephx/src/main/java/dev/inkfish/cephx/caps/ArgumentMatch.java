package dev.inkfish.cephx.caps;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// What a command's argument must be, for a grant to apply (`StringConstraint`).
record ArgumentMatch(Kind kind, String value) {
    enum Kind {
        EQUAL("="),
        PREFIX(" prefix "),
        REGEX(" regex ");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    static ArgumentMatch equal(String value) {
        return new ArgumentMatch(Kind.EQUAL, value);
    }

    static ArgumentMatch prefix(String value) {
        return new ArgumentMatch(Kind.PREFIX, value);
    }

    static ArgumentMatch regex(String value) {
        return new ArgumentMatch(Kind.REGEX, value);
    }

    private boolean matches(String argument) {
        return switch (kind) {
            case EQUAL -> argument.equals(value);
            case PREFIX -> argument.startsWith(value);
            case REGEX -> {
                try {
                    yield Pattern.matches(value, argument);
                } catch (PatternSyntaxException e) {
                    yield false;
                }
            }
        };
    }

    /// Whether all arguments that are constrained are there and as they must be.
    static boolean all(Map<String, ArgumentMatch> constraints, Map<String, String> arguments) {
        return constraints.entrySet().stream().allMatch(entry -> {
            String argument = arguments.get(entry.getKey());
            return argument != null && entry.getValue().matches(argument);
        });
    }

    /// `k=v k2 prefix v2 …`
    ///
    /// @param spacedEquals whether blanks around `=` are allowed: the manager's grammar has them
    static @Nullable NavigableMap<String, ArgumentMatch> parseAll(CapText in, boolean spacedEquals) {
        NavigableMap<String, ArgumentMatch> all = new TreeMap<>();
        Boolean found = in.attempt(() -> parseOne(in, spacedEquals, all));
        while (found != null) {
            found = in.attempt(() -> in.spaces() ? parseOne(in, spacedEquals, all) : null);
        }
        return all.isEmpty() ? null : all;
    }

    private static @Nullable Boolean parseOne(
            CapText in, boolean spacedEquals, NavigableMap<String, ArgumentMatch> into) {
        String key = in.str();
        if (key == null) {
            return null;
        }
        ArgumentMatch match = in.attempt(() -> {
            if (spacedEquals) {
                in.spaces();
            }
            if (!in.lit("=")) {
                return null;
            }
            if (spacedEquals) {
                in.spaces();
            }
            return of(Kind.EQUAL, in.str());
        });
        for (Kind kind : new Kind[] {Kind.PREFIX, Kind.REGEX}) {
            if (match == null) {
                match = in.attempt(() ->
                        in.spaces() && in.lit(kind.text.strip()) && in.spaces() ? of(kind, in.str()) : null);
            }
        }
        if (match == null) {
            return null;
        }
        into.putIfAbsent(key, match);
        return true;
    }

    private static @Nullable ArgumentMatch of(Kind kind, @Nullable String value) {
        return value == null ? null : new ArgumentMatch(kind, value);
    }

    static String print(Map<String, ArgumentMatch> constraints) {
        StringBuilder text = new StringBuilder();
        constraints.forEach((key, match) -> text.append(' ')
                .append(Access.quoted(key))
                .append(match.kind.text)
                .append(Access.quoted(match.value)));
        return text.toString();
    }
}
