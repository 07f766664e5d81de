package tollgate.proxy;

import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import tollgate.Telemetry;
import tollgate.dialect.Dialect;
import tollgate.identity.KeyRing;
import tollgate.metering.HoldSettings;
import tollgate.metering.TypicalCharges;
import tollgate.metering.WhoPays;
import tollgate.pricing.RateBook;

/**
 * What all exchanges of a gateway share. Immutable; its parts are thread-safe.
 *
 * @param settings how exchanges are run
 * @param holds how much is held, and for how long
 * @param prices the prices in force
 * @param whoPays decides what an exchange comes to
 * @param typical what requests usually cost
 * @param routing picks upstreams
 * @param dialects the wire languages, each with its own paths
 * @param keys who may ask
 * @param memory bytes that bodies may take
 * @param outcomes what has become of exchanges
 * @param objects who made what providers keep
 * @param jobs sees to answers in the background
 * @param refusals the last refusals
 * @param telemetry where figures go
 * @param clock for records
 */
public record ProxyContext(
        ProxySettings settings,
        HoldSettings holds,
        Supplier<RateBook> prices,
        WhoPays whoPays,
        TypicalCharges typical,
        Routing routing,
        List<Dialect> dialects,
        KeyRing keys,
        MemoryBudget memory,
        Outcomes outcomes,
        ObjectMap objects,
        Jobs jobs,
        RefusalRing refusals,
        Telemetry telemetry,
        Clock clock) {
    /** Copies what could change. */
    public ProxyContext {
        dialects = List.copyOf(dialects);
    }
}
