package tollgate;

import java.util.function.LongSupplier;

/**
 * Where rooms report what they did. Thread-safe; never called once per event of a stream.
 *
 * <p>Names are those of the public interface ({@code tollgate_refusals_total}); labels come as name, value, name,
 * value. Never a user, key or exchange as a label.
 */
public interface Telemetry {
    /** Nobody listens. */
    Telemetry NONE = new Telemetry() {
        @Override
        public void count(String metric, long n, String... labels) {}

        @Override
        public void time(String metric, long nanos, String... labels) {}

        @Override
        public void gauge(String metric, LongSupplier value, String... labels) {}
    };

    /** Adds to a counter; one whose name ends in {@code _usd_total} is given nano-dollars and told in dollars. */
    void count(String metric, long n, String... labels);

    /** Adds a duration to a distribution. */
    void time(String metric, long nanos, String... labels);

    /** Names a figure that is asked for when somebody looks. */
    void gauge(String metric, LongSupplier value, String... labels);
}
