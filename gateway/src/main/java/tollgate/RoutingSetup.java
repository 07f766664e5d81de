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
import org.jspecify.annotations.Nullable;
import tollgate.config.RouteRules;
import tollgate.config.TollgateConfig;
import tollgate.config.UpstreamRules;
import tollgate.dialect.Dialect;
import tollgate.dialect.Dialects;
import tollgate.http.UpstreamSettings;
import tollgate.http.Upstreams;
import tollgate.proxy.AwsRequestSigner;
import tollgate.proxy.Capacity;
import tollgate.proxy.Health;
import tollgate.proxy.HealthChecks;
import tollgate.proxy.RequestSigner;
import tollgate.proxy.Route;
import tollgate.proxy.Routing;
import tollgate.proxy.Standing;
import tollgate.proxy.Target;
import tollgate.proxy.Upstream;

/** Turns the configured upstreams and routes into those that the proxy works with. Stateless. */
final class RoutingSetup {
    private static final int IDLE_CONNECTIONS = 256;
    /** Who is well says so within this. */
    private static final Duration HEALTHY = Duration.ofSeconds(5);

    private RoutingSetup() {}

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
        return Dialects.all().stream()
                .map(Dialect::name)
                .distinct()
                .map(each -> new Upstream(
                        sandboxName(each),
                        each,
                        "sandbox",
                        settings(url, config.timeouts(), false),
                        false,
                        null,
                        null,
                        null,
                        null))
                .toList();
    }

    /** The sandbox provider as an upstream of a dialect. */
    static String sandboxName(String dialect) {
        return "sandbox-" + dialect;
    }

    /** Where requests go. */
    static Routing routing(TollgateConfig config, List<Upstream> sandbox, Clock clock) {
        Targets targets = new Targets(config.upstreams(), clock);
        return new Routing(
                targets.plain(),
                sandbox,
                config.routes().stream()
                        .map(route -> new Route(
                                route.name(),
                                route.dialect(),
                                route.models(),
                                route.region(),
                                route.upstreams().stream().map(targets::of).toList(),
                                route.attempts(),
                                route.within(),
                                route.resend(),
                                route.drains(),
                                ProxySetup.holding(config, route.holds())))
                        .toList(),
                ProxySetup.holding(config, config.holds()));
    }

    /** The upstreams as routes choose them: one standing for each and each model of it, one capacity for each. */
    private static final class Targets {
        private final Map<String, TollgateConfig.Provider> providers = new LinkedHashMap<>();
        private final Map<String, Capacity> capacities = new HashMap<>();
        private final Map<String, Health> healths = new HashMap<>();
        private final Map<String, Standing> standings = new HashMap<>();
        private final Map<String, RequestSigner> signers = new HashMap<>();
        private final Clock clock;

        Targets(List<TollgateConfig.Provider> configured, Clock clock) {
            this.clock = clock;
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
                            signer(of),
                            rules.region(),
                            rules.prices(),
                            rules.drains()),
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

        /** One for each upstream: it learns how far that one's clock is off. */
        private @Nullable RequestSigner signer(TollgateConfig.Provider of) {
            TollgateConfig.Aws aws = of.aws();
            return aws == null
                    ? null
                    : signers.computeIfAbsent(
                            of.name(),
                            first -> new AwsRequestSigner(
                                    of.baseUrl(),
                                    aws.region(),
                                    aws.accessKeyId(),
                                    aws.secretAccessKey(),
                                    aws.session(),
                                    clock,
                                    task -> Thread.ofVirtual().name("signing").start(task)));
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
            Optional<Dialect> dialect = Dialects.all().stream()
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
}
