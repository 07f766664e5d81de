package tollgate.pricing;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rates that are not of one model: tool calls, searches, storage. They apply where a model's card has none of its own.
 *
 * @param provider whose models
 * @param models patterns of model names, {@code *} for any letters; empty: every model
 * @param rates by class
 * @param variants rates that depend on what was asked for
 * @param provenance where they are from
 */
public record Fee(
        String provider,
        List<String> models,
        Map<UnitClass, Rate> rates,
        List<Variant> variants,
        Provenance provenance) {
    /** Checks the classes and copies what could change. */
    public Fee {
        models = List.copyOf(models);
        rates = Map.copyOf(rates);
        variants = List.copyOf(variants);
        rates.forEach((unit, rate) -> {
            rate.check(unit);
            if (unit.isToken()) {
                throw new IllegalArgumentException(
                        "fees." + unit.wireName() + " (expected: a class that is not a token)");
            }
        });
    }

    /** It is for a model of a provider. */
    public boolean covers(String owner, String model) {
        return provider.equals(owner)
                && (models.isEmpty() || models.stream().anyMatch(pattern -> matches(pattern, model)));
    }

    /** A card with the fees that cover it, first entries winning, for the classes that it has no rate of its own for. */
    static RateCard added(RateCard card, List<Fee> fees) {
        Map<UnitClass, Rate> rates = new EnumMap<>(UnitClass.class);
        rates.putAll(card.rates());
        List<Variant> variants = new ArrayList<>(card.variants());
        Map<UnitClass, Provenance> sources = new HashMap<>(card.sources());
        List<UnitClass> known = new ArrayList<>(card.rates().keySet());
        card.variants().forEach(variant -> known.addAll(variant.rates().keySet()));
        for (Fee fee : fees) {
            if (fee.covers(card.provider(), card.model())) {
                List<UnitClass> found = new ArrayList<>();
                fee.rates.forEach((unit, rate) -> {
                    if (!known.contains(unit)) {
                        rates.put(unit, rate);
                        found.add(unit);
                    }
                });
                for (Variant variant : fee.variants) {
                    Map<UnitClass, Rate> missing = new HashMap<>(variant.rates());
                    missing.keySet().removeAll(known);
                    if (!missing.isEmpty()) {
                        variants.add(new Variant(variant.when(), missing));
                        found.addAll(missing.keySet());
                    }
                }
                known.addAll(found);
                found.forEach(unit -> sources.put(unit, fee.provenance));
            }
        }
        return known.size() == card.rates().size() && variants.equals(card.variants())
                ? card
                : card.edit().rates(rates).variants(variants).sources(sources).build();
    }

    private static boolean matches(String pattern, String text) {
        int star = pattern.indexOf('*');
        if (star < 0) {
            return pattern.equals(text);
        }
        String rest = pattern.substring(star + 1);
        if (!text.startsWith(pattern.substring(0, star))) {
            return false;
        }
        for (int i = star; i <= text.length(); i++) {
            if (matches(rest, text.substring(i))) {
                return true;
            }
        }
        return false;
    }
}
