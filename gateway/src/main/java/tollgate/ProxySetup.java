package tollgate;

import io.netty.channel.EventLoop;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tollgate.account.AccountDesk;
import tollgate.config.RouteRules;
import tollgate.config.TollgateConfig;
import tollgate.config.UpstreamRules;
import tollgate.dialect.Dialect;
import tollgate.dialect.anthropic.AnthropicDialect;
import tollgate.dialect.azure.AzureDialect;
import tollgate.dialect.gemini.GeminiDialect;
import tollgate.dialect.gemini.GeminiOpenAiDialect;
import tollgate.dialect.ollama.OllamaDialect;
import tollgate.dialect.openai.OpenAiDialect;
import tollgate.http.ListenerSettings;
import tollgate.http.UpstreamSettings;
import tollgate.http.Upstreams;
import tollgate.identity.KeyRing;
import tollgate.metering.HoldMode;
import tollgate.metering.HoldSettings;
import tollgate.metering.TypicalCharges;
import tollgate.metering.WhoPays;
import tollgate.pricing.RateBook;
import tollgate.proxy.Capacity;
import tollgate.proxy.Health;
import tollgate.proxy.HealthChecks;
import tollgate.proxy.MemoryBudget;
import tollgate.proxy.Outcomes;
import tollgate.proxy.ProxyContext;
import tollgate.proxy.ProxySettings;
import tollgate.proxy.RefusalRing;
import tollgate.proxy.Route;
import tollgate.proxy.Routing;
import tollgate.proxy.Standing;
import tollgate.proxy.Target;
import tollgate.proxy.Upstream;
import tools.jackson.databind.json.JsonMapper;

/** Turns the configuration into what the proxy works with. Stateless. */
final class ProxySetup {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int IDLE_CONNECTIONS = 256;
    /** Who is well says so within this. */
    private static final Duration HEALTHY = Duration.ofSeconds(5);

    /** The last one is that of whoever does not say. */
    private static final List<Dialect> DIALECTS = List.of(
            new AnthropicDialect(),
            new GeminiOpenAiDialect(),
            new GeminiDialect(),
            new AzureDialect(),
            new OllamaDialect(),
            new OpenAiDialect());

    private ProxySetup() {}

    private static UpstreamSettings settings(URI url, TollgateConfig.Timeouts timeouts, boolean linkLocal) {
        return new UpstreamSettings(
                url,
                timeouts.connect(),
                timeouts.firstByte(),
                timeouts.idle(),
                timeouts.total(),
                IDLE_CONNECTIONS,
                linkLocal);
    }

    /** The sandbox provider, once for each dialect that it speaks. */
    static List<Upstream> sandbox(TollgateConfig config, URI url) {
        return DIALECTS.stream()
                .map(Dialect::name)
                .distinct()
                .map(each -> new Upstream(
                        "sandbox-" + each, each, "sandbox", settings(url, config.timeouts(), false), false, null, null))
                .toList();
    }

    private static HoldSettings holding(TollgateConfig config, TollgateConfig.Holds holds) {
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
                holds.inputCeiling());
    }

    /** Where requests go. */
    static Routing routing(TollgateConfig config, List<Upstream> sandbox) {
        Targets targets = new Targets(config.upstreams());
        return new Routing(
                targets.plain(),
                sandbox,
                config.routes().stream()
                        .map(route -> new Route(
                                route.name(),
                                route.dialect(),
                                route.models(),
                                route.upstreams().stream().map(targets::of).toList(),
                                route.attempts(),
                                route.within(),
                                route.resend(),
                                route.drains(),
                                holding(config, route.holds())))
                        .toList(),
                holding(config, config.holds()));
    }

    /** The upstreams as routes choose them: one standing for each and each model of it, one capacity for each. */
    private static final class Targets {
        private final Map<String, TollgateConfig.Provider> providers = new LinkedHashMap<>();
        private final Map<String, Capacity> capacities = new HashMap<>();
        private final Map<String, Health> healths = new HashMap<>();
        private final Map<String, Standing> standings = new HashMap<>();

        Targets(List<TollgateConfig.Provider> configured) {
            for (TollgateConfig.Provider each : configured) {
                providers.put(each.name(), each);
                capacities.put(
                        each.name(),
                        new Capacity(each.rules().concurrent(), each.rules().perSecond()));
            }
        }

        List<Target> plain() {
            return providers.values().stream()
                    .map(each -> target(each, null, 1, each.rules().timeouts()))
                    .toList();
        }

        Target of(RouteRules.Candidate candidate) {
            return target(
                    Objects.requireNonNull(providers.get(candidate.upstream())),
                    candidate.model(),
                    candidate.weight(),
                    candidate.timeouts());
        }

        private Target target(
                TollgateConfig.Provider of, @Nullable String model, int weight, TollgateConfig.Timeouts timeouts) {
            UpstreamRules rules = of.rules();
            String name = model == null ? of.name() : of.name() + "/" + model;
            UpstreamRules.Breaker breaker = rules.breaker();
            return new Target(
                    new Upstream(
                            of.name(),
                            of.dialect(),
                            of.apiKey(),
                            settings(of.baseUrl(), timeouts, rules.linkLocal()),
                            of.costReported(),
                            rules.region(),
                            rules.prices()),
                    model,
                    weight,
                    standings.computeIfAbsent(
                            name,
                            first -> new Standing(
                                    name,
                                    new Standing.Settings(
                                            breaker.window(),
                                            breaker.failurePercent(),
                                            breaker.open(),
                                            breaker.probes()),
                                    Objects.requireNonNull(capacities.get(of.name())),
                                    healths.computeIfAbsent(of.name(), Health::new))));
        }
    }

    /** Looks at those upstreams that are to be looked at; what is returned ends that. */
    static List<HealthChecks> healthChecks(
            TollgateConfig config, Routing routing, Upstreams upstreams, EventLoop loop) {
        List<HealthChecks> checks = new ArrayList<>();
        for (TollgateConfig.Provider each : config.upstreams()) {
            UpstreamRules.Health health = each.rules().health();
            Target target = routing.targets().stream()
                    .filter(one -> one.upstream().name().equals(each.name()))
                    .findFirst()
                    .orElseThrow();
            Standing standing = target.standing();
            Optional<Dialect> dialect = DIALECTS.stream()
                    .filter(one -> one.name().equals(each.dialect()))
                    .findFirst();
            if (health != null && standing != null && dialect.isPresent()) {
                TollgateConfig.Timeouts patience =
                        new TollgateConfig.Timeouts(HEALTHY, HEALTHY, HEALTHY, HEALTHY, HEALTHY);
                checks.add(new HealthChecks(
                        target.upstream(),
                        dialect.get(),
                        health.path(),
                        health.every(),
                        standing.health(),
                        upstreams.pool(
                                settings(each.baseUrl(), patience, each.rules().linkLocal()), loop),
                        loop));
            }
        }
        return checks;
    }

    /** What all exchanges share. */
    static ProxyContext context(
            TollgateConfig config,
            Supplier<RateBook> prices,
            KeyRing ring,
            Outcomes outcomes,
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
                DIALECTS,
                ring,
                memory,
                outcomes,
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
