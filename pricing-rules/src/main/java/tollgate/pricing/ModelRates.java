package tollgate.pricing;

import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One model's rates, compiled: what a usage comes to, what a request can come to at most, and how much output an amount
 * affords. Exact throughout; every amount is rounded once, up to the nano-dollar. Immutable and thread-safe.
 */
@SuppressWarnings("EnumOrdinal") // bits by class live and die with the process
public final class ModelRates {
    private static final BigInteger MAX_NANO = BigInteger.valueOf(Usd.MAX_NANO);
    private static final BigInteger ONE = BigInteger.valueOf(Markup.ONE);

    /** Markups up to here keep the fast path within a long (see {@link #marked}). */
    private static final long FAST_FACTOR = 9 * Markup.ONE;

    private static final long NOT_FAST = -1;

    private final RateCard card;
    private final String priceVersion;
    private final Tariffs tariffs;
    private final long minimum;
    private final WorstCase worst;

    /** Compiles a card. */
    public ModelRates(RateCard card) {
        this.card = card;
        this.priceVersion = card.provenance().seen() + "/" + Fingerprint.of(card);
        this.tariffs = new Tariffs(card);
        this.minimum = Grains.perStep(new Rate(card.minimumUsd(), Per.EACH), UnitClass.REQUEST);
        this.worst = new WorstCase(card, minimum);
    }

    /** A usage with the request itself counted, where the card has a rate of requests and nobody counted it. */
    public Usage countingRequest(Usage usage) {
        return !worst.countsRequests() || usage.counted() == 0 || usage.reported(UnitClass.REQUEST)
                ? usage
                : usage.plus(Usage.builder().set(UnitClass.REQUEST, 1).build());
    }

    /** The model's own name, whichever alias was asked for. */
    public String model() {
        return card.model();
    }

    /** What the model takes and gives. */
    public Limits limits() {
        return card.limits();
    }

    /** The card these rates are of. */
    public RateCard card() {
        return card;
    }

    /** Names these figures exactly: the day they were seen and a fingerprint; another figure, another version. */
    public String priceVersion() {
        return priceVersion;
    }

    /** A counted unit of the class has a price, its own or its parent's, whatever was asked for. */
    public boolean prices(UnitClass unit) {
        return tariffs.plain().prices(unit);
    }

    /** A counted unit of the class has a price under these terms. */
    public boolean prices(UnitClass unit, Terms terms) {
        Usage one = Usage.builder().set(unit, 1).build();
        return new Itemization(tariffs.of(0, terms), one, terms)
                .items().stream().noneMatch(item -> item.derived() == null);
    }

    /** The card lists a rate for the class itself: counts of it must be told apart from its parent's. */
    public boolean pricesApart(UnitClass unit) {
        return card.rates().containsKey(unit);
    }

    /** {@link #charge} would stay within the range of amounts. */
    public boolean chargeable(Usage usage, Terms terms, Markup markup) {
        try {
            Tariff tariff = tariffs.of(usage.inputTokens(), terms);
            Math.addExact(usage.inputTokens(), usage.outputTokens());
            return marked(exact(tariff, usage, terms), usage, markup).compareTo(MAX_NANO) <= 0;
        } catch (ArithmeticException beyondCounting) {
            return false;
        }
    }

    /**
     * What a usage comes to, without the reasons. Allocates nothing while the figures are of this world.
     *
     * @throws ArithmeticException when an amount passes 9,000,000 USD or a sum of tokens the range of a long; asked
     *     beforehand by {@link #chargeable}
     */
    public void charge(Usage usage, Terms terms, Markup markup, Tally into) {
        Tariff tariff = tariffs.of(usage.inputTokens(), terms);
        long grains = fast(tariff, usage);
        if (grains != NOT_FAST && markup.factor() <= FAST_FACTOR) {
            into.costNano = Math.ceilDiv(grains, Grains.PER_NANO);
            into.chargeNano = Math.addExact(
                    fastMarked(grains, markup.factor()),
                    usage.counted() == 0 ? 0 : markup.fixed().nano());
            into.unpriced = 0;
            if (into.chargeNano > Usd.MAX_NANO) {
                check(BigInteger.valueOf(into.chargeNano));
            }
            return;
        }
        BigInteger cost = exact(tariff, usage, terms);
        into.costNano = check(Grains.nanoUp(cost)).longValueExact();
        into.chargeNano = check(marked(cost, usage, markup)).longValueExact();
        into.unpriced = unpriced(tariff, usage, terms);
    }

