package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A rate as a card writes it: dollars for so many units.
 *
 * @param key how many units: {@code usd_per_million}
 * @param usd the dollars, with no more decimals than a card takes
 * @param exact nothing was rounded
 */
record Measured(String key, BigDecimal usd, boolean exact) {
    /** The most decimals an amount of a card has. */
    private static final int DECIMALS = 18;

    /** Classes whose rates people read for a million; others are read for one. */
    private static final Set<String> BY_THE_MILLION = Set.of(
            "input",
            "cached_input",
            "cached_audio_input",
            "cached_image_input",
            "cache_write",
            "cache_write_5m",
            "cache_write_1h",
            "audio_input",
            "image_input",
            "video_input",
            "output",
            "reasoning_output",
            "audio_output",
            "image_output",
            "video_output",
            "citation",
            "character",
            "pixel");

    /** A rate of one unit under the first measure that takes it whole, else under the one that loses least. */
    static Measured of(String unit, BigDecimal each) {
        List<Measured> measures = BY_THE_MILLION.contains(unit)
                ? List.of(measured("usd_per_million", each.movePointRight(6)))
                : Stream.concat(
                                Stream.of(
                                        measured("usd_each", each),
                                        measured("usd_per_million", each.movePointRight(6))),
                                unit.endsWith("_second")
                                        ? Stream.of(
                                                measured("usd_per_minute", times(each, 60)),
                                                measured("usd_per_hour", times(each, 3_600)))
                                        : Stream.empty())
                        .toList();
        return measures.stream()
                .filter(Measured::exact)
                .findFirst()
                .orElseGet(() -> measures.stream()
                        .min(Comparator.comparing(measure -> measure.loss(each)))
                        .orElseThrow());
    }

    /** An amount in plain digits, two decimals at least. */
    static String plain(BigDecimal amount) {
        BigDecimal trimmed = amount.stripTrailingZeros();
        return trimmed.setScale(Math.max(2, trimmed.scale())).toPlainString();
    }

    private static Measured measured(String key, BigDecimal usd) {
        BigDecimal rounded = usd.setScale(DECIMALS, RoundingMode.HALF_UP);
        return new Measured(key, rounded, rounded.compareTo(usd) == 0);
    }

    private static BigDecimal times(BigDecimal each, long units) {
        return each.multiply(BigDecimal.valueOf(units));
    }

    /** What rounding takes or adds, for one unit. */
    private BigDecimal loss(BigDecimal each) {
        long units = switch (key) {
            case "usd_per_million" -> 1_000_000;
            case "usd_per_minute" -> 60;
            case "usd_per_hour" -> 3_600;
            default -> 1;
        };
        return usd.divide(BigDecimal.valueOf(units), MathContext.DECIMAL128)
                .subtract(each)
                .abs();
    }
}
