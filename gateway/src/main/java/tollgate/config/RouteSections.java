package tollgate.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the routes of a configuration. Stateless. */
final class RouteSections {
    private static final int MOST_ATTEMPTS = 5;

    private RouteSections() {}

    static List<RouteRules> read(Section top, UpstreamSections upstreams, TollgateConfig.Holds holds) {
        List<RouteRules> routes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Map<String, Set<String>> taken = new HashMap<>();
        for (Section one : top.sections(
                "routes",
                "name",
                "models",
                "region",
                "upstreams",
                "failover",
                "client_gone",
                "input_ceiling",
                "holds",
                "timeouts")) {
            RouteRules route = route(one, upstreams, holds);
            if (!names.add(route.name())) {
                throw one.invalid("name", route.name(), "a name that no other route has");
            }
            for (String model : route.models()) {
                if (!taken.computeIfAbsent(route.dialect(), first -> new HashSet<>())
                        .add(model)) {
                    throw one.invalid("models", model, "a name or pattern that no route before has");
                }
            }
            routes.add(route);
        }
        return routes;
    }

    private static RouteRules route(Section one, UpstreamSections upstreams, TollgateConfig.Holds usual) {
        List<String> models = one.list("models");
        for (String model : models) {
            if (!model.matches("[!-~]{1,256}")) {
                throw one.invalid("models", model, "names of ASCII without spaces, * for any run of characters");
            }
        }
        if (models.isEmpty()) {
            throw one.invalid("models", "none", "a list of names that clients ask for");
        }
        List<Section> written = one.sections("upstreams", "upstream", "model", "weight");
        String region = UpstreamSections.word(one, "region");
        Section timeouts = one.section("timeouts", "connect", "first_byte", "idle", "total");
        List<RouteRules.Candidate> candidates = new ArrayList<>();
        String dialect = null;
        boolean weighty = false;
        for (Section each : written) {
            String name = each.text("upstream", "");
            String spoken = upstreams.dialects().get(name);
            if (spoken == null) {
                throw each.invalid(
                        "upstream", name, Nearest.of(name, upstreams.dialects().keySet()));
            }
            if (dialect != null && !dialect.equals(spoken)) {
                throw each.invalid("upstream", name, "one of the dialect " + dialect + ", as those before");
            }
            dialect = spoken;
            int weight = (int) each.whole("weight", 1, 0, 1_000);
            weighty |= weight > 0;
            RouteRules.Candidate candidate = candidate(each, name, weight, region, timeouts, upstreams);
            if (candidate == null) {
                each.warn("upstream", "'" + name + "' is left out, and so is this one");
            } else {
                candidates.add(candidate);
            }
        }
        if (dialect == null || !weighty) {
            throw one.invalid(
                    "upstreams",
                    written.isEmpty() ? "none" : "weights of 0 alone",
                    "at least one with a weight above 0");
        }
        Section failover = one.section("failover", "attempts", "within", "resend");
        return new RouteRules(
                Objects.requireNonNullElse(UpstreamSections.word(one, "name"), models.getFirst()),
                dialect,
                models,
                region,
                candidates,
                (int) failover.whole("attempts", Math.min(3, Math.max(1, candidates.size())), 1, MOST_ATTEMPTS),
                failover.duration("within", "60s"),
                failover.flag("resend", false),
                one.has("client_gone")
                        ? Boolean.valueOf(
                                one.word("client_gone", "", "cancel", "drain").equals("drain"))
                        : null,
                holds(one, usual));
    }

    private static RouteRules.@Nullable Candidate candidate(
            Section each,
            String name,
            int weight,
            @Nullable String region,
            Section timeouts,
            UpstreamSections upstreams) {
        String model = each.optional("model");
        if (model != null && !model.matches("[A-Za-z0-9._@~=,:/+-]{1,256}")) {
            throw each.invalid("model", model, "a model's own name");
        }
        for (TollgateConfig.Provider provider : upstreams.providers()) {
            if (provider.name().equals(name)) {
                String at = provider.rules().region();
                if (region != null && !region.equals(at)) {
                    throw each.invalid(
                            "upstream",
                            name,
                            "one of the region " + region + "; that one has " + (at == null ? "none" : at));
                }
                return new RouteRules.Candidate(
                        name,
                        model,
                        weight,
                        ConfigFile.timeouts(timeouts, provider.rules().timeouts()));
            }
        }
        return null;
    }

    private static TollgateConfig.Holds holds(Section one, TollgateConfig.Holds usual) {
        Section holds = one.section("holds", "mode", "tranche_tokens", "min_output_tokens");
        String ceiling = one.text("input_ceiling", "null");
        return new TollgateConfig.Holds(
                holds.word("mode", usual.mode(), "strict", "tranches", "typical"),
                holds.whole("tranche_tokens", usual.trancheTokens(), 64, 1_000_000),
                usual.life(),
                usual.maxExchange(),
                usual.maxJob(),
                holds.whole("min_output_tokens", usual.minOutputTokens(), 1, 1_000_000),
                usual.maxOverrun(),
                !one.has("input_ceiling")
                        ? usual.inputCeiling()
                        : ceiling.equals("null") ? null : Long.valueOf(one.whole("input_ceiling", 1, 1, 1_000_000_000)),
                usual.mostOpen());
    }
}
