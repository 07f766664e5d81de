package tollgate;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import tollgate.pricing.Usd;

/** Figures kept by dropwizard-metrics, told in Prometheus's text format. Thread-safe. */
final class MetricsTelemetry implements Telemetry {
    private static final double NANOS = 1e9;
    private static final double[] QUANTILES = {0.5, 0.95, 0.99, 0.999};

    private final MetricRegistry registry = new MetricRegistry();
    private final ConcurrentHashMap<Series, Counter> counters = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Series, Timer> timers = new ConcurrentHashMap<>();

    @Override
    public void count(String metric, long n, String... labels) {
        counters.computeIfAbsent(new Series(metric, List.of(labels)), added -> registry.counter(added.text()))
                .inc(n);
    }

    @Override
    public void time(String metric, long nanos, String... labels) {
        timers.computeIfAbsent(
                        new Series(metric, List.of(labels)),
                        added -> registry.timer(added.text(), () -> new Timer(new LastMinutes(System::nanoTime))))
                .update(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void gauge(String metric, LongSupplier value, String... labels) {
        registry.gauge(new Series(metric, List.of(labels)).text(), () -> (Gauge<Long>) value::getAsLong);
    }

    /** One line of figures: its text is made once, not at every count. */
    private record Series(String metric, List<String> labels) {
        String text() {
            if (labels.isEmpty()) {
                return metric;
            }
            StringBuilder text = new StringBuilder(metric).append('{');
            for (int i = 0; i < labels.size(); i += 2) {
                text.append(i == 0 ? "" : ",")
                        .append(labels.get(i))
                        .append("=\"")
                        .append(escaped(labels.get(i + 1)))
                        .append('"');
            }
            return text.append('}').toString();
        }
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    /** Everything, as Prometheus reads it. */
    String text() {
        StringBuilder text = new StringBuilder();
        Map<String, String> types = new TreeMap<>();
        Map<String, StringBuilder> lines = new TreeMap<>();
        for (Map.Entry<String, Counter> each : registry.getCounters().entrySet()) {
            types.put(name(each.getKey()), "counter");
            long count = each.getValue().getCount();
            boolean money = name(each.getKey()).endsWith("_usd_total");
            line(lines, each.getKey(), "", "", money ? new Usd(count).toString() : Long.toString(count));
        }
        registry.getGauges().forEach((series, gauge) -> {
            types.put(name(series), "gauge");
            line(lines, series, "", "", String.valueOf(gauge.getValue()));
        });
        for (Map.Entry<String, Timer> each : registry.getTimers().entrySet()) {
            types.put(name(each.getKey()), "summary");
            Snapshot snapshot = each.getValue().getSnapshot();
            for (double quantile : QUANTILES) {
                String label = "quantile=\"" + quantile + "\"";
                line(lines, each.getKey(), "", label, Double.toString(snapshot.getValue(quantile) / NANOS));
            }
            line(
                    lines,
                    each.getKey(),
                    "_count",
                    "",
                    Long.toString(each.getValue().getCount()));
        }
        lines.forEach((name, body) -> text.append("# TYPE ")
                .append(name)
                .append(' ')
                .append(types.get(name))
                .append('\n')
                .append(body));
        return text.toString();
    }

    private static void line(
            Map<String, StringBuilder> lines, String series, String suffix, String label, String value) {
        int brace = series.indexOf('{');
        String labels = brace < 0 ? "" : series.substring(brace + 1, series.length() - 1);
        String all = labels.isEmpty() || label.isEmpty() ? labels + label : labels + "," + label;
        lines.computeIfAbsent(name(series), none -> new StringBuilder())
                .append(name(series))
                .append(suffix)
                .append(all.isEmpty() ? "" : "{" + all + "}")
                .append(' ')
                .append(value)
                .append('\n');
    }

    private static String name(String series) {
        int brace = series.indexOf('{');
        return brace < 0 ? series : series.substring(0, brace);
    }
}
