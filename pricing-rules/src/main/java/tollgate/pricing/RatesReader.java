package tollgate.pricing;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads the rates in one mapping, and those below it. */
final class RatesReader {
    static final List<String> CLASSES =
            Arrays.stream(UnitClass.values()).map(UnitClass::wireName).toList();
    static final List<String> MEASURES =
            Arrays.stream(Per.values()).map(Per::key).toList();
    private static final List<String> VARIANT =
            Stream.concat(Stream.of("when"), MEASURES.stream()).toList();
    private static final List<String> ATTRIBUTES =
            Arrays.stream(Attribute.values()).map(Attribute::wireName).toList();

    private final YamlFields card;
    private final boolean allFree;
    private final Set<UnitClass> free = new HashSet<>();

    RatesReader(YamlFields card) {
        this.card = card;
        if (card.has("free") && card.node("free") instanceof SequenceNode) {
            for (String name : card.texts("free")) {
                free.add(unit(card, "free", name));
            }
            this.allFree = false;
        } else {
            this.allFree = card.has("free") && card.truth("free");
        }
    }

    /** The rates of a mapping under whichever measures it has; free classes of the card not listed are not among them. */
    Map<UnitClass, Rate> rates(YamlFields at) {
        Map<UnitClass, Rate> rates = new EnumMap<>(UnitClass.class);
        for (Per per : Per.values()) {
            if (at.has(per.key())) {
                YamlFields fields = new YamlFields(at.file(), at.node(per.key()), CLASSES);
                for (String name : fields.names()) {
                    UnitClass unit = unit(fields, name, name);
                    if (rates.put(unit, rate(fields, name, unit, per)) != null) {
                        throw fields.invalidField(name, name + " has a rate of another measure already");
                    }
                }
            }
        }
        return rates;
    }

    /** The card's own rates, those that are free among them. */
    Map<UnitClass, Rate> base() {
        Map<UnitClass, Rate> rates = rates(card);
        for (UnitClass unit : free) {
            Rate listed = rates.putIfAbsent(unit, Rate.perMillion("0"));
            if (listed != null && !listed.isZero()) {
                throw card.invalidField(
                        "free", "free: " + unit.wireName() + " (expected: no rate of it, found " + listed + ")");
            }
        }
        return rates;
    }

    List<Variant> variants() {
        List<Variant> variants = new ArrayList<>();
        for (Node node : card.items("variants")) {
            YamlFields fields = new YamlFields(card.file(), node, VARIANT);
            YamlFields conditions = new YamlFields(card.file(), fields.node("when"), ATTRIBUTES);
            Map<Attribute, String> when = new LinkedHashMap<>();
            for (String name : conditions.names()) {
                Attribute attribute = Attribute.of(name);
                if (attribute != null) {
                    when.put(attribute, conditions.text(name));
                }
            }
            Map<UnitClass, Rate> rates = rates(fields);
            if (rates.isEmpty()) {
                throw fields.invalid("variants: no rate (expected: one of " + String.join(", ", MEASURES) + ")");
            }
            variants.add(checked(fields, () -> new Variant(when, rates)));
        }
        return variants;
    }

    /** Amounts of units by class. */
    static Map<UnitClass, BigDecimal> units(YamlFields card, String name) {
        Map<UnitClass, BigDecimal> units = new EnumMap<>(UnitClass.class);
        if (card.has(name)) {
            YamlFields fields = new YamlFields(card.file(), card.node(name), CLASSES);
            for (String each : fields.names()) {
                units.put(unit(fields, each, each), fields.decimal(each));
            }
        }
        return units;
    }

    static UnitClass unit(YamlFields at, String field, String name) {
        UnitClass unit = UnitClass.of(name);
        if (unit == null) {
            String nearest = NearestName.of(name, CLASSES);
            throw at.invalidField(
                    field, "'" + name + "' (expected: a class such as " + (nearest == null ? "input" : nearest) + ")");
        }
        return unit;
    }

    Rate rate(YamlFields fields, String name, UnitClass unit, Per per) {
        BigDecimal usd = fields.decimal(name);
        if (usd.signum() == 0 && !allFree && !free.contains(unit)) {
            throw fields.invalidField(
                    name,
                    name + ": " + usd.toPlainString() + " (expected: above 0, or 'free: true' or 'free: ["
                            + unit.wireName() + "]' in the card)");
        }
        Rate rate = new Rate(usd, per);
        try {
            rate.check(unit);
        } catch (IllegalArgumentException wrong) {
            InvalidRateCard invalid = fields.invalidField(name, String.valueOf(wrong.getMessage()));
            invalid.initCause(wrong);
            throw invalid;
        }
        return rate;
    }

    /** Makes something of fields. */
    interface Made<T> {
        T make();
    }

    static <T extends @Nullable Object> T checked(YamlFields at, Made<T> made) {
        try {
            return made.make();
        } catch (IllegalArgumentException e) {
            InvalidRateCard invalid = at.invalid(String.valueOf(e.getMessage()));
            invalid.initCause(e);
            throw invalid;
        }
    }
}
