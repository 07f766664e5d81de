package tollgate.journal;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Charge;
import tollgate.pricing.ChargeLine;
import tollgate.pricing.Markup;
import tollgate.pricing.Provenance;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usd;

/**
 * The line about one exchange that goes to SQL: who, model, usage, cost, charge, timings, how it ended. Immutable.
 *
 * @param facts what was known when its hold was placed
 * @param model the exact model that answered; null where none was named
 * @param ended how it ended
 * @param payer who bears what the upstream bills: {@code wallet} or {@code operator}
 * @param units what the wallet is charged for, by wire name of the class
 * @param reasoning the share of the output that was reasoning, for information
 * @param estimated some count was not reported by the upstream
 * @param charge what the wallet pays
 * @param cost what the upstream bills
 * @param overrun how much the charge passes what was held
 * @param disputed what was reported above the charge and not taken
 * @param markup what was added to the cost
 * @param lines how the amount came about
 * @param adjustments what it has besides its lines: with them it is the charge, exactly
 * @param attempts the tries at upstreams
 * @param status the status the client got; 0 where it got none
 * @param detail what an operator should know of a failure; null where there was none
 * @param timings microseconds since the start, by name
 * @param finished when it was settled
 */
public record UsageRecord(
        ExchangeFacts facts,
        @Nullable String model,
        String ended,
        String payer,
        Map<String, Long> units,
        long reasoning,
        boolean estimated,
        Usd charge,
        Usd cost,
        Usd overrun,
        Usd disputed,
        Markup markup,
        List<Line> lines,
        List<Adjustment> adjustments,
        List<Attempt> attempts,
        int status,
        @Nullable String detail,
        Map<String, Long> timings,
        Instant finished) {
    /** Copies what could change. */
    public UsageRecord {
        units = Map.copyOf(units);
        lines = List.copyOf(lines);
        adjustments = List.copyOf(adjustments);
        attempts = List.copyOf(attempts);
        timings = Map.copyOf(timings);
    }

    /** Tokens of every class that the wallet is charged for, as caps count them: no more than a counter takes. */
    public long tokens() {
        long tokens = 0;
        for (UnitClass unit : UnitClass.values()) {
            if (unit.isInputToken() || unit.isOutputToken()) {
                long more = Math.min(Usd.MAX_NANO, units.getOrDefault(unit.wireName(), 0L));
                tokens = Math.min(Usd.MAX_NANO, tokens + more);
            }
        }
        return tokens;
    }

    /** The same without what a record may have no room for. */
    UsageRecord withoutTexts() {
        return with(facts.withoutTexts(), lines, attempts);
    }

    /** The same with short names too, and without the reasons of its lines. */
    UsageRecord withShortNames() {
        return with(
                facts.withShortNames(),
                lines.stream().map(Line::withoutReasons).toList(),
                attempts.stream().map(Attempt::withShortNames).toList());
    }

    private UsageRecord with(ExchangeFacts shorter, List<Line> shown, List<Attempt> tried) {
        return new UsageRecord(
                shorter,
                model,
                ended,
                payer,
                units,
                reasoning,
                estimated,
                charge,
                cost,
                overrun,
                disputed,
                markup,
                shown,
                adjustments,
                tried,
                status,
                null,
                timings,
                finished);
    }

    /**
     * One class of the charge, as decimal dollars.
     *
     * @param unit wire name of the class
     * @param units how many, begun ones whole: of classes that are counted in parts, the reason says how many exactly
     * @param rate dollars per unit
     * @param subtotal dollars, exact, before markup and rounding
     * @param unpriced charged 0 although counted
     * @param reason which tier was chosen and why; empty: not said
     * @param source the page that states the rate
     * @param seen the day it was seen there, and where instead; empty: not said
     */
    public record Line(
            String unit,
            long units,
            String rate,
            String subtotal,
            boolean unpriced,
            String reason,
            String source,
            String seen) {
        /** The line of a charge. */
        public static Line of(ChargeLine line) {
            Provenance from = line.provenance();
            BigDecimal begun = line.units().setScale(0, RoundingMode.CEILING);
            boolean whole = begun.compareTo(line.units()) == 0;
            return new Line(
                    line.unit().wireName(),
                    begun.longValueExact(),
                    line.rate().perUnit().toPlainString(),
                    line.subtotal().toPlainString(),
                    line.unpriced(),
                    whole ? line.why() : line.why() + "; of " + line.units().toPlainString() + " exactly",
                    from.source(),
                    from.via().isEmpty() ? from.seen() : from.seen() + " via " + from.via());
        }

        /** The same, where there is more to be said. */
        public Line because(String more) {
            return new Line(unit, units, rate, subtotal, unpriced, reason + "; " + more, source, seen);
        }

        private Line withoutReasons() {
            return new Line(unit, units, rate, subtotal, unpriced, "", "", "");
        }
    }

    /**
     * What an amount has besides its lines.
     *
     * @param kind {@code minimum}, {@code markup}, {@code fixed}, {@code rounding}, or {@code limit}: where what was
     *     settled is another sum
     * @param reason as people read it
     * @param usd decimal dollars, exact; may be negative
     */
    public record Adjustment(String kind, String reason, String usd) {
        /**
         * Those of a charge.
         *
         * @param total what was settled, where that is not the charge
         */
        public static List<Adjustment> of(Charge charge, Usd total) {
            List<Adjustment> adjustments = new ArrayList<>();
            for (tollgate.pricing.Adjustment each : charge.adjustments()) {
                adjustments.add(new Adjustment(
                        each.kind().name().toLowerCase(Locale.ROOT),
                        each.reason(),
                        each.usd().toPlainString()));
            }
            long more = total.nano() - charge.charge().nano();
            if (more != 0) {
                String why = more < 0 ? "not taken: beyond what was held, or disputed" : "as it was settled";
                adjustments.add(new Adjustment(
                        "limit",
                        why,
                        BigDecimal.valueOf(more, 9).stripTrailingZeros().toPlainString()));
            }
            return adjustments;
        }
    }

    /**
     * One try at one upstream.
     *
     * @param number from 1
     * @param upstream its name
     * @param reused over a connection that had carried an answer before
     * @param status of its answer; 0 where none came
     * @param failure why no complete answer came; null where one did
     * @param cost what the upstream bills for it
     * @param estimated that is not what it reported
     */
    public record Attempt(
            int number,
            String upstream,
            boolean reused,
            int status,
            @Nullable String failure,
            Usd cost,
            boolean estimated) {
        /** One that bills nothing. */
        public Attempt(int number, String upstream, boolean reused, int status, @Nullable String failure) {
            this(number, upstream, reused, status, failure, Usd.ZERO, false);
        }

        private Attempt withShortNames() {
            return new Attempt(number, ExchangeFacts.shortened(upstream), reused, status, failure, cost, estimated);
        }
    }
}
