package tollgate.pricing.check;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Models of one family at one provider: the same name but for dates, small numbers and words such as {@code latest}. They
 * never cost ten times one another.
 */
final class Siblings {
    private static final BigDecimal TEN = BigDecimal.TEN;
    private static final Pattern PARTS = Pattern.compile("[-_:/@ ]+");
    private static final Pattern DATE_OR_VERSION = Pattern.compile("\\d{3,8}|v\\d+(\\.\\d+)?[a-z]?");
    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?");
    private static final Pattern WORD =
            Pattern.compile("latest|preview|exp|experimental|beta|light|customtools|ga|instruct|maas");

    private Siblings() {}

    static List<Finding> of(List<WrittenCard> cards) {
        Map<String, List<WrittenCard>> families = new LinkedHashMap<>();
        for (WrittenCard card : cards) {
            families.computeIfAbsent(
                            card.provider() + " " + card.service() + " " + family(card.model()), _ -> new ArrayList<>())
                    .add(card);
        }
        List<Finding> findings = new ArrayList<>();
        for (List<WrittenCard> family : families.values()) {
            if (family.size() > 1) {
                for (WrittenCard card : family) {
                    compare(card, family, findings);
                }
            }
        }
        return findings;
    }

    /** One amount is at least ten times the other. */
    static boolean tenTimes(BigDecimal one, BigDecimal other) {
        return one.compareTo(other.multiply(TEN)) >= 0 || other.compareTo(one.multiply(TEN)) >= 0;
    }

    private static void compare(WrittenCard card, List<WrittenCard> family, List<Finding> findings) {
        for (WrittenRate rate : card.rates()) {
            if (!rate.situation().isEmpty()
                    || rate.isFactor()
                    || rate.perMillion().signum() == 0) {
                continue;
            }
            List<WrittenCard> others = family.stream()
                    .filter(other -> !other.model().equals(card.model()) && other.plain(rate.unit()) != null)
                    .toList();
            boolean far = !others.isEmpty()
                    && others.stream().allMatch(other -> differs(rate.perMillion(), other.plain(rate.unit())));
            // of two alone the dearer is named: nobody can tell which is right
            boolean named = others.size() > 1
                    || others.stream().anyMatch(other -> dearer(rate.perMillion(), other.plain(rate.unit())));
            if (far && named) {
                WrittenCard sibling = others.getFirst();
                findings.add(card.finding(
                        Finding.Kind.SUSPICIOUS,
                        rate.line(),
                        rate.unit() + " is ten times off " + sibling.model() + ": " + rate.written() + " beside "
                                + written(sibling, rate.unit())));
            }
        }
    }

    private static boolean differs(BigDecimal one, @Nullable BigDecimal other) {
        return other != null && tenTimes(one, other);
    }

    private static boolean dearer(BigDecimal one, @Nullable BigDecimal other) {
        return other != null && one.compareTo(other) > 0;
    }

    private static String written(WrittenCard card, String unit) {
        return card.rates().stream()
                .filter(rate -> rate.situation().isEmpty() && rate.unit().equals(unit))
                .map(WrittenRate::written)
                .findFirst()
                .orElse("");
    }

    /** {@code gpt-5.4} of {@code gpt-5.4-2026-03-05}: the first number counts, those after it do not. */
    static String family(String model) {
        List<String> parts = new ArrayList<>();
        boolean numbered = false;
        for (String part : PARTS.split(model, 0)) {
            boolean number = NUMBER.matcher(part).matches();
            boolean dropped = DATE_OR_VERSION.matcher(part).matches()
                    || WORD.matcher(part).matches()
                    || (number && numbered);
            if (!dropped) {
                parts.add(part);
                numbered |= number;
            }
        }
        return String.join("-", parts);
    }
}
