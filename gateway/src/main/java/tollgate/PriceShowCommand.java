package tollgate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tollgate.pricing.ChargeLine;
import tollgate.pricing.LongContext;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateCard;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Variant;

/** The rates of one model, or the names of all. */
@Command(name = "show", description = "Shows a model's rates, or every model.", mixinStandardHelpOptions = true)
final class PriceShowCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private PriceOptions options;

    @Parameters(paramLabel = "MODEL", arity = "0..1", description = "a model's name; none: all")
    private @Nullable String model;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    PriceShowCommand() {}

    @Override
    public Integer call() {
        if (model != null) {
            Map<String, Object> shown = shown(options.rates(model));
            if (options.json) {
                options.print(shown);
            } else {
                options.print(people(shown));
            }
            return 0;
        }
        List<Map<String, Object>> all = new ArrayList<>();
        options.book().names(options.at()).forEach((name, rates) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", name);
            row.put("model", rates.model());
            row.put("provider", rates.card().provider());
            row.put("service", rates.card().service());
            all.add(row);
        });
        if (options.json) {
            options.print((Object) all);
        } else {
            options.print(all.stream()
                    .map(row -> row.get("name") + "  " + row.get("provider") + " " + row.get("service"))
                    .toList());
        }
        return 0;
    }

    private Map<String, Object> shown(ModelRates rates) {
        RateCard card = rates.card();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("model", card.model());
        shown.put("aliases", card.aliases());
        shown.put("provider", card.provider());
        shown.put("service", card.service());
        if (!card.period().toString().isEmpty()) {
            shown.put("period", card.period().toString());
        }
        shown.put("price_version", rates.priceVersion());
        shown.put("rates", rates(rates, 0, terms()));
        List<Map<String, Object>> levels = new ArrayList<>();
        for (LongContext level : card.longContext()) {
            Map<String, Object> above = new LinkedHashMap<>();
            above.put("above_prompt_tokens", level.abovePromptTokens());
            above.put("rates", rates(rates, level.abovePromptTokens() + 1, terms()));
            levels.add(above);
        }
        shown.put("long_context", levels);
        Map<String, Object> tiers = new LinkedHashMap<>();
        card.tiers().keySet().forEach(tier -> tiers.put(tier, rates(rates, 0, terms().tier(tier))));
        shown.put("service_tiers", tiers);
        Map<String, String> regions = new LinkedHashMap<>();
        card.regions().forEach((region, factor) -> regions.put(region, factor.toPlainString()));
        shown.put("region_multipliers", regions);
        List<Map<String, Object>> variants = new ArrayList<>();
        for (Variant variant : card.variants()) {
            variant.rates().forEach((unit, rate) -> {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("when", variant.text());
                row.put("unit", unit.wireName());
                row.put("price", rate.usd().toPlainString());
                row.put("per", rate.per().key());
                variants.add(row);
            });
        }
        shown.put("variants", variants);
        if (!card.note().isEmpty()) {
            shown.put("note", card.note());
        }
        return shown;
    }

    private Terms terms() {
        return options.terms(Terms.STANDARD.at(options.at()));
    }

    private static List<Map<String, Object>> rates(ModelRates rates, long promptTokens, Terms terms) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (UnitClass unit : rates.card().rates().keySet()) {
            ChargeLine line = rates.rate(unit, promptTokens, terms);
            if (line != null) {
                Map<String, Object> row = PriceJson.line(line);
                row.remove("units");
                row.remove("subtotal");
                rows.add(row);
            }
        }
        return rows;
    }

    private static List<String> people(Map<String, Object> shown) {
        List<String> lines = new ArrayList<>();
        shown.forEach((name, value) -> {
            if (value instanceof List<?> rows && !rows.isEmpty() && rows.getFirst() instanceof Map<?, ?>) {
                lines.add(name + ":");
                rows.forEach(row -> lines.add("  " + row(row)));
            } else if (value instanceof Map<?, ?> named) {
                named.forEach((key, rows) -> lines.add(name + " " + key + ": " + row(rows)));
            } else if (!(value instanceof List<?> none && none.isEmpty())) {
                lines.add(name + ": " + row(value));
            }
        });
        return lines;
    }

    private static String row(Object value) {
        return switch (value) {
            case Map<?, ?> row
            when row.containsKey("price") ->
                row.get(row.containsKey("when") ? "when" : "unit") + " "
                        + (row.containsKey("when") ? row.get("unit") + " " : "") + row.get("price") + " "
                        + row.get("per")
                        + (row.containsKey("reason") ? " (" + row.get("reason") + ")" : "")
                        + (row.containsKey("source")
                                ? " - " + row.get("source") + ", seen " + row.get("seen") + via(row)
                                : "");
            case Map<?, ?> row
            when row.containsKey("rates") ->
                "above " + row.get("above_prompt_tokens") + ": " + rowsOf(row.get("rates"));
            case List<?> rows ->
                String.join(", ", rows.stream().map(PriceShowCommand::row).toList());
            default -> String.valueOf(value);
        };
    }

    private static String via(Map<?, ?> row) {
        return row.containsKey("via") ? " via " + row.get("via") : "";
    }

    private static String rowsOf(@Nullable Object rows) {
        return rows == null ? "" : row(rows);
    }
}
