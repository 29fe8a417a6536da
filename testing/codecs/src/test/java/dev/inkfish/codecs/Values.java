package dev.inkfish.codecs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.Utime;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Values compared with each other, and with what `ceph-dencoder` prints of them.
final class Values {
    private final List<String> differences = new ArrayList<>();
    private int compared;

    private Values() {}

    /// The components in which two values differ: `PgHistory.epochCreated`.
    static TreeSet<String> differences(Object a, Object b) {
        Values values = new Values();
        values.compare(a, b, "");
        return new TreeSet<>(values.differences);
    }

    /// What of a value contradicts a dump of it: components that the dump has under the same name (`last_update` for
    /// `lastUpdate`) with other content. The first line says how many could be compared.
    static List<String> contradictions(Object value, JsonNode dump) {
        Values values = new Values();
        values.match(value, dump, "");
        values.differences.addFirst(Integer.toString(values.compared));
        return values.differences;
    }

    /// All numbers in a value, in decimals without sign: as they are, and taken for unsigned.
    static TreeSet<String> numbers(Object value) {
        TreeSet<String> numbers = new TreeSet<>();
        collect(value, numbers);
        return numbers;
    }

    private static void collect(@Nullable Object value, TreeSet<String> numbers) {
        switch (value) {
            case Integer number -> numbers.addAll(List.of(number.toString().replace("-", ""),
                    Integer.toUnsignedString(number)));
            case Long number -> numbers.addAll(List.of(number.toString().replace("-", ""),
                    Long.toUnsignedString(number)));
            case Collection<?> all -> all.forEach(each -> collect(each, numbers));
            case Map<?, ?> map -> map.forEach((k, v) -> {
                collect(k, numbers);
                collect(v, numbers);
            });
            case Record record -> {
                for (RecordComponent component : record.getClass().getRecordComponents()) {
                    collect(get(component, record), numbers);
                }
            }
            case null, default -> {}
        }
    }

    private void compare(@Nullable Object a, @Nullable Object b, String path) {
        if (Objects.equals(a, b)) {
            return;
        }
        if (a instanceof Record && b != null && a.getClass() == b.getClass()) {
            boolean atom = a.getClass().getPackageName().equals("dev.inkfish.wire");
            for (RecordComponent component : a.getClass().getRecordComponents()) {
                compare(get(component, a), get(component, b), atom ? path : a.getClass().getSimpleName() + "." + component.getName());
            }
        } else if (a instanceof OsdMapIncremental && b instanceof OsdMapIncremental) {
            for (Field field : OsdMapIncremental.class.getFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    compare(get(field, a), get(field, b), "OsdMapIncremental." + field.getName());
                }
            }
        } else if (a instanceof List<?> as && b instanceof List<?> bs && as.size() == bs.size()) {
            Iterator<?> others = bs.iterator();
            as.forEach(each -> compare(each, others.next(), path));
        } else if (a instanceof Map<?, ?> as && b instanceof Map<?, ?> bs && as.keySet().equals(bs.keySet())) {
            as.forEach((key, each) -> compare(each, bs.get(key), path));
        } else {
            differences.add(path.isEmpty() && a != null ? a.getClass().getSimpleName() : path);
        }
    }

    private void match(@Nullable Object value, JsonNode node, String path) {
        switch (value) {
            case null -> {}
            case Integer number -> number(path, node, number, Integer.toUnsignedString(number));
            case Long number -> number(path, node, number, Long.toUnsignedString(number));
            case Boolean flag -> scalar(path, node, flag.toString(), flag ? "1" : "0");
            case String text -> scalar(path, node, text);
            case Eversion(int epoch, long version) -> scalar(path, node, Integer.toUnsignedString(epoch) + "'"
                    + Long.toUnsignedString(version));
            case Utime(int seconds, int nanos) -> {
                if (node.asText().matches("\\d+\\.\\d{6}")) {
                    scalar(path, node, String.format(Locale.ROOT, "%d.%06d", seconds, nanos / 1000));
                }
            }
            case Bytes bytes -> {}
            case List<?> list when node.isArray() -> {
                size(path, node, list.size());
                for (int i = 0; i < Math.min(list.size(), node.size()); i++) {
                    match(list.get(i), node.get(i), path + "[" + i + "]");
                }
            }
            case Map<?, ?> map when node.isArray() -> size(path, node, map.size());
            case Map<?, ?> map when node.isObject() -> {
                size(path, node, map.size());
                map.forEach((key, each) -> {
                    if (node.has(key.toString())) {
                        match(each, node.get(key.toString()), join(path, key.toString()));
                    }
                });
            }
            case Record record when node.isObject() -> components(record, node, path);
            default -> {}
        }
    }

    private void components(Record record, JsonNode node, String path) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            String name = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
            if (node.has(name)) {
                match(get(component, record), node.get(name), join(path, name));
            }
        }
    }

    private void size(String path, JsonNode node, int size) {
        compared++;
        if (node.size() != size) {
            differences.add(path + ": " + node.size() + " printed, not " + size);
        }
    }

    /// Decimal or hexadecimal; a number that is printed as a word or a fraction is not compared.
    private void number(String path, JsonNode node, Number number, String unsigned) {
        String text = node.asText();
        if (text.startsWith("0x")) {
            boolean same = Long.parseUnsignedLong(text.substring(2), 16) == Long.parseUnsignedLong(unsigned);
            scalar(path, node, same ? text : unsigned);
        } else if (node.isIntegralNumber() || text.matches("-?\\d+")) {
            scalar(path, node, number.toString(), unsigned);
        }
    }

    private void scalar(String path, JsonNode node, String... forms) {
        if (node.isContainerNode()) {
            return;
        }
        compared++;
        if (!List.of(forms).contains(node.asText())) {
            differences.add(path + ": " + node.asText() + " printed, not " + forms[0]);
        }
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static @Nullable Object get(Field field, Object draft) {
        try {
            return field.get(draft);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable Object get(RecordComponent component, Object record) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }
}
