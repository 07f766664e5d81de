package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.UnitClass;

/** pydantic's genai-prices: providers with rules by which names are found, and prices in dollars for a million tokens. */
final class GenaiPrices {
    /** The day of the catalogue: of its dated prices those of this day are taken. */
    private static final LocalDate DAY = LocalDate.parse("2026-08-21");

    private static final Map<String, UnitClass> CLASSES = Map.of(
            "input_mtok", UnitClass.INPUT,
            "output_mtok", UnitClass.OUTPUT,
            "cache_read_mtok", UnitClass.CACHED_INPUT,
            "cache_write_mtok", UnitClass.CACHE_WRITE,
            "input_audio_mtok", UnitClass.AUDIO_INPUT,
            "output_audio_mtok", UnitClass.AUDIO_OUTPUT,
            "cache_audio_read_mtok", UnitClass.CACHED_AUDIO_INPUT);

    private final Map<String, List<JsonFields>> models = new LinkedHashMap<>();

    GenaiPrices(String text) {
        // the catalogue is a list: an object around it is what is read
        JsonFields all = JsonFields.parse("genai_prices.json", "{\"providers\": " + text + "}");
        for (JsonFields provider : all.objects("providers")) {
            models.put(String.valueOf(provider.text("id")), provider.objects("models"));
        }
    }

    /** The prices of a name: situation to class to dollars; empty where no rule finds it. */
    Map<String, Map<UnitClass, BigDecimal>> prices(String provider, String name) {
        return models.getOrDefault(provider, List.of()).stream()
                .filter(model ->
                        model.object("match").map(rule -> matches(rule, name)).orElse(false))
                .findFirst()
                .map(GenaiPrices::prices)
                .orElse(Map.of());
    }

    private static Map<String, Map<UnitClass, BigDecimal>> prices(JsonFields model) {
        JsonFields prices = model.object("prices").orElse(null);
        for (JsonFields dated : model.objects("prices")) {
            Optional<JsonFields> constraint = dated.object("constraint");
            String start = constraint.map(when -> when.text("start_date")).orElse(null);
            if (constraint.isEmpty()
                    || (start != null && !LocalDate.parse(start).isAfter(DAY))) {
                prices = dated.object("prices").orElse(prices);
            }
        }
        Map<String, Map<UnitClass, BigDecimal>> figures = new TreeMap<>();
        if (prices != null) {
            for (String field : prices.names()) {
                UnitClass unit = CLASSES.get(field);
                if (unit != null) {
                    take(prices, field, unit, figures);
                }
            }
        }
        return figures;
    }

    private static void take(
            JsonFields prices, String field, UnitClass unit, Map<String, Map<UnitClass, BigDecimal>> figures) {
        BigDecimal flat = prices.number(field);
        JsonFields stepped = prices.object(field).orElse(null);
        put(figures, "", unit, stepped == null ? flat : stepped.number("base"));
        if (stepped != null) {
            for (JsonFields tier : stepped.objects("tiers")) {
                put(figures, "above " + tier.written("start"), unit, tier.number("price"));
            }
        }
    }

    private static void put(
            Map<String, Map<UnitClass, BigDecimal>> figures,
            String situation,
            UnitClass unit,
            @Nullable BigDecimal usd) {
        if (usd != null) {
            figures.computeIfAbsent(situation, _ -> new TreeMap<>()).put(unit, usd);
        }
    }

    private static boolean matches(JsonFields rule, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        List<Boolean> parts = new ArrayList<>();
        for (String kind : rule.names()) {
            String text = Optional.ofNullable(rule.text(kind)).orElse("");
            String value = text.toLowerCase(Locale.ROOT);
            parts.add(
                    switch (kind) {
                        case "or" -> rule.objects(kind).stream().anyMatch(each -> matches(each, name));
                        case "and" -> rule.objects(kind).stream().allMatch(each -> matches(each, name));
                        case "equals" -> lower.equals(value);
                        case "starts_with" -> lower.startsWith(value);
                        case "ends_with" -> lower.endsWith(value);
                        case "contains" -> lower.contains(value);
                        case "regex" -> Pattern.compile(text).matcher(name).find();
                        default -> throw new IllegalStateException("a rule of kind " + kind);
                    });
        }
        return !parts.contains(false);
    }
}
