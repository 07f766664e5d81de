package tollgate.pricing;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Makes a charge with every reason: exact lines, then minimum, markup and the one rounding. */
public final class Explanation {
    private final Markup markup;
    private final List<ChargeLine> lines = new ArrayList<>();
    private final List<Adjustment> adjustments = new ArrayList<>();
    private BigDecimal shown = BigDecimal.ZERO;
    private BigInteger cost = BigInteger.ZERO;
    private boolean anything;

    private Explanation(Markup markup) {
        this.markup = markup;
    }

    /**
     * What shares of several models come to together, rounded once.
     *
     * @throws ArithmeticException when an amount passes 9,000,000 USD or a sum of tokens the range of a long
     */
    public static Charge of(List<Share> shares, Terms terms, Markup markup) {
        Explanation explanation = new Explanation(markup);
        shares.forEach(share -> explanation.add(share, terms));
        return explanation.charge();
    }

    /** The same where the provider says what it costs: that is the cost, whatever the rates come to. */
    static Charge of(Share share, Terms terms, Markup markup, Usd reported) {
        Explanation explanation = new Explanation(markup);
        explanation.add(share, terms);
        explanation.reported(reported);
        return explanation.charge();
    }

    private void reported(Usd usd) {
        BigInteger said = Grains.ofNano(usd.nano());
        if (!said.equals(cost)) {
            adjust(Adjustment.Kind.REPORTED, "as the provider reports its cost", Grains.usd(said.subtract(cost)));
        }
        cost = said;
        anything = true;
    }

    private void add(Share share, Terms terms) {
        Itemization items = share.rates().items(share, terms);
        for (ChargeLine line : items.lines()) {
            lines.add(line);
            shown = shown.add(line.subtotal());
        }
        BigInteger least = share.rates().atLeastMinimum(items.sum(), share.usage());
        if (least.compareTo(items.sum()) > 0) {
            adjust(
                    Adjustment.Kind.MINIMUM,
                    "at least " + share.rates().card().minimumUsd().toPlainString() + " a request",
                    Grains.usd(least.subtract(items.sum())));
        }
        cost = cost.add(least);
        anything |= share.usage().counted() != 0;
    }

    private Charge charge() {
        BigInteger charge = ModelRates.check(anything ? ModelRates.marked(cost, markup) : BigInteger.ZERO);
        BigInteger percent =
                cost.multiply(BigInteger.valueOf(markup.factor() - Markup.ONE)).divide(BigInteger.valueOf(Markup.ONE));
        if (percent.signum() > 0) {
            adjust(Adjustment.Kind.MARKUP, markup.percent().toPlainString() + " % of cost", Grains.usd(percent));
        }
        if (anything && markup.fixed().nano() > 0) {
            adjust(
                    Adjustment.Kind.FIXED,
                    "a request",
                    BigDecimal.valueOf(markup.fixed().nano(), 9));
        }
        BigDecimal rounding = new BigDecimal(charge, 9).subtract(shown);
        if (rounding.signum() != 0) {
            adjust(Adjustment.Kind.ROUNDING, "up to the nano-dollar", rounding.stripTrailingZeros());
        }
        return new Charge(
                new Usd(ModelRates.check(Grains.nanoUp(cost)).longValueExact()),
                new Usd(charge.longValueExact()),
                exact(),
                lines,
                adjustments);
    }

    private BigDecimal exact() {
        return anything ? Grains.exactUsd(cost, markup) : BigDecimal.ZERO;
    }

    private void adjust(Adjustment.Kind kind, String reason, BigDecimal usd) {
        adjustments.add(new Adjustment(kind, reason, usd));
        shown = shown.add(usd);
    }
}
