package tollgate.config;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.nodes.Node;
import tollgate.dialect.Dialects;
import tollgate.pricing.Markup;
import tollgate.pricing.PriceSettings;
import tollgate.pricing.RateCard;
import tollgate.pricing.UnitClass;
import tollgate.pricing.yaml.UnreadableYaml;
import tollgate.pricing.yaml.YamlText;

/** Reads a configuration file. Stateless. */
public final class ConfigFile {
    private static final List<String> TOP = List.of(
            "listen",
            "data_dir",
            "admin",
            "redis",
            "records",
            "upstreams",
            "routes",
            "prices",
            "holds",
            "timeouts",
            "limits",
            "approval",
            "journal",
            "announce",
            "enforce",
            "lame_duck_s",
            "drain_s");

    /** One Redis, sentinels and the name of what they watch, or servers of a cluster. */
    private static final Pattern REDIS =
            Pattern.compile("rediss?(://([^@/]*@)?HOST(/\\d*)?|-sentinel://([^@/]*@)?HOST(,HOST)*(/\\d*)?#[\\w.-]+"
                    .concat("|-cluster://([^@/]*@)?HOST(,HOST)*/?)")
                    .replace("HOST", "(\\[[0-9a-fA-F:.]+]|[\\w.-]+)(:\\d{1,5})?"));

    private ConfigFile() {}

    /** The configuration of an empty file. */
    public static TollgateConfig defaults(Map<String, String> environment) {
        return parse("defaults", "", environment);
    }

    /**
     * Reads a file.
     *
     * @param environment the values of {@code ${ENV}}
     * @throws InvalidConfig when it cannot be used
     */
    public static TollgateConfig read(Path file, Map<String, String> environment) {
        try {
            return parse(file.toString(), Files.readString(file), environment);
        } catch (IOException unreadable) {
            String why =
                    unreadable instanceof NoSuchFileException ? "no such file" : "cannot be read (" + unreadable + ")";
            throw new InvalidConfig(file + ": " + why);
        }
    }

