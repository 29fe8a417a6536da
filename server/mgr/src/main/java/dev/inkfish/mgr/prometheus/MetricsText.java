package dev.inkfish.mgr.prometheus;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Gathers metrics and writes them in Prometheus's text format, as Ceph's module does.
final class MetricsText {
    private record Metric(String type, String help, List<String> labels, Map<List<String>, Double> values) {}

    private final Map<String, Metric> metrics = new LinkedHashMap<>();

    /// A metric that is there also without a value.
    ///
    /// @param name without `ceph_`
    void declare(String name, String type, String help, String... labels) {
        metrics.computeIfAbsent(name, n -> new Metric(type, help, List.of(labels), new LinkedHashMap<>()));
    }

    /// @param labels values of the labels that were declared
    void set(String name, double value, String... labels) {
        Metric metric = metrics.get(name);
        if (metric == null || metric.labels.size() != labels.length) {
            throw new IllegalArgumentException(name);
        }
        metric.values.put(List.of(labels), value);
    }

    String text() {
        StringBuilder out = new StringBuilder();
        metrics.forEach((name, metric) -> {
            String full = "ceph_" + legal(name);
            out.append("\n# HELP ").append(full).append(' ').append(metric.help);
            out.append("\n# TYPE ").append(full).append(' ').append(metric.type);
            metric.values.forEach((labels, value) -> {
                out.append('\n').append(full);
                for (int i = 0; i < labels.size(); i++) {
                    out.append(i == 0 ? "{" : ",").append(metric.labels.get(i)).append("=\"")
                            .append(escaped(labels.get(i))).append('"');
                }
                out.append(labels.isEmpty() ? " " : "} ").append(number(value));
            });
        });
        return out.append('\n').toString();
    }

    private static String legal(String name) {
        String result = name.replaceAll("[./\\s]|::", "_").replace("+", "_plus");
        return result.endsWith("-") ? result.substring(0, result.length() - 1) + "_minus" : result.replace('-', '_');
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return Double.toString(value);
    }
}
