package tollgate;

import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import tollgate.account.AccountDesk;
import tollgate.config.TollgateConfig;
import tollgate.dialect.Dialects;
import tollgate.http.ListenerSettings;
import tollgate.identity.KeyRing;
import tollgate.metering.HoldMode;
import tollgate.metering.HoldSettings;
import tollgate.metering.TypicalCharges;
import tollgate.metering.WhoPays;
import tollgate.pricing.RateBook;
import tollgate.proxy.Jobs;
import tollgate.proxy.MemoryBudget;
import tollgate.proxy.ObjectMap;
import tollgate.proxy.Outcomes;
import tollgate.proxy.ProxyContext;
import tollgate.proxy.ProxySettings;
import tollgate.proxy.RefusalRing;
import tollgate.proxy.Routing;
import tools.jackson.databind.json.JsonMapper;

/** Turns the configuration into what the proxy works with. Stateless. */
final class ProxySetup {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private ProxySetup() {}

    /** How much is held, as all routes or one of them say. */
    static HoldSettings holding(TollgateConfig config, TollgateConfig.Holds holds) {
        return new HoldSettings(
                // where nothing is refused no answer is ended for money, either
                config.enforce()
                        ? Objects.requireNonNull(HoldMode.of(holds.mode()), "the configuration names modes that are")
                        : HoldMode.STRICT,
                holds.trancheTokens(),
                holds.life(),
                holds.maxExchange(),
                holds.minOutputTokens(),
                holds.maxOverrun(),
                holds.inputCeiling(),
                holds.mostOpen());
    }

    /** What all exchanges share. */
    static ProxyContext context(
            TollgateConfig config,
            Supplier<RateBook> prices,
            KeyRing ring,
            Outcomes outcomes,
            ObjectMap objects,
            Jobs jobs,
            RefusalRing refusals,
            Routing routing,
            Telemetry telemetry,
            Clock clock) {
        HoldSettings holding = holding(config, config.holds());
        MemoryBudget memory = new MemoryBudget(config.limits().inFlightBytes());
        return new ProxyContext(
                new ProxySettings(
                        config.limits().requestBytes(),
                        config.limits().inFlightBytes(),
                        config.redis().placeWait(),
                        config.redis().settleWait(),
                        config.announce().trailers(),
                        config.announce().sseComment(),
                        config.announce().balance(),
                        config.announce().holdBytes(),
                        config.limits().perAddress(),
                        config.enforce()),
                holding,
                prices,
                new WhoPays(holding),
                new TypicalCharges(),
                routing,
                Dialects.all(),
                ring,
                memory,
                outcomes,
                objects,
                jobs,
                refusals,
                telemetry,
                clock);
    }

    /** Where and how requests come in. */
    static ListenerSettings listening(TollgateConfig config) {
        return new ListenerSettings(
                config.listen().gateway(),
                config.limits().headerBytes(),
                config.limits().bodyRead(),
                config.timeouts().clientStall());
    }

    /** An exchange that was refused lately, as its key's holder may see it. */
    static Optional<AccountDesk.RefusedExchange> refused(RefusalRing ring, String id) {
        return ring.find(id)
                .filter(no -> no.key() != null)
                .map(no -> new AccountDesk.RefusedExchange(
                        String.valueOf(no.key()),
                        MAPPER.writeValueAsString(Map.of(
                                "id",
                                id,
                                "state",
                                "refused",
                                "status",
                                no.status(),
                                "code",
                                no.code(),
                                "message",
                                no.message(),
                                "charge",
                                "0.00"))));
    }
}
