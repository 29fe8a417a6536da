package dev.inkfish.command;

import java.util.ArrayList;
import java.util.List;

/// A command's words and parameters, in order: `osd pool create name=pool,type=CephPoolname …`.
///
/// @param prefix the literal words, parted by blanks; what a call names
/// @param parts each word as a `String`, each parameter as an [Argument]
public record CommandSignature(String prefix, List<Object> parts) {
    public static CommandSignature parse(String text) {
        List<Object> parts = new ArrayList<>();
        List<String> words = new ArrayList<>();
        for (String part : text.trim().split(" +")) {
            if (part.indexOf('=') >= 0) {
                parts.add(Argument.parse(part));
            } else {
                parts.add(part);
                words.add(part);
            }
        }
        return new CommandSignature(String.join(" ", words), List.copyOf(parts));
    }

    /// In Ceph's description form, as [#parse] takes it.
    public String text() {
        return String.join(" ", parts.stream()
                .map(part -> part instanceof Argument argument ? argument.text() : part.toString())
                .toList());
    }

    public List<Argument> arguments() {
        return parts.stream().filter(Argument.class::isInstance).map(Argument.class::cast).toList();
    }
}
