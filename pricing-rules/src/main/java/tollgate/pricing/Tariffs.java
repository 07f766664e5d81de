package tollgate.pricing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All tariffs of one card, found without allocating. Immutable. */
@SuppressWarnings("EnumOrdinal") // bits by class live and die with the process
final class Tariffs {
    private final RateCard card;
    private final long[] thresholds;
    private final String[] tiers;
    private final String[] regions;
    private final Tariff[] all;

    Tariffs(RateCard card) {
        this.card = card;
        this.thresholds = card.longContext().stream()
                .mapToLong(LongContext::abovePromptTokens)
                .toArray();
        this.tiers = tiers(card);
        this.regions = card.regions().keySet().toArray(String[]::new);
        this.all = new Tariff
                [(card.offPeak() == null ? 1 : 2)
                        * (tiers.length + 2)
                        * (regions.length + 1)
                        * (thresholds.length + 1)];
        long adjusted = adjusted(card);
        for (int hours = 0; hours < (card.offPeak() == null ? 1 : 2); hours++) {
            for (int tier = 0; tier < tiers.length + 2; tier++) {
                for (int region = 0; region <= regions.length; region++) {
                    for (int level = 0; level <= thresholds.length; level++) {
                        all[index(hours, tier, region, level)] = new Tariff(
                                new Derivation(
                                        card, level, tier(tier), region == 0 ? null : regions[region - 1], hours == 1),
                                adjusted);
                    }
                }
            }
        }
    }

    /** The one of nothing special. */
    Tariff plain() {
        return all[0];
    }

    /** The one for a prompt of so many tokens under these terms. */
    Tariff of(long promptTokens, Terms terms) {
        int level = 0;
        while (level < thresholds.length && promptTokens > thresholds[level]) {
            level++;
        }
        return all[index(hours(terms), tierAt(terms.tier()), regionAt(terms.region()), level)];
    }

    /** Those that prompts of up to so many tokens can meet under these terms, at any hour. */
    List<Tariff> within(long promptTokens, Terms terms) {
        List<Tariff> met = new ArrayList<>();
        for (int hours = 0; hours < (card.offPeak() == null ? 1 : 2); hours++) {
            for (int level = 0; level <= thresholds.length; level++) {
                if (level == 0 || promptTokens > thresholds[level - 1]) {
                    met.add(all[index(hours, tierAt(terms.tier()), regionAt(terms.region()), level)]);
                }
            }
        }
        return met;
    }

    private int index(int hours, int tier, int region, int level) {
        return ((hours * (tiers.length + 2) + tier) * (regions.length + 1) + region) * (thresholds.length + 1) + level;
    }

    private int hours(Terms terms) {
        OffPeak offPeak = card.offPeak();
        return offPeak != null && offPeak.covers(terms.secondOfDay()) ? 1 : 0;
    }

    /** 0: none; then those of the card; the last: one that the card does not know. */
    private int tierAt(@Nullable String name) {
        if (name == null) {
            return 0;
        }
        for (int i = 0; i < tiers.length; i++) {
            if (tiers[i].equals(name)) {
                return i + 1;
            }
        }
        return tiers.length + 1;
    }

    private @Nullable String tier(int at) {
        return at == 0 ? null : at <= tiers.length ? tiers[at - 1] : "not listed";
    }

    private int regionAt(@Nullable String name) {
        if (name != null) {
            for (int i = 0; i < regions.length; i++) {
                if (regions[i].equals(name)) {
                    return i + 1;
                }
            }
        }
        return 0;
    }

    private static String[] tiers(RateCard card) {
        List<String> names = new ArrayList<>(card.tiers().keySet());
        if (!names.contains("batch") && Derivation.HALF_PRICE_BATCHES.contains(card.provider())) {
            names.add("batch");
        }
        return names.toArray(String[]::new);
    }

    /** Bits of the classes that variants, minima or steps touch. */
    private static long adjusted(RateCard card) {
        long bits = 0;
        for (Variant variant : card.variants()) {
            for (UnitClass unit : variant.rates().keySet()) {
                bits |= 1L << unit.ordinal();
            }
        }
        for (Map<UnitClass, ?> byClass : List.of(card.minimumUnits(), card.billedInSteps())) {
            for (UnitClass unit : byClass.keySet()) {
                bits |= 1L << unit.ordinal();
            }
        }
        return bits;
    }
}
