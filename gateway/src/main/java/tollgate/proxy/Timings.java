package tollgate.proxy;

import java.util.LinkedHashMap;
import java.util.Map;

/** When the steps of one exchange were reached, in microseconds since its start. Confined to its event loop. */
final class Timings {
    private final long start;
    private final Map<String, Long> micros = new LinkedHashMap<>();

    Timings(long startNanos) {
        this.start = startNanos;
    }

    /** The step is reached now; the first time counts. */
    void mark(String step) {
        micros.putIfAbsent(step, (System.nanoTime() - start) / 1_000);
    }

    Map<String, Long> asMap() {
        return micros;
    }
}
