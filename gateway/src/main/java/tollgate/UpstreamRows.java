package tollgate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.proxy.Health;
import tollgate.proxy.Routing;
import tollgate.proxy.Standing;
import tollgate.proxy.Target;

/** How upstreams do, for operators: in the control plane, in {@code /readyz} and in the figures. Thread-safe. */
record UpstreamRows(List<Target> targets) {
    /** Every upstream, and every model of it that a route asks for by its own name. */
    static UpstreamRows of(Routing routing) {
        Map<Standing, Target> each = new LinkedHashMap<>();
        for (Target target : routing.targets()) {
            Standing standing = target.standing();
            if (standing != null) {
                each.putIfAbsent(standing, target);
            }
        }
        return new UpstreamRows(List.copyOf(each.values()));
    }

    /** As JSON would say it. */
    List<Map<String, @Nullable Object>> rows() {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (Target target : targets) {
            Standing standing = target.standing();
            if (standing != null) {
                Map<String, @Nullable Object> row = new LinkedHashMap<>();
                row.put("name", target.upstream().name());
                row.put("model", target.model());
                row.put("dialect", target.upstream().dialect());
                row.put("base_url", target.upstream().settings().baseUrl().toString());
                row.put("region", target.upstream().region());
                row.put("state", word(standing.state()));
                row.put("rest_ms", standing.restLeftMs());
                row.put("health", word(standing.health().state()));
                row.put("under_way", standing.underWay());
                rows.add(row);
            }
        }
        return rows;
    }

    /** Those that are not well, for people; empty where all are. */
    String unwell() {
        StringBuilder text = new StringBuilder();
        for (Target target : targets) {
            Standing standing = target.standing();
            if (standing != null
                    && (standing.state() != Standing.State.CLOSED
                            || standing.health().state() == Health.State.DOWN)) {
                text.append("\nupstream ")
                        .append(standing.name())
                        .append(": ")
                        .append(word(standing.state()))
                        .append(standing.health().state() == Health.State.DOWN ? ", down" : "");
            }
        }
        return text.toString();
    }

    /** Names the figures. */
    void tell(Telemetry telemetry) {
        for (Target target : targets) {
            Standing standing = target.standing();
            if (standing != null) {
                String model = target.model() == null ? "" : target.model();
                telemetry.gauge(
                        "tollgate_upstream_state",
                        () -> figure(standing.state()),
                        "upstream",
                        target.upstream().name(),
                        "model",
                        model);
            }
        }
    }

    private static long figure(Standing.State state) {
        return switch (state) {
            case CLOSED -> 0;
            case HALF_OPEN -> 1;
            case OPEN -> 2;
        };
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
