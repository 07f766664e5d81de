package tollgate;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.RateCardFile;
import tollgate.pricing.RateCards;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;

/** What the commands about prices have in common: which rates, of which day and terms. */
final class PriceOptions {
    /** Dialects of the configuration, and the provider whose names go first with each. */
    private static final Map<String, String> PROVIDERS = Map.of(
            "openai", "openai",
            "anthropic", "anthropic",
            "gemini", "google",
            "azure", "azure",
            "bedrock", "bedrock",
            "ollama", "ollama");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--json", description = "as JSON on one line")
    boolean json;

    @Option(names = "--rates", paramLabel = "FILE", description = "a rate card in place of the built-in ones")
    private @Nullable Path rates;

    @Option(names = "--dialect", paramLabel = "D", description = "openai, anthropic, gemini, azure, bedrock or ollama")
    @Nullable
    String dialect;

    @Option(
            names = "--tier",
            paramLabel = "T",
            description = "batch, flex, priority, fast …; in place of what is reported")
    private @Nullable String tier;

    @Option(names = "--region", paramLabel = "R", description = "such as eu or us; in place of what is reported")
    private @Nullable String region;

    @Option(names = "--at", paramLabel = "DAY", description = "the rates of a day, 2026-08-01; by default of now")
    private @Nullable String at;

    @Option(names = "--markup-percent", paramLabel = "P", description = "what is added to the cost")
    private @Nullable BigDecimal markup;

    private @Nullable RateBook book;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    PriceOptions() {}

    RateBook book() {
        RateBook known = book;
        if (known == null) {
            known = rates == null ? RateBook.builtIn() : only(RateCardFile.read(rates));
            book = known;
        }
        return known;
    }

    private static RateBook only(RateCards file) {
        return RateBook.of(file.cards(), file.fees()).withFees(RateBook.builtInFees());
    }

    Instant at() {
        if (at == null) {
            return Instant.now();
        }
        try {
            return at.contains("T")
                    ? Instant.parse(at)
                    : LocalDate.parse(at).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException wrong) {
            throw wrong("--at: '" + at + "' (expected: a day, 2026-08-01)");
        }
    }

    Markup markup() {
        try {
            return markup == null ? Markup.NONE : Markup.percent(markup);
        } catch (IllegalArgumentException wrong) {
            throw wrong(String.valueOf(wrong.getMessage()));
        }
    }

    /** Terms as reported, and as the options have it. */
    Terms terms(Terms reported) {
        Terms terms = tier == null ? reported : reported.tier(tier);
        return region == null ? terms : terms.region(region);
    }

    /** The provider whose names go first; null: nobody's. */
    @Nullable
    String provider() {
        if (dialect != null && !PROVIDERS.containsKey(dialect)) {
            throw wrong("--dialect: '" + dialect + "' (expected: "
                    + String.join(", ", PROVIDERS.keySet().stream().sorted().toList()) + ")");
        }
        return dialect == null ? null : PROVIDERS.get(dialect);
    }

    /** The rates of a model; refused where there are none. */
    ModelRates rates(String model) {
        String provider = provider();
        Resolution found = provider == null ? book().resolve(model, at()) : book().resolve(provider, model, at());
        return switch (found) {
            case Resolution.Priced(ModelRates known, boolean byDefault) -> known;
            case Resolution.Unknown(String nearest, String periods) ->
                throw new IllegalArgumentException("no rate is known for the model '" + model + "'"
                        + (periods != null ? " on that day; its rates apply " + periods : "")
                        + (nearest != null ? "; did you mean '" + nearest + "'?" : ""));
        };
    }

    ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** An object, for people over several lines. */
    void print(Object answer) {
        spec.commandLine()
                .getOut()
                .println(json ? PriceJson.MAPPER.writeValueAsString(answer) : PriceJson.pretty(answer));
        spec.commandLine().getOut().flush();
    }

    void print(List<String> lines) {
        lines.forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
    }

    void warn(String message) {
        spec.commandLine().getErr().println("tollgate: " + message);
        spec.commandLine().getErr().flush();
    }
}
