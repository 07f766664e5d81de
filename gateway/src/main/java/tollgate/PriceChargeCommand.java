package tollgate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tollgate.dialect.usage.Reported;
import tollgate.dialect.usage.UsageReading;
import tollgate.pricing.Charge;
import tollgate.pricing.Explanation;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Share;
import tollgate.pricing.Terms;
import tollgate.pricing.Usage;

/** What one usage object, as it was on the wire, comes to. */
@Command(
        name = "charge",
        description = "Says what a provider's usage object comes to, line by line.",
        mixinStandardHelpOptions = true)
final class PriceChargeCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private PriceOptions options;

    @CommandLine.Mixin
    private PriceCurrency currency;

    @Option(names = "--model", required = true, paramLabel = "M", description = "the model that answered")
    private String model;

    @Option(
            names = "--usage",
            required = true,
            paramLabel = "FILE",
            description = "the usage object; - for standard input")
    private Path usage;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    PriceChargeCommand() {}

    @Override
    public Integer call() throws IOException {
        ModelRates rates = options.rates(model);
        Reported reported = UsageReading.read(text(usage), rates::pricesApart);
        Terms terms = options.terms(reported.terms(Terms.STANDARD.at(options.at())));
        List<Share> shares = new ArrayList<>();
        for (Reported.Part part : reported.parts()) {
            shares.add(new Share(
                    of(rates, part.model()), shares.isEmpty() ? rates.countingRequest(part.usage()) : part.usage()));
        }
        Usage total = shares.stream().map(Share::usage).reduce(Usage.NONE, Usage::plus);
        Charge charge = Explanation.of(shares, terms, options.markup());
        Map<String, Object> answer = new LinkedHashMap<>(PriceJson.charge(charge, total));
        answer.put("model", rates.model());
        answer.put("price_version", rates.priceVersion());
        if (reported.costUsd() != null) {
            answer.put("reported_cost", reported.costUsd().toPlainString());
        }
        if (!reported.doubts().isEmpty()) {
            answer.put("doubts", reported.doubts());
        }
        currency.convert(answer, options.at(), "charge", "cost");
        options.print(answer);
        reported.doubts().forEach(options::warn);
        return 0;
    }

    private ModelRates of(ModelRates asked, @Nullable String other) {
        return options.book().settling(asked, other, options.at());
    }

    static String text(Path file) throws IOException {
        return file.toString().equals("-")
                ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                : PriceFiles.read(file);
    }
}
