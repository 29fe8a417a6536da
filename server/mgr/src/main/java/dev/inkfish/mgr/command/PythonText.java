package dev.inkfish.mgr.command;

import java.util.Collection;
import java.util.Map;

/// Values as Python prints them (`repr`), where Ceph's modules show them so.
final class PythonText {
    private PythonText() {}

    static String of(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                StringBuilder out = new StringBuilder("{");
                map.forEach((key, each) -> out.append(out.length() > 1 ? ", " : "").append(of(key)).append(": ").append(of(each)));
                yield out.append('}').toString();
            }
            case Collection<?> list -> "[" + String.join(", ", list.stream().map(PythonText::of).toList()) + "]";
            case Double number -> PythonJson.number(number);
            case String text -> "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
            default -> value.toString();
        };
    }
}