    static TollgateConfig parse(String file, String text, Map<String, String> environment) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setUseMarks(true)
                .setMaxAliasesForCollections(0)
                .build();
        Optional<Node> root;
        try {
            root = YamlText.compose(settings, text);
        } catch (UnreadableYaml broken) {
            throw new InvalidConfig(broken.at(file) + "not YAML: " + broken.problem());
        }
        Expansion expansion = new Expansion(environment);
        return config(Section.of(file, "", root.orElse(null), expansion, TOP), expansion, environment);
    }

    private static TollgateConfig config(Section top, Expansion expansion, Map<String, String> environment) {
        Section listen = top.section("listen", "gateway", "admin");
        Section redis = top.section(
                "redis",
                "url",
                "ca_file",
                "sentinel_user",
                "sentinel_password",
                "place_wait_ms",
                "settle_wait_ms",
                "waitaof_ms",
                "ledger_entries",
                "allow_unsafe");
        Section announce = top.section("announce", "trailers", "sse_comment", "balance", "hold_bytes");
        if (!top.list("routes").isEmpty()) {
            top.notBuilt("routes");
        }
        return new TollgateConfig(
                new TollgateConfig.Listen(
                        listen.address("gateway", "0.0.0.0:8080"), listen.address("admin", "127.0.0.1:8081")),
                Path.of(top.text("data_dir", ".tollgate")),
                top.has("admin")
                        ? top.section("admin", "keys").list("keys")
                        : Optional.ofNullable(environment.get("TOLLGATE_ADMIN_KEY")).stream()
                                // as everywhere: an empty variable is one that is not set
                                .filter(key -> !key.isEmpty())
                                .toList(),
                redis(redis),
                records(top.section("records", "url")),
                providers(top, environment),
                prices(top.section(
                        "prices",
                        "built_in",
                        "files",
                        "markup_percent",
                        "unknown_model",
                        "default_per_million",
                        "default_limits")),
                holds(top.section(
                        "holds",
                        "mode",
                        "tranche_tokens",
                        "life_s",
                        "max_exchange_s",
                        "max_job_s",
                        "clamp",
                        "min_output_tokens",
                        "max_overrun",
                        "input_ceiling",
                        "max_open")),
                timeouts(top.section("timeouts", "connect", "first_byte", "idle", "total", "client_stall")),
                limits(top.section(
                        "limits", "request_bytes", "in_flight_bytes", "body_read", "header_bytes", "per_address")),
                approval(top.section("approval", "above", "within")),
                Duration.ofMillis(top.section("journal", "sync_ms").whole("sync_ms", 100, 0, 60_000)),
                new TollgateConfig.Announce(
                        announce.flag("trailers", true),
                        announce.flag("sse_comment", true),
                        announce.flag("balance", true),
                        (int) Math.min(Integer.MAX_VALUE, announce.size("hold_bytes", "1MiB"))),
                top.flag("enforce", true),
                Duration.ofSeconds(top.whole("lame_duck_s", 1, 0, 600)),
                Duration.ofSeconds(top.whole("drain_s", 30, 0, 86_400)),
                expansion.warnings());
    }

    private static TollgateConfig.Redis redis(Section redis) {
        String url = redis.text("url", TollgateConfig.EMBEDDED);
        if (!url.equals(TollgateConfig.EMBEDDED) && !REDIS.matcher(url).matches()) {
            throw redis.invalid(
                    "url",
                    // before it may be a password
                    url.replaceFirst("^.*@", "…@"),
                    "embedded, redis://host:port, redis-sentinel://host:port,…#master or redis-cluster://host:port,…,"
                            + " each with rediss for TLS");
        }
        String caFile = redis.text("ca_file", "");
        if (!caFile.isEmpty() && !url.startsWith("rediss")) {
            throw redis.invalid("ca_file", caFile, "none, or a url of rediss…");
        }
        if (!caFile.isEmpty() && !Files.isReadable(Path.of(caFile))) {
            throw redis.invalid("ca_file", caFile, "a file of certificates as PEM that can be read");
        }
        String user = redis.text("sentinel_user", "");
        String password = redis.text("sentinel_password", "");
        if ((!user.isEmpty() || !password.isEmpty()) && !url.contains("-sentinel://")) {
            throw redis.invalid("sentinel_password", "…", "none, or a url of redis-sentinel://…#master");
        }
        if (!user.isEmpty() && password.isEmpty()) {
            throw redis.invalid("sentinel_user", user, "a sentinel_password with it");
        }
        return new TollgateConfig.Redis(
                url,
                caFile.isEmpty() ? null : Path.of(caFile),
                password.isEmpty() ? null : new TollgateConfig.Redis.Sentinels(user, password),
                Duration.ofMillis(redis.whole("place_wait_ms", 1_000, 1, 60_000)),
                Duration.ofMillis(redis.whole("settle_wait_ms", 250, 1, 60_000)),
                Duration.ofMillis(redis.whole("waitaof_ms", 2_000, 0, 60_000)),
                redis.whole("ledger_entries", 10_000_000, 100, 10_000_000_000L),
                redis.flag("allow_unsafe", false));
    }

    private static String records(Section records) {
        String url = records.text("url", TollgateConfig.EMBEDDED);
        if (!url.equals(TollgateConfig.EMBEDDED) && !url.startsWith("jdbc:postgresql:")) {
            throw records.invalid("url", url, "embedded or jdbc:postgresql://…");
        }
        return url;
    }

    private static List<TollgateConfig.Provider> providers(Section top, Map<String, String> environment) {
        List<TollgateConfig.Provider> providers = new ArrayList<>();
        if (!top.has("upstreams")) {
            addDefault(providers, "openai", "https://api.openai.com", environment.get("OPENAI_API_KEY"));
            addDefault(providers, "anthropic", "https://api.anthropic.com", environment.get("ANTHROPIC_API_KEY"));
            addDefault(
                    providers,
                    "gemini",
                    "https://generativelanguage.googleapis.com",
                    environment.get("GEMINI_API_KEY"));
            addDefault(
                    providers, "bedrock", AwsSection.bedrock(environment), environment.get("AWS_BEARER_TOKEN_BEDROCK"));
            return providers;
        }
        Section all = top.section("upstreams");
        for (String name : all.names()) {
            Section one =
                    all.section(name, "dialect", "base_url", "api_key", "aws", "insecure", "reported_cost", "shared");
            URI url = url(one);
            boolean keyed = one.has("api_key");
            String key = keyed ? one.optional("api_key") : null;
            String dialect = one.word("dialect", "", Dialects.names().toArray(String[]::new));
            TollgateConfig.Aws aws = AwsSection.of(one, dialect, url);
            if (one.has("aws") ? aws != null : !keyed || key != null) {
                providers.add(new TollgateConfig.Provider(
                        name, dialect, url, key, one.flag("reported_cost", reportsCost(url)), aws, shared(one)));
            }
        }
        return providers;
    }

    private static List<String> shared(Section one) {
        List<String> shared = one.list("shared");
        for (String each : shared) {
            if (each.isBlank() || each.equals("*") || each.indexOf('*') >= 0 && each.indexOf('*') < each.length() - 1) {
                throw one.invalid("shared", each, "ids or addresses, or beginnings of some with * behind them");
            }
        }
        return shared;
    }

    /** OpenRouter picks who answers, at prices of its own for each: only its answers say which. */
    private static boolean reportsCost(URI url) {
        return "openrouter.ai".equals(url.getHost());
    }

    private static void addDefault(
            List<TollgateConfig.Provider> providers, String name, String url, @Nullable String key) {
        if (key != null && !key.isEmpty()) {
            providers.add(new TollgateConfig.Provider(name, name, URI.create(url), key, false));
        }
    }

    private static URI url(Section one) {
        String text = one.text("base_url", "");
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException wrong) {
            throw one.invalid("base_url", text, "https://host or http://127.0.0.1:port");
        }
        boolean plain = "http".equals(url.getScheme());
        if (url.getHost() == null || !(plain || "https".equals(url.getScheme()))) {
            throw one.invalid("base_url", text, "https://host or http://127.0.0.1:port");
        }
        if (plain && !one.flag("insecure", false) && !loopback(url.getHost())) {
            throw one.invalid("base_url", text, "https, or insecure: true: keys and prompts would pass unencrypted");
        }
        return url;
    }

    private static boolean loopback(String host) {
        try {
            return host.equals("localhost")
                    || (host.matches("[0-9.]+|\\[.*]")
                            && InetAddress.getByName(host).isLoopbackAddress());
        } catch (UnknownHostException wrong) {
            return false;
        }
    }

    private static PriceSettings prices(Section prices) {
        String unknown = prices.word("unknown_model", "refuse", "refuse", "default");
        RateCard card = unknown.equals("default") ? defaultCard(prices) : null;
        Markup markup;
        BigDecimal percent = prices.decimal("markup_percent", "0");
        try {
            markup = Markup.percent(percent);
        } catch (IllegalArgumentException wrong) {
            throw prices.invalid("markup_percent", percent.toPlainString(), String.valueOf(wrong.getMessage()));
        }
        return new PriceSettings(
                prices.flag("built_in", true),
                prices.list("files").stream().map(Path::of).toList(),
                markup,
                card);
    }

    private static @Nullable RateCard defaultCard(Section prices) {
        Section rates = prices.section("default_per_million");
        Map<UnitClass, BigDecimal> perMillion = new EnumMap<>(UnitClass.class);
        for (String name : rates.names()) {
            UnitClass unit = UnitClass.of(name);
            if (unit == null) {
                throw rates.invalid(name, name, "a unit class such as input or output");
            }
            perMillion.put(unit, rates.decimal(name, "0"));
        }
        Section limits = prices.section("default_limits", "context", "max_output_tokens", "visible_output");
        try {
            return PriceSettings.unknownModel(
                    perMillion,
                    limits.whole("context", PriceSettings.DEFAULT_CONTEXT, 1, 1_000_000_000),
                    limits.whole("max_output_tokens", PriceSettings.DEFAULT_MAX_OUTPUT_TOKENS, 1, 1_000_000_000),
                    limits.flag("visible_output", false));
        } catch (IllegalArgumentException wrong) {
            throw prices.invalid("default_per_million", String.valueOf(wrong.getMessage()), "rates above 0");
        }
    }

    private static TollgateConfig.Holds holds(Section holds) {
        holds.word("clamp", "absent_ceiling_only", "absent_ceiling_only");
        return new TollgateConfig.Holds(
                holds.word("mode", "strict", "strict", "tranches", "typical"),
                holds.whole("tranche_tokens", 2_000, 64, 1_000_000),
                Duration.ofSeconds(holds.whole("life_s", 60, 5, 3_600)),
                Duration.ofSeconds(holds.whole("max_exchange_s", 3_600, 1, 86_400)),
                Duration.ofSeconds(holds.whole("max_job_s", 86_400, 1, 604_800)),
                holds.whole("min_output_tokens", 256, 1, 1_000_000),
                holds.amount("max_overrun", "10.00"),
                holds.text("input_ceiling", "null").equals("null")
                        ? null
                        : Long.valueOf(holds.whole("input_ceiling", 1, 1, 1_000_000_000)),
                (int) holds.whole("max_open", 100_000, 1, 10_000_000));
    }

    private static TollgateConfig.Timeouts timeouts(Section timeouts) {
        return new TollgateConfig.Timeouts(
                timeouts.duration("connect", "5s"),
                timeouts.duration("first_byte", "600s"),
                timeouts.duration("idle", "300s"),
                timeouts.duration("total", "3600s"),
                timeouts.duration("client_stall", "600s"));
    }

    private static TollgateConfig.Approval approval(Section approval) {
        boolean nothing = approval.text("above", "null").equals("null");
        Duration within = approval.duration("within", "72h");
        if (within.isZero()) {
            throw approval.invalid("within", "0", "a time above 0");
        }
        return new TollgateConfig.Approval(nothing ? null : approval.amount("above", "0"), within);
    }

    private static TollgateConfig.Limits limits(Section limits) {
        long request = limits.size("request_bytes", "8MiB");
        long header = limits.size("header_bytes", "32KiB");
        if (request < 1 || request > 1L << 30) {
            throw limits.invalid("request_bytes", Long.toString(request), "from 1B to 1GiB");
        }
        if (header < 1_024 || header > 1L << 20) {
            throw limits.invalid("header_bytes", Long.toString(header), "from 1KiB to 1MiB");
        }
        return new TollgateConfig.Limits(
                (int) request,
                limits.size("in_flight_bytes", "1GiB"),
                limits.duration("body_read", "60s"),
                (int) header,
                (int) limits.whole("per_address", 0, 0, 1_000_000));
    }
}
