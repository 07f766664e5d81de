package tollgate;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tollgate.cli.PastExchanges;
import tollgate.dialect.usage.InvalidUsage;
import tollgate.dialect.usage.Reported;
import tollgate.dialect.usage.RequestReading;
import tollgate.dialect.usage.UsageReading;
import tollgate.pricing.Estimate;
import tollgate.pricing.Explanation;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Share;
import tollgate.pricing.Terms;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Predicts what request bodies will cost, or reckons what past usage would have cost elsewhere. */
@Command(
        name = "estimate",
        description = {
            "Predicts the spend of request bodies, one a line; lines of a batch file, too.",
            "A line that is a usage object, or an answer with one, is reckoned exactly: what past usage would have cost "
                    + "under another --model, --tier, --region or --rates.",
            "With --past, so are the exchanges of a running gateway: what last month would have cost on another model."
        },
        mixinStandardHelpOptions = true)
final class PriceEstimateCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private PriceOptions options;

    @CommandLine.Mixin
    private PriceCurrency currency;

    @CommandLine.Mixin
    private PastExchanges past;

    @Parameters(paramLabel = "FILE.jsonl", arity = "0..1", description = "one JSON object a line; - for standard input")
    private @Nullable Path file;

    @Option(names = "--model", paramLabel = "M", description = "in place of what each line says")
    private @Nullable String model;

    @Option(names = "--times", paramLabel = "N", defaultValue = "1", description = "all of it so many times")
    private long times;

    private final Forecast forecast = new Forecast();

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    PriceEstimateCommand() {}

    @Override
    public Integer call() throws IOException {
        if (times < 1) {
            throw options.wrong("--times: " + times + " (expected: at least 1)");
        }
        if (past.strayOption() != null) {
            throw options.wrong(past.strayOption() + ": given (expected: with --past)");
        }
        if ((file == null) != past.asked()) {
            throw options.wrong("FILE.jsonl or --past (expected: one of them)");
        }
        print(file == null ? recorded() : read(file));
        return 0;
    }

    private Map<String, Object> read(Path from) throws IOException {
        try (BufferedReader reader = from.toString().equals("-")
                ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                : Files.newBufferedReader(from)) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    line(from + " line " + number, line);
                }
            }
        } catch (CharacterCodingException foreign) {
            throw new IllegalArgumentException(from + ": expected UTF-8", foreign);
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException(from + ": no such file", missing);
        }
        return forecast.json(times);
    }

    /** What was recorded, and what it was charged and cost then. */
    private Map<String, Object> recorded() throws IOException {
        Usd[] was = {Usd.ZERO, Usd.ZERO};
        past.each(exchange -> {
            was[0] = was[0].plus(Usd.parse(exchange.path("charge").asString("")));
            was[1] = was[1].plus(Usd.parse(exchange.path("cost").asString("")));
            try {
                ModelRates rates = options.rates(named(exchange.path("model").asString(null)));
                Usage usage = RecordedUsage.of(exchange, rates);
                forecast.add(
                        rates,
                        rates.explain(
                                rates.countingRequest(usage),
                                options.terms(Terms.STANDARD.at(options.at())),
                                options.markup()));
            } catch (IllegalArgumentException | ArithmeticException wrong) {
                throw new IllegalArgumentException(
                        "exchange " + exchange.path("id").asString("?") + ": " + wrong.getMessage(), wrong);
            }
        });
        Map<String, Object> answer = forecast.json(times);
        answer.put("charged", was[0].toString());
        answer.put("cost", was[1].toString());
        return answer;
    }

    private void line(String at, String line) {
        try {
            JsonNode node = PriceJson.MAPPER.readTree(line.startsWith("\uFEFF") ? line.substring(1) : line);
            if (!node.isObject()) {
                throw new IllegalArgumentException("expected a JSON object");
            }
            JsonNode body = node.path("body").isObject() ? node.path("body") : node;
            Terms terms = Terms.STANDARD.at(options.at());
            // lines of a batch file are asked for at the batch tier
            terms = node.path("body").isObject() && node.has("custom_id") ? terms.tier("batch") : terms;
            if (isRequest(body)) {
                request(RequestReading.of(body, terms));
            } else {
                usage(node, body, terms);
            }
        } catch (JacksonException | IllegalArgumentException | InvalidUsage | ArithmeticException wrong) {
            String why = wrong instanceof JacksonException broken ? broken.getOriginalMessage() : wrong.getMessage();
            throw new IllegalArgumentException(at + ": " + why, wrong);
        }
    }

    private static boolean isRequest(JsonNode body) {
        return body.has("messages")
                || body.has("contents")
                || body.has("prompt")
                || (body.has("input") && !body.has("usage"))
                || body.has("inputText");
    }

    private void request(RequestReading reading) {
        ModelRates rates = options.rates(named(reading.model()));
        Terms terms = options.terms(reading.terms());
        forecast.check(rates, reading.request().counted(), terms);
        forecast.add(rates, Estimate.of(reading.request(), rates, terms, options.markup()));
    }

    private void usage(JsonNode node, JsonNode body, Terms terms) {
        JsonNode answer = node.path("response").path("body").isObject()
                ? node.path("response").path("body")
                : body;
        JsonNode name = answer.has("model") ? answer.path("model") : node.path("model");
        ModelRates rates = options.rates(named(name.isString() ? name.stringValue() : null));
        Reported reported = UsageReading.read(answer, rates::pricesApart);
        List<Share> shares = reported.parts().stream()
                .map(part -> new Share(rates, rates.countingRequest(part.usage())))
                .toList();
        forecast.add(rates, Explanation.of(shares, options.terms(reported.terms(terms)), options.markup()));
    }

    private String named(@Nullable String written) {
        String name = model == null ? written : model;
        if (name == null) {
            throw new IllegalArgumentException("no model (expected: a field 'model', or --model)");
        }
        return name;
    }

    private void print(Map<String, Object> answer) {
        currency.convert(answer, options.at(), "min", "expected", "max");
        options.print(answer);
        forecast.unpriced().forEach(each -> options.warn(each + " has no rate and is in no sum"));
    }
}
