package tollgate.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Dialects;

/**
 * The upstreams of a configuration: what is written of each, checked. Immutable.
 *
 * @param providers those that are left after expansion
 * @param dialects of all that were written down, by name
 */
record UpstreamSections(List<TollgateConfig.Provider> providers, Map<String, String> dialects) {
    /** Reads them, or takes those whose keys are in the environment. */
    static UpstreamSections read(Section top, Map<String, String> environment, TollgateConfig.Timeouts timeouts) {
        List<TollgateConfig.Provider> providers = new ArrayList<>();
        Map<String, String> dialects = new LinkedHashMap<>();
        if (!top.has("upstreams")) {
            add(providers, dialects, "openai", "https://api.openai.com", environment.get("OPENAI_API_KEY"), timeouts);
            add(
                    providers,
                    dialects,
                    "anthropic",
                    "https://api.anthropic.com",
                    environment.get("ANTHROPIC_API_KEY"),
                    timeouts);
            add(
                    providers,
                    dialects,
                    "gemini",
                    "https://generativelanguage.googleapis.com",
                    environment.get("GEMINI_API_KEY"),
                    timeouts);
            add(
                    providers,
                    dialects,
                    "bedrock",
                    AwsSection.bedrock(environment),
                    environment.get("AWS_BEARER_TOKEN_BEDROCK"),
                    timeouts);
            return new UpstreamSections(providers, dialects);
        }
        Section all = top.section("upstreams");
        for (String name : all.names()) {
            Section one = all.section(
                    name,
                    "dialect",
                    "base_url",
                    "api_key",
                    "aws",
                    "insecure",
                    "link_local",
                    "reported_cost",
                    "client_gone",
                    "shared",
                    "region",
                    "prices",
                    "timeouts",
                    "limits",
                    "breaker",
                    "health");
            URI url = BaseUrl.read(one);
            boolean keyed = one.has("api_key");
            String key = keyed ? one.optional("api_key") : null;
            String dialect = one.word("dialect", "", Dialects.names().toArray(String[]::new));
            dialects.put(name, dialect);
            TollgateConfig.Aws aws = AwsSection.of(one, dialect, url);
            if (one.has("aws") ? aws != null : !keyed || key != null) {
                providers.add(new TollgateConfig.Provider(
                        name,
                        dialect,
                        url,
                        key,
                        one.flag("reported_cost", reportsCost(url)),
                        aws,
                        rules(one, dialect, url, timeouts)));
            }
        }
        return new UpstreamSections(providers, dialects);
    }

    private static void add(
            List<TollgateConfig.Provider> providers,
            Map<String, String> dialects,
            String name,
            String url,
            @Nullable String key,
            TollgateConfig.Timeouts timeouts) {
        dialects.put(name, name);
        if (key != null && !key.isEmpty()) {
            URI at = URI.create(url);
            UpstreamRules plain = UpstreamRules.plain(timeouts, LeftStreams.drained(name, at));
            providers.add(new TollgateConfig.Provider(name, name, at, key, false, null, plain));
        }
    }

    /** OpenRouter picks who answers, at prices of its own for each: only its answers say which. */
    private static boolean reportsCost(URI url) {
        return "openrouter.ai".equals(url.getHost());
    }

    private static UpstreamRules rules(Section one, String dialect, URI url, TollgateConfig.Timeouts usual) {
        Section limits = one.section("limits", "concurrent", "requests_per_second");
        Section breaker = one.section("breaker", "window", "failure_percent", "open", "probes");
        UpstreamRules.Breaker plain = UpstreamRules.Breaker.DEFAULTS;
        return new UpstreamRules(
                word(one, "region"),
                word(one, "prices"),
                ConfigFile.timeouts(one.section("timeouts", "connect", "first_byte", "idle", "total"), usual),
                (int) limits.whole("concurrent", 0, 0, 1_000_000),
                (int) limits.whole("requests_per_second", 0, 0, 1_000_000),
                new UpstreamRules.Breaker(
                        (int) breaker.whole("window", plain.window(), 4, 10_000),
                        (int) breaker.whole("failure_percent", plain.failurePercent(), 1, 100),
                        breaker.duration("open", plain.open()),
                        (int) breaker.whole("probes", plain.probes(), 1, 100)),
                health(one),
                one.flag("link_local", false),
                one.has("client_gone")
                        ? Boolean.valueOf(
                                one.word("client_gone", "", "cancel", "drain").equals("drain"))
                        : LeftStreams.drained(dialect, url),
                shared(one));
    }

    private static List<String> shared(Section one) {
        List<String> shared = one.list("shared");
        for (String each : shared) {
            if (each.isBlank()
                    || each.equals("*")
                    || (each.indexOf('*') >= 0 && each.indexOf('*') < each.length() - 1)) {
                throw one.invalid("shared", each, "ids or addresses, or beginnings of some with * behind them");
            }
        }
        return shared;
    }

    private static UpstreamRules.@Nullable Health health(Section one) {
        if (!one.has("health")) {
            return null;
        }
        Section health = one.section("health", "every", "path");
        String path = health.text("path", "/v1/models");
        if (!path.matches("/[!-~]*") || path.contains("#")) {
            throw health.invalid("path", path, "a path such as /v1/models");
        }
        var every = health.duration("every", "15s");
        if (every.toMillis() < 100) {
            throw health.invalid("every", health.text("every", ""), "100ms or more");
        }
        return new UpstreamRules.Health(every, path);
    }

    /** A name of letters, digits and {@code . _ -}; null where it is not there. */
    static @Nullable String word(Section one, String name) {
        String word = one.optional(name);
        if (word != null && !word.matches("[A-Za-z0-9._-]{1,64}")) {
            throw one.invalid(name, word, "up to 64 letters, digits and . _ -");
        }
        return word;
    }
}
