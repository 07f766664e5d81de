package tollgate.pricing.plan;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tollgate.pricing.Adjustment;
import tollgate.pricing.Charge;
import tollgate.pricing.ChargeLine;
import tollgate.pricing.Explanation;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Rate;
import tollgate.pricing.Share;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tollgate.pricing.VolumeTiers;

/**
 * What a customer has bought: bundles (free quotas among them), volume tiers and a markup. The order is fixed: bundles
 * take units out, what is left is charged at cost and markup, overage is added, volume tiers take off, and the whole is
 * rounded up once. Immutable.
 *
 * @param name as charges call it
 * @param bundles in the order in which they are used up
 * @param volume less to pay in a month in which much was spent
 * @param markup what is added to the cost
 */
public record Plan(String name, List<Bundle> bundles, VolumeTiers volume, Markup markup) {
    /** Copies the bundles. */
    public Plan {
        bundles = List.copyOf(bundles);
    }

    /**
     * What was used before in the period.
     *
     * @param units of each bundle, by its name
     * @param charged in the month, before volume tiers
     */
    public record Used(Map<String, Long> units, Usd charged) {
        /** Nothing yet. */
        public static final Used NOTHING = new Used(Map.of(), Usd.ZERO);

        /** Copies the counts. */
        public Used {
            units = Map.copyOf(units);
        }
    }

    /**
     * What one usage comes to, and what it used up.
     *
     * @param charge with the cost of everything used, and the lines of what bundles left and of what they paid for
     * @param used to be counted to each bundle, by its name
     * @param beforeVolume to be counted to the month
     */
    public record Billed(Charge charge, Map<String, Long> used, Usd beforeVolume) {
        /** Copies the counts. */
        public Billed {
            used = Map.copyOf(used);
        }
    }

    /**
     * Bills a usage.
     *
     * @throws ArithmeticException when an amount passes 9,000,000 USD
     */
    public Billed bill(ModelRates rates, Usage usage, Terms terms, Used before) {
        Map<String, Long> used = new LinkedHashMap<>();
        List<Adjustment> adjustments = new ArrayList<>();
        BigDecimal overage = BigDecimal.ZERO;
        Usage left = usage;
        List<ChargeLine> paidFor = new ArrayList<>();
        for (Bundle bundle : bundles) {
            if (bundle.model() == null || bundle.model().equals(rates.model())) {
                Taken taken = Taken.of(bundle, left, before.units().getOrDefault(bundle.name(), 0L));
                left = taken.left();
                taken.paidFor().asMap().forEach((unit, units) -> paidFor.add(line(bundle, unit, units, rates)));
                if (taken.counted() > 0) {
                    used.put(bundle.name(), taken.counted());
                    adjustments.add(new Adjustment(
                            Adjustment.Kind.PLAN,
                            bundle.name() + ": " + taken.covered() + " units paid for, " + taken.over() + " over",
                            taken.overage()));
                    overage = overage.add(taken.overage());
                }
            }
        }
        Charge whole = rates.explain(usage, terms, Markup.NONE);
        Charge rest = Explanation.of(List.of(new Share(rates, left, usage.inputTokens())), terms, markup);
        BigDecimal sum = rest.exact().add(overage);
        BigDecimal less = volume.discounted(before.charged(), sum);
        adjustments.addAll(
                0,
                rest.adjustments().stream()
                        .filter(each -> each.kind() != Adjustment.Kind.ROUNDING)
                        .toList());
        if (less.compareTo(sum) != 0) {
            adjustments.add(new Adjustment(Adjustment.Kind.PLAN, name + ": volume tier", less.subtract(sum)));
        }
        Usd charge = Usd.roundUp(less);
        BigDecimal shown = BigDecimal.ZERO;
        for (var line : rest.lines()) {
            shown = shown.add(line.subtotal());
        }
        for (Adjustment each : adjustments) {
            shown = shown.add(each.usd());
        }
        BigDecimal rounding = BigDecimal.valueOf(charge.nano(), 9).subtract(shown);
        if (rounding.signum() != 0) {
            adjustments.add(new Adjustment(Adjustment.Kind.ROUNDING, "up to the nano-dollar", rounding));
        }
        paidFor.addAll(0, rest.lines());
        return new Billed(new Charge(whole.cost(), charge, rest.exact(), paidFor, adjustments), used, Usd.roundUp(sum));
    }

    private static ChargeLine line(Bundle bundle, UnitClass unit, long units, ModelRates rates) {
        return new ChargeLine(
                unit,
                BigDecimal.valueOf(units),
                Rate.perMillion("0"),
                BigDecimal.ZERO,
                false,
                "paid for by " + bundle.name(),
                false,
                rates.card().provenance());
    }

    /** What one bundle takes out of a usage. */
    private record Taken(Usage left, Usage paidFor, long covered, long over, BigDecimal overage) {
        long counted() {
            return Math.addExact(covered, over);
        }

        static Taken of(Bundle bundle, Usage usage, long before) {
            Usage.Builder left = Usage.builder();
            Usage.Builder paidFor = Usage.builder();
            long covered = 0;
            long over = 0;
            for (Map.Entry<UnitClass, BigDecimal> each : promptFirst(usage)) {
                UnitClass unit = each.getKey();
                if (!bundle.units().contains(unit)) {
                    left.set(unit, each.getValue());
                    continue;
                }
                long units = usage.units(unit);
                long free = bundle.covers(Math.addExact(before, covered + over), units);
                covered += free;
                if (free > 0) {
                    paidFor.set(unit, free);
                }
                over += units - free;
                boolean otherwise = bundle.overage() == null;
                left.set(
                        unit,
                        otherwise && free < units
                                ? each.getValue().subtract(BigDecimal.valueOf(free))
                                : BigDecimal.ZERO);
            }
            BigDecimal extra = bundle.overageUsd(over);
            return new Taken(left.build(), paidFor.build(), covered, over, extra == null ? BigDecimal.ZERO : extra);
        }

        /** The classes of the prompt before all others, so that nobody holds for a prompt that is paid for. */
        private static List<Map.Entry<UnitClass, BigDecimal>> promptFirst(Usage usage) {
            List<Map.Entry<UnitClass, BigDecimal>> all =
                    new ArrayList<>(usage.quantities().entrySet());
            all.sort(Comparator.comparing(each -> !each.getKey().isInputToken()));
            return all;
        }
    }
}
