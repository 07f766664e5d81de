package tollgate.pricing;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rate cards for tests, written the short way. */
final class Cards {
    static final Limits LIMITS = new Limits(1_000_000, 100_000, true, 500, 85, 1445);

    private static final Pattern PAIR = Pattern.compile("(\\w+)=(\\S+)");

    private Cards() {}

    /** Rates from {@code "input=2.50 output=10"}. */
    static Map<UnitClass, BigDecimal> rates(String text) {
        Map<UnitClass, BigDecimal> rates = new EnumMap<>(UnitClass.class);
        Matcher pair = PAIR.matcher(text);
        while (pair.find()) {
            UnitClass unit = UnitClass.of(pair.group(1));
            if (unit == null) {
                throw new AssertionError("no class " + pair.group(1));
            }
            rates.put(unit, new BigDecimal(pair.group(2)));
        }
        return rates;
    }

    /** Rates per million from {@code "input=2.50 output=10"}. */
    static Map<UnitClass, Rate> perMillion(String text) {
        Map<UnitClass, Rate> rates = new EnumMap<>(UnitClass.class);
        rates(text).forEach((unit, usd) -> rates.put(unit, new Rate(usd, Per.MILLION)));
        return rates;
    }

    /** A card with the given rates and, as alternating threshold and rates, tiers for long prompts. */
    static RateCard card(String model, List<String> aliases, String rates, Object... tiers) {
        List<LongContext> longContext = new ArrayList<>();
        for (int i = 0; i < tiers.length; i += 2) {
            longContext.add(new LongContext(((Number) tiers[i]).longValue(), perMillion((String) tiers[i + 1])));
        }
        return RateCard.named(model)
                .aliases(aliases)
                .limits(LIMITS)
                .rates(perMillion(rates))
                .longContext(longContext)
                .provenance(new Provenance("a test", "2026-08-01"))
                .build();
    }

    /** Compiled rates of such a card. */
    static ModelRates model(String rates, Object... tiers) {
        return new ModelRates(card("m", List.of(), rates, tiers));
    }

    /** A usage from {@code "input=1200 output=250"}. */
    static Usage usage(String text) {
        Usage.Builder usage = Usage.builder();
        rates(text).forEach((unit, count) -> usage.set(unit, count.longValueExact()));
        return usage.build();
    }

    /** A usage from {@code "audio_second=1.5"}. */
    static Usage exactUsage(String text) {
        Usage.Builder usage = Usage.builder();
        rates(text).forEach(usage::set);
        return usage.build();
    }

    static Markup percent(String percent) {
        return Markup.percent(new BigDecimal(percent));
    }
}
