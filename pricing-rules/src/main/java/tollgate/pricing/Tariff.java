package tollgate.pricing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rates compiled to grains per step, in one setting of length, tier, region and hours. Immutable. */
@SuppressWarnings("EnumOrdinal") // an array by class lives and dies with the process; the order is stored nowhere
final class Tariff {
    static final UnitClass[] CLASSES = UnitClass.values();
    static final long UNPRICED = -1;

    /** The setting and the reasons. */
    final Derivation derivation;

    /** Grains per step by class ordinal; negative where it has no price or no whole number of them. */
    final long[] grains = new long[CLASSES.length];

    /** Bits of the classes whose cost is count times grains. */
    final long plain;

    /** Grains of the dearest class of a prompt, and of an answer. */
    final long dearestInput;

    final long dearestOutput;

    private final Derivation.@Nullable Derived[] derived = new Derivation.@Nullable Derived[CLASSES.length];

    private final @Nullable List<Step>[] graduated;

    /** A marginal step: what steps above a number cost. */
    record Step(long above, Derivation.Derived derived) {}

    Tariff(Derivation derivation, long adjusted) {
        this.derivation = derivation;
        this.graduated = steps(derivation);
        long simple = 0;
        long input = 0;
        long output = 0;
        for (UnitClass unit : CLASSES) {
            Derivation.Derived derived = derivation.rate(unit);
            this.derived[unit.ordinal()] = derived;
            long each = derived == null ? UNPRICED : Grains.perStep(derived.rate(), unit);
            grains[unit.ordinal()] = each;
            List<Step> further = graduated[unit.ordinal()];
            simple |= each < 0 || further != null ? 0 : 1L << unit.ordinal();
            long most = derived == null ? 0 : Grains.perStepUp(derived.rate(), unit);
            for (Step step : further == null ? List.<Step>of() : further) {
                most = Math.max(most, Grains.perStepUp(step.derived().rate(), unit));
            }
            input = unit.isInputToken() ? Math.max(input, most) : input;
            output = unit.isOutputToken() ? Math.max(output, most) : output;
        }
        plain = simple & ~adjusted;
        dearestInput = input;
        dearestOutput = output;
    }

    boolean prices(UnitClass unit) {
        return grains[unit.ordinal()] != UNPRICED;
    }

    /** The rate of a class and its reasons; null: it has no price. */
    Derivation.@Nullable Derived derived(UnitClass unit) {
        return derived[unit.ordinal()];
    }

    /** Marginal steps of a class, ascending; none for most. */
    List<Step> graduated(UnitClass unit) {
        List<Step> steps = graduated[unit.ordinal()];
        return steps == null ? List.of() : steps;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // arrays of lists have no other way
    private static @Nullable List<Step>[] steps(Derivation derivation) {
        @Nullable List<Step>[] steps = new List[CLASSES.length];
        for (Graduated each : derivation.card().graduated()) {
            Derivation.Derived derived = derivation.graduated(each);
            Step step = new Step(Steps.of(each.unit(), each.above()), derived);
            List<Step> list = steps[each.unit().ordinal()];
            if (list == null) {
                list = new ArrayList<>();
                steps[each.unit().ordinal()] = list;
            }
            list.add(step);
        }
        return steps;
    }
}
