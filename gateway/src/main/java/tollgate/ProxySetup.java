package tollgate;

import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tollgate.account.AccountDesk;
import tollgate.config.TollgateConfig;
import tollgate.dialect.Dialect;
import tollgate.dialect.Dialects;
import tollgate.http.ListenerSettings;
import tollgate.http.UpstreamSettings;
import tollgate.identity.KeyRing;
import tollgate.metering.HoldMode;
import tollgate.metering.HoldSettings;
import tollgate.metering.TypicalCharges;
import tollgate.metering.WhoPays;
import tollgate.pricing.RateBook;
import tollgate.proxy.AwsRequestSigner;
import tollgate.proxy.Jobs;
import tollgate.proxy.MemoryBudget;
import tollgate.proxy.ObjectMap;
import tollgate.proxy.Outcomes;
import tollgate.proxy.ProxyContext;
import tollgate.proxy.ProxySettings;
import tollgate.proxy.RefusalRing;
import tollgate.proxy.RequestSigner;
import tollgate.proxy.Routing;
import tollgate.proxy.Upstream;
import tools.jackson.databind.json.JsonMapper;

/** Turns the configuration into what the proxy works with. Stateless. */
final class ProxySetup {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int IDLE_CONNECTIONS = 256;

    private ProxySetup() {}

    /** An upstream, with the time-outs of all. */
    static Upstream upstream(
            TollgateConfig config, String name, String dialect, URI url, @Nullable String key, boolean costReported) {
        TollgateConfig.Timeouts timeouts = config.timeouts();
        return new Upstream(
                name,
                dialect,
                key,
                new UpstreamSettings(
                        url,
                        timeouts.connect(),
                        timeouts.firstByte(),
                        timeouts.idle(),
                        timeouts.total(),
                        IDLE_CONNECTIONS),
                costReported);
    }

    /** A real provider, as configured. */
    private static Upstream upstream(TollgateConfig config, TollgateConfig.Provider provider, Clock clock) {
        Upstream keyed = upstream(
                config,
                provider.name(),
                provider.dialect(),
                provider.baseUrl(),
                provider.apiKey(),
                provider.costReported());
        TollgateConfig.Aws aws = provider.aws();
        if (aws == null) {
            return keyed;
        }
        RequestSigner signer = new AwsRequestSigner(
                provider.baseUrl(),
                aws.region(),
                aws.accessKeyId(),
                aws.secretAccessKey(),
                aws.session(),
                clock,
                task -> Thread.ofVirtual().name("signing").start(task));
        return new Upstream(
                keyed.name(), keyed.dialect(), keyed.apiKey(), keyed.settings(), keyed.costReported(), signer);
    }

    /** The sandbox provider, once for each dialect that it speaks. */
    static List<Upstream> sandbox(TollgateConfig config, URI url) {
        return Dialects.all().stream()
                .map(Dialect::name)
                .distinct()
                .map(each -> upstream(config, sandboxName(each), each, url, "sandbox", false))
                .toList();
    }

    /** The sandbox provider as an upstream of a dialect. */
    static String sandboxName(String dialect) {
        return "sandbox-" + dialect;
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
            List<Upstream> sandbox,
            Telemetry telemetry,
            Clock clock) {
        TollgateConfig.Holds holds = config.holds();
        HoldSettings holding = new HoldSettings(
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
        List<Upstream> live = config.upstreams().stream()
                .map(each -> upstream(config, each, clock))
                .toList();
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
                new Routing(live, sandbox),
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
