package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * models.dev's catalogue as cards: providers, their models, and in each {@code cost} in dollars for a million tokens.
 *
 * <p>A name belongs to the first provider that has it; those after it have it as {@code provider/name}, and so does
 * whatever already looks like another provider's.
 */
final class ModelsDevCatalogue {
    private static final Map<String, String> CLASSES = Map.of(
            "input", "input",
            "output", "output",
            "reasoning", "reasoning_output",
            "cache_read", "cached_input",
            "cache_write", "cache_write",
            "input_audio", "audio_input",
            "output_audio", "audio_output");

    private final JsonFields catalogue;
    private final ImportReport report;
    private final Set<String> taken = new HashSet<>();
    private final List<CardDraft> cards = new ArrayList<>();

    private ModelsDevCatalogue(JsonFields catalogue, ImportReport report) {
        this.catalogue = catalogue;
        this.report = report;
    }

    static List<CardDraft> cards(JsonFields catalogue, ImportReport report) {
        ModelsDevCatalogue reader = new ModelsDevCatalogue(catalogue, report);
        for (String provider : catalogue.names()) {
            catalogue
                    .object(provider)
                    .ifPresentOrElse(
                            models -> reader.read(
                                    provider, models.object("models").orElse(models)),
                            () -> report.without(provider, catalogue.line(provider), "expected an object of models"));
        }
        return reader.cards;
    }

    private void read(String provider, JsonFields models) {
        for (String name : models.names()) {
            String key = provider + "/" + name;
            JsonFields model = models.object(name).orElse(null);
            Optional<JsonFields> cost = model == null ? Optional.empty() : model.object("cost");
            if (model == null || cost.isEmpty()) {
                report.without(key, models.line(name), "no cost");
                continue;
            }
            CardDraft card = new CardDraft(key, models.line(name), foreign(name) || !taken.add(name) ? key : name);
            card.provider = provider;
            costs(key, cost.get(), card.base);
            for (JsonFields tier : cost.get().objects("tiers")) {
                tier(key, tier, card);
            }
            model.object("limit").ifPresent(limit -> {
                card.context = whole(limit, "context");
                card.maxOutputTokens = whole(limit, "output");
            });
            if (new Completion(card, report).complete() && card.hasRates()) {
                cards.add(card);
            } else {
                report.without(key, models.line(name), "no price that a card can say, or of the answer alone");
            }
        }
    }

    private void costs(String key, JsonFields cost, CardDraft.Rates rates) {
        for (String field : cost.names()) {
            String unit = CLASSES.get(field);
            BigDecimal usd = cost.number(field);
            if (field.equals("tiers")
                    || field.equals("tier")
                    || cost.written(field).equals("null")) {
                continue;
            }
            if (unit == null) {
                report.skipped(key, cost, field, "no class of units for it");
            } else if (usd == null || usd.signum() < 0) {
                report.skipped(key, cost, field, "expected a number, 0 or more");
            } else {
                rates.usd.put(unit, usd.movePointLeft(6));
            }
        }
    }

    private void tier(String key, JsonFields tier, CardDraft card) {
        JsonFields kind = tier.object("tier").orElse(tier);
        BigDecimal size = kind.number("size");
        String type = Optional.ofNullable(kind.text("type")).orElse("context");
        if (size == null || size.signum() <= 0 || !type.equals("context")) {
            report.skipped(key, tier, "tier", "expected a size of the prompt in tokens");
        } else {
            costs(key, tier, card.rates(size.longValue()));
        }
    }

    /** {@code openai/gpt-4o} of a reseller, where OpenAI is in the catalogue itself. */
    private boolean foreign(String name) {
        int slash = name.indexOf('/');
        return slash > 0 && catalogue.has(name.substring(0, slash));
    }

    private static long whole(JsonFields fields, String field) {
        BigDecimal number = fields.number(field);
        return number == null || number.signum() <= 0 || number.precision() - number.scale() > 9
                ? 0
                : number.longValue();
    }
}
