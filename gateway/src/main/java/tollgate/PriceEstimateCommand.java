package tollgate;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tollgate.dialect.usage.InvalidUsage;
import tollgate.dialect.usage.Reported;
import tollgate.dialect.usage.RequestReading;
import tollgate.dialect.usage.UsageReading;
import tollgate.pricing.Estimate;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Terms;
import tollgate.pricing.Usd;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Predicts what request bodies will cost, or reckons what past usage would have cost elsewhere. */
@Command(
        name = "estimate",
        description = {
            "Predicts the spend of request bodies, one a line; lines of a batch file, too.",
            "A line that is a usage object, or an answer with one, is reckoned exactly: what past usage would have cost "
                    + "under another --model, --tier, --region or --rates."
        },
        mixinStandardHelpOptions = true)
final class PriceEstimateCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private PriceOptions options;

    @Parameters(paramLabel = "FILE.jsonl", description = "one JSON object a line; - for standard input")
    private Path file;

    @Option(names = "--model", paramLabel = "M", description = "in place of what each line says")
    private @Nullable String model;

    @Option(names = "--times", paramLabel = "N", defaultValue = "1", description = "the whole file so many times")
    private long times;

    private final Map<String, Estimate> byModel = new TreeMap<>();
    private final Map<String, Long> lines = new TreeMap<>();

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    PriceEstimateCommand() {}

    @Override
    public Integer call() throws IOException {
        if (times < 1) {
            throw options.wrong("--times: " + times + " (expected: at least 1)");
        }
        try (BufferedReader reader = file.toString().equals("-")
                ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                : Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    line(number, line);
                }
            }
        }
        print();
        return 0;
    }

    private void line(int number, String line) {
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
            throw new IllegalArgumentException(file + " line " + number + ": " + why, wrong);
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
        add(rates, Estimate.of(reading.request(), rates, options.terms(reading.terms()), options.markup()));
    }

    private void usage(JsonNode node, JsonNode body, Terms terms) {
        JsonNode answer = node.path("response").path("body").isObject()
                ? node.path("response").path("body")
                : body;
        JsonNode name = answer.has("model") ? answer.path("model") : node.path("model");
        ModelRates rates = options.rates(named(name.isString() ? name.stringValue() : null));
        Reported reported = UsageReading.read(answer, rates::pricesApart);
        Usd sum = Usd.ZERO;
        for (Reported.Part part : reported.parts()) {
            Terms known = options.terms(reported.terms(terms));
            sum = sum.plus(rates.amount(rates.countingRequest(part.usage()), known, options.markup()));
        }
        add(rates, new Estimate(sum, sum, sum));
    }

    private String named(@Nullable String written) {
        String name = model == null ? written : model;
        if (name == null) {
            throw new IllegalArgumentException("no model (expected: a field 'model', or --model)");
        }
        return name;
    }

    private void add(ModelRates rates, Estimate estimate) {
        byModel.merge(rates.model(), estimate, Estimate::plus);
        lines.merge(rates.model(), 1L, Long::sum);
    }

    private void print() {
        Estimate total =
                byModel.values().stream().reduce(Estimate.NONE, Estimate::plus).times(times);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("requests", lines.values().stream().mapToLong(each -> each).sum() * times);
        answer.putAll(PriceJson.estimate(total));
        Map<String, Object> models = new LinkedHashMap<>();
        byModel.forEach((name, estimate) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("requests", lines.getOrDefault(name, 0L) * times);
            one.putAll(PriceJson.estimate(estimate.times(times)));
            models.put(name, one);
        });
        answer.put("models", models);
        options.print(answer);
    }
}