    /**
     * What a usage comes to: the charge alone.
     *
     * @throws ArithmeticException as {@link #charge}
     */
    public Usd amount(Usage usage, Terms terms, Markup markup) {
        Tally tally = new Tally();
        charge(usage, terms, markup, tally);
        return new Usd(tally.chargeNano);
    }

    /**
     * What a usage comes to, with every reason.
     *
     * @throws ArithmeticException as {@link #charge}
     */
    public Charge explain(Usage usage, Terms terms, Markup markup) {
        return Explanation.of(List.of(new Share(this, usage)), terms, markup);
    }

    /**
     * The same where the provider says what it costs.
     *
     * @param reported its cost, before any markup
     * @throws ArithmeticException as {@link #charge}
     */
    public Charge explain(Usage usage, Terms terms, Markup markup, Usd reported) {
        return Explanation.of(new Share(this, usage), terms, markup, reported);
    }

    /**
     * The charge of plain input and output tokens: what a meter says of an answer on its way. Allocates nothing but
     * the amount while the figures are of this world.
     *
     * @throws ArithmeticException when the amount passes 9,000,000 USD
     */
    public Usd accrued(long inputTokens, long outputTokens, Terms terms, Markup markup) {
        Usage usage = Usage.builder()
                .set(UnitClass.INPUT, inputTokens)
                .set(UnitClass.OUTPUT, outputTokens)
                .build();
        return amount(usage, terms, markup);
    }

    /**
     * The most that any request within the bounds can come to in tokens: every token at the rate of its side's dearest
     * class, by the dearest rates that a prompt within the bound can meet, at the card's minimum at least.
     *
     * @param inputBound the most tokens of the prompt, all classes together
     * @param outputBound the most tokens of the answer, all choices and classes together
     * @return at most the largest amount there is: nobody has more, so it is never granted
     */
    public Usd worstCase(long inputBound, long outputBound, Terms terms, Markup markup) {
        return worst.of(tariffs.within(inputBound, terms), inputBound, outputBound, markup);
    }

    /**
     * The same where some of it is paid for otherwise: nothing where nothing is left and a request by itself costs nothing.
     *
     * @param paidInput the most tokens of the prompt that are to be charged
     * @param paidOutput the same of the answer
     */
    public Usd worstCase(long inputBound, long paidInput, long paidOutput, Terms terms, Markup markup) {
        return paidInput == 0 && paidOutput == 0 && !worst.countsRequests()
                ? Usd.ZERO
                : worst.of(tariffs.within(inputBound, terms), paidInput, paidOutput, markup);
    }

    /**
     * The largest number of output tokens to be charged whose worst case is at most an amount.
     *
     * @param paidInput the most tokens of the prompt that are to be charged
     * @return -1 where the input alone costs more; {@link Long#MAX_VALUE} where output costs nothing
     */
    public long outputTokensAffordable(Usd amount, long inputBound, long paidInput, Terms terms, Markup markup) {
        long affordable = worst.outputTokensAffordable(tariffs.within(inputBound, terms), amount, paidInput, markup);
        return affordable < 0 && paidInput == 0 && !worst.countsRequests() ? 0 : affordable;
    }

    /**
     * The largest output bound whose {@link #worstCase} is at most an amount.
     *
     * @return -1 where the input alone costs more; {@link Long#MAX_VALUE} where output costs nothing
     */
    public long outputTokensAffordable(Usd amount, long inputBound, Terms terms, Markup markup) {
        return worst.outputTokensAffordable(tariffs.within(inputBound, terms), amount, inputBound, markup);
    }

