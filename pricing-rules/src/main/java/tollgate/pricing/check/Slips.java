package tollgate.pricing.check;

import static tollgate.pricing.check.Finding.Kind.SUSPICIOUS;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.UnitClass;

/** Figures of one card that contradict what prices are like: slips of a digit, of a column, of a unit. */
final class Slips {
    /** Dollars for a million tokens: the dearest model there ever was cost 600. */
    private static final BigDecimal MOST = BigDecimal.valueOf(1_000);

    /** Dollars for a million tokens: below it somebody wrote dollars for one. */
    private static final BigDecimal LEAST = new BigDecimal("0.0001");

    /** A cache write costs as much as input, or a quarter more, or twice. */
    private static final BigDecimal MOST_OF_A_WRITE = BigDecimal.valueOf(4);

    private static final Set<String> CHEAPER = Set.of("batch", "flex");
    private static final Set<String> DEARER = Set.of("priority", "fast");
    private static final Set<String> WITHOUT_ANSWERS = Set.of("embeddings", "rerank", "moderation", "ocr");

    private final WrittenCard card;
    private final List<Finding> findings = new ArrayList<>();

    private Slips(WrittenCard card) {
        this.card = card;
    }

    static List<Finding> of(WrittenCard card) {
        Slips slips = new Slips(card);
        Map<String, Map<String, WrittenRate>> situations = card.situations();
        Map<String, WrittenRate> plain = situations.getOrDefault("", Map.of());
        situations.forEach((situation, rates) -> {
            slips.magnitudes(rates);
            slips.relations(rates);
            if (!situation.isEmpty()) {
                slips.against(plain, situation, rates);
            }
        });
        slips.freeAnswers();
        return slips.findings;
    }

    private void magnitudes(Map<String, WrittenRate> rates) {
        for (WrittenRate rate : rates.values()) {
            if (isToken(rate)) {
                if (rate.perMillion().compareTo(MOST) > 0) {
                    say(rate, "is " + dollars(rate) + " for a million tokens (per thousand or per token, perhaps?)");
                } else if (rate.perMillion().signum() > 0 && rate.perMillion().compareTo(LEAST) < 0) {
                    say(rate, "is " + dollars(rate) + " for a million tokens (the price of one token, perhaps?)");
                }
            }
        }
    }

    private void relations(Map<String, WrittenRate> rates) {
        WrittenRate input = priced(rates, "input");
        WrittenRate output = priced(rates, "output");
        if (input != null && output != null && !WITHOUT_ANSWERS.contains(card.service())) {
            dearer(input, output, "output is cheaper than input");
        }
        WrittenRate sound = priced(rates, "audio_input");
        WrittenRate pictures = priced(rates, "image_input");
        dearer(priced(rates, "cached_input"), input, "cached input is dearer than input");
        dearer(priced(rates, "cached_audio_input"), sound == null ? input : sound, "cached sound is dearer than sound");
        dearer(
                priced(rates, "cached_image_input"),
                pictures == null ? input : pictures,
                "cached pictures are dearer than pictures");
        dearer(input, sound, "sound is cheaper than text");
        for (String write : List.of("cache_write", "cache_write_5m", "cache_write_1h")) {
            WrittenRate rate = priced(rates, write);
            if (rate != null
                    && input != null
                    && rate.perMillion().compareTo(input.perMillion().multiply(MOST_OF_A_WRITE)) > 0) {
                say(rate, "is more than four times input, " + dollars(rate) + " to " + dollars(input));
            }
        }
    }

    /** Complains where the first is above the second; of the two it names the one that is later in the file. */
    private void dearer(@Nullable WrittenRate dear, @Nullable WrittenRate cheap, String what) {
        if (dear != null && cheap != null && dear.perMillion().compareTo(cheap.perMillion()) > 0) {
            WrittenRate at = dear.line() > cheap.line() ? dear : cheap;
            findings.add(card.finding(
                    SUSPICIOUS,
                    at.line(),
                    what + (dear.situation().isEmpty() ? "" : " (" + dear.situation() + ")") + ": " + cheap.written()
                            + " beside " + dear.written()));
        }
    }

    private void against(Map<String, WrittenRate> plain, String situation, Map<String, WrittenRate> rates) {
        String tier = situation.contains(", ") ? situation.substring(situation.lastIndexOf(' ') + 1) : situation;
        boolean cheaper = CHEAPER.contains(tier);
        boolean dearer = DEARER.contains(tier) || (situation.startsWith("above ") && !cheaper);
        for (WrittenRate rate : rates.values()) {
            WrittenRate usual = rate.isFactor() ? null : priced(plain, rate.unit());
            BigDecimal one = usual == null ? BigDecimal.ONE : usual.perMillion();
            if ((usual == null && !rate.isFactor()) || rate.perMillion().signum() == 0) {
                continue;
            }
            String beside = rate.written() + (usual == null ? "" : " beside " + usual.written());
            int order = rate.perMillion().compareTo(one);
            if (Siblings.tenTimes(rate.perMillion(), one)) {
                say(rate, "is ten times off its usual rate: " + beside);
            } else if (!situation.startsWith("above ") && cheaper && order > 0) {
                say(rate, "is dearer than its usual rate: " + beside);
            } else if (dearer && order < 0) {
                say(rate, "is cheaper than its usual rate: " + beside);
            }
        }
    }

    private void freeAnswers() {
        boolean answers = !WITHOUT_ANSWERS.contains(card.service());
        if (answers && !card.noted() && card.free().contains("output") && card.plain("input") != null) {
            findings.add(card.finding(
                    SUSPICIOUS, card.line(), "output is free though input is not (a note may say why it is so)"));
        }
    }

    private void say(WrittenRate rate, String what) {
        findings.add(card.finding(SUSPICIOUS, rate.line(), rate.label() + " " + what));
    }

    private static @Nullable WrittenRate priced(Map<String, WrittenRate> rates, String unit) {
        WrittenRate rate = rates.get(unit);
        return rate == null || rate.perMillion().signum() == 0 ? null : rate;
    }

    private static boolean isToken(WrittenRate rate) {
        UnitClass unit = UnitClass.of(rate.unit());
        return unit != null && unit.isToken();
    }

    private static String dollars(WrittenRate rate) {
        return rate.perMillion().stripTrailingZeros().toPlainString();
    }
}
