package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Cards as the YAML of a rate card file. Not thread-safe. */
final class CardText {
    private final StringBuilder text = new StringBuilder();

    private final ImportReport report;

    private CardText(ImportReport report) {
        this.report = report;
    }

    /** The file of some cards; figures with more decimals than a card takes are rounded, and reported. */
    static String of(
            String comment, String provider, String source, String seen, List<CardDraft> cards, ImportReport report) {
        CardText file = new CardText(report);
        file.text.append("# ").append(comment).append('\n');
        file.line(0, "provider: " + quoted(provider));
        file.line(0, "source: " + quoted(source));
        file.line(0, "seen: " + seen);
        file.line(0, "models:");
        for (CardDraft card : cards) {
            file.card(card);
        }
        return file.text.toString();
    }

    private void card(CardDraft card) {
        line(2, "- model: " + quoted(card.name));
        field(4, "provider", card.provider.isEmpty() ? "" : quoted(card.provider));
        field(4, "service", card.service);
        field(4, "source", card.source.isEmpty() ? "" : quoted(card.source));
        field(4, "note", card.notes.isEmpty() ? "" : quoted(String.join("; ", card.notes)));
        if (card.context > 0 && card.maxOutputTokens > 0) {
            long context = Math.max(card.context, card.maxOutputTokens);
            line(
                    4,
                    "limits: { context: " + context + ", max_output_tokens: " + card.maxOutputTokens
                            + ", visible_output: false, typical_output: " + Math.min(500, card.maxOutputTokens) + " }");
        }
        free(card);
        rates(4, card, card.base);
        tiers(4, card, card.base);
        if (!card.above.isEmpty()) {
            line(4, "long_context:");
            card.above.forEach((above, rates) -> {
                line(6, "- above_prompt_tokens: " + above);
                rates(8, card, rates);
                tiers(8, card, rates);
            });
        }
        if (!card.regions.isEmpty()) {
            line(4, "region_multipliers: " + flow(card.regions));
        }
        variants(card);
    }

    private void variants(CardDraft card) {
        if (card.variants.isEmpty()) {
            return;
        }
        line(4, "variants:");
        for (CardDraft.Variant variant : card.variants) {
            List<String> when = new ArrayList<>();
            new TreeMap<>(variant.when()).forEach((name, value) -> when.add(name + ": " + quoted(value)));
            Map.Entry<String, Map<String, BigDecimal>> rate = keyed(card, Map.of(variant.unit(), variant.usd()))
                    .entrySet()
                    .iterator()
                    .next();
            line(
                    6,
                    "- { when: { " + String.join(", ", when) + " }, " + rate.getKey() + ": " + flow(rate.getValue())
                            + " }");
        }
    }

    /** Zeros of the catalogue are prices: said so, or they would be refused. */
    private void free(CardDraft card) {
        Set<String> zero = new TreeSet<>();
        Set<String> priced = new TreeSet<>();
        collect(card.base, zero, priced);
        card.above.values().forEach(rates -> collect(rates, zero, priced));
        card.variants.forEach(variant -> (variant.usd().signum() == 0 ? zero : priced).add(variant.unit()));
        if (!zero.isEmpty()) {
            line(4, priced.isEmpty() ? "free: true" : "free: [" + String.join(", ", zero) + "]");
        }
    }

    private static void collect(CardDraft.Rates rates, Set<String> zero, Set<String> priced) {
        rates.usd.forEach((unit, usd) -> (usd.signum() == 0 ? zero : priced).add(unit));
        rates.tiers.values().forEach(tier -> collect(tier, zero, priced));
    }

    private void rates(int indent, CardDraft card, CardDraft.Rates rates) {
        keyed(card, rates.usd).forEach((key, usd) -> line(indent, key + ": " + flow(usd)));
    }

    private void tiers(int indent, CardDraft card, CardDraft.Rates rates) {
        if (rates.tiers.isEmpty()) {
            return;
        }
        line(indent, "service_tiers:");
        rates.tiers.forEach((name, tier) -> {
            List<String> parts = new ArrayList<>();
            if (tier.factor != null) {
                parts.add("multiply: \"" + Measured.plain(tier.factor) + "\"");
            }
            keyed(card, tier.usd).forEach((key, usd) -> parts.add(key + ": " + flow(usd)));
            line(indent + 2, name + ": { " + String.join(", ", parts) + " }");
        });
    }

    /** The rates under the keys they are written under, times what those are for. */
    private Map<String, Map<String, BigDecimal>> keyed(CardDraft card, Map<String, BigDecimal> usd) {
        Map<String, Map<String, BigDecimal>> keyed = new LinkedHashMap<>();
        usd.forEach((unit, each) -> {
            Measured rate = Measured.of(unit, each);
            keyed.computeIfAbsent(rate.key(), _ -> new LinkedHashMap<>()).put(unit, rate.usd());
            if (!rate.exact()) {
                report.said(
                        card.key,
                        card.line,
                        unit + ": " + each.toPlainString() + " has more decimals than a card takes; written as "
                                + Measured.plain(rate.usd()) + " " + rate.key());
            }
        });
        return keyed;
    }

    private static String flow(Map<String, BigDecimal> amounts) {
        List<String> parts = new ArrayList<>();
        amounts.forEach((name, amount) -> parts.add(name + ": \"" + Measured.plain(amount) + "\""));
        return "{ " + String.join(", ", parts) + " }";
    }

    private void field(int indent, String name, String value) {
        if (!value.isEmpty()) {
            line(indent, name + ": " + value);
        }
    }

    private void line(int indent, String content) {
        text.repeat(' ', indent).append(content).append('\n');
    }

    private static String quoted(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints().forEach(point -> {
            if (point == '"' || point == '\\') {
                quoted.append('\\').appendCodePoint(point);
            } else if (Character.isISOControl(point) || point == 0x2028 || point == 0x2029 || point == 0xFEFF) {
                quoted.append(String.format("\\u%04X", point));
            } else {
                quoted.appendCodePoint(point);
            }
        });
        return quoted.append('"').toString();
    }
}