    /** What a class costs under these terms and why, for a prompt of so many tokens; null: it has no price. */
    public @Nullable ChargeLine rate(UnitClass unit, long promptTokens, Terms terms) {
        Usage one = Usage.builder().set(unit, 1).build();
        ChargeLine line = new Itemization(tariffs.of(promptTokens, terms), one, terms)
                .lines()
                .getFirst();
        return line.unpriced() ? null : line;
    }

    @Override
    public String toString() {
        return card.model() + " " + priceVersion;
    }

    /** The cost in grains where everything is a plain product and stays within a long, else {@link #NOT_FAST}. */
    private long fast(Tariff tariff, Usage usage) {
        long counted = usage.counted();
        if ((counted & ~tariff.plain) != 0) {
            return NOT_FAST;
        }
        long sum = 0;
        for (long bits = counted; bits != 0; bits &= bits - 1) {
            int at = Long.numberOfTrailingZeros(bits);
            long steps = usage.stepsAt(at);
            long grains = tariff.grains[at];
            long product = steps * grains;
            sum += product;
            if (Math.multiplyHigh(steps, grains) != 0 || product < 0 || sum < 0) {
                return NOT_FAST;
            }
        }
        return counted == 0 ? 0 : Math.max(sum, minimum);
    }

    private BigInteger exact(Tariff tariff, Usage usage, Terms terms) {
        long grains = fast(tariff, usage);
        return grains != NOT_FAST
                ? Grains.fine(grains)
                : atLeastMinimum(new Itemization(tariff, usage, terms).sum(), usage);
    }

    /** The cost of a usage item by item. */
    Itemization items(Share share, Terms terms) {
        return new Itemization(tariffs.of(share.promptTokens(), terms), share.usage(), terms);
    }

    /** Fine grains, at least the minimum where anything was used. */
    BigInteger atLeastMinimum(BigInteger fine, Usage usage) {
        return usage.counted() == 0 ? fine : fine.max(Grains.fine(minimum));
    }

    private static long unpriced(Tariff tariff, Usage usage, Terms terms) {
        long bits = 0;
        for (Itemization.Item item : new Itemization(tariff, usage, terms).items()) {
            bits |= item.derived() == null && item.steps() > 0
                    ? 1L << item.unit().ordinal()
                    : 0;
        }
        return bits;
    }

    private static BigInteger marked(BigInteger fine, Usage usage, Markup markup) {
        return usage.counted() == 0 ? BigInteger.ZERO : marked(fine, markup);
    }

    /** Nano-dollars of fine grains with a markup: the one rounding. */
    static BigInteger marked(BigInteger fine, Markup markup) {
        BigInteger millionths = fine.multiply(BigInteger.valueOf(markup.factor()));
        return Grains.nanoUp(Grains.up(millionths, ONE))
                .add(BigInteger.valueOf(markup.fixed().nano()));
    }

    /**
     * {@code ceil(grains × factor / (9 × 10⁶ × 10⁶))} in longs: with grains = n × 9 × 10⁶ + m, n × factor is below
     * 1.1 × 10¹² × 9 × 10⁶ less what a long holds, and the rest below 9 × 10¹³.
     */
    private static long fastMarked(long grains, long factor) {
        long nano = grains / Grains.PER_NANO * factor;
        long rest = nano % Markup.ONE * Grains.PER_NANO + grains % Grains.PER_NANO * factor;
        return nano / Markup.ONE + Math.ceilDiv(rest, Grains.PER_NANO * Markup.ONE);
    }

    static BigInteger check(BigInteger nano) {
        if (nano.compareTo(MAX_NANO) > 0) {
            throw new ArithmeticException("amount: " + nano + " nano-USD (expected: at most " + Usd.MAX_NANO + ")");
        }
        return nano;
    }
}
