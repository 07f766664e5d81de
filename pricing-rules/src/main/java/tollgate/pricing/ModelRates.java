package tollgate.pricing;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One model's rates, compiled: what a usage comes to, what a request can come to at most, and how much output an amount
 * affords. Exact throughout; every amount is rounded once, up to the nano-dollar. Immutable and thread-safe.
 *
 * <p>A prompt longer than a threshold of the card is priced, answer included, by the rates above the threshold.
 */
public final class ModelRates {
    /** Femto-dollars of a nano-dollar. */
    private static final long FEMTO_PER_NANO = 1_000_000L;

    /** Femto-dollars, times the markup's millionths, of a nano-dollar. */
    private static final BigInteger SCALE = BigInteger.valueOf(FEMTO_PER_NANO * Markup.ONE);

    private static final BigInteger MAX_NANO = BigInteger.valueOf(Usd.MAX_NANO);

    /** Token counts and factors up to here keep the fast path within a long (see {@link #accrued}). */
    private static final long FAST_FACTOR = 9 * Markup.ONE;

    private final RateCard card;
    private final String priceVersion;
    private final Tariff[] tariffs;

    /** Compiles a card. */
    public ModelRates(RateCard card) {
        this.card = card;
        this.priceVersion = card.seen() + "/" + fingerprint(card);
        List<Tariff> compiled = new ArrayList<>();
        compiled.add(new Tariff(-1, card.usdPerMillion()));
        for (RateCard.LongContext tier : card.longContext()) {
            compiled.add(new Tariff(tier.abovePromptTokens(), tier.usdPerMillion()));
        }
        this.tariffs = compiled.toArray(Tariff[]::new);
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

    /** A counted unit of the class has a price, its own or its parent's. */
    public boolean prices(UnitClass unit) {
        return tariffs[0].prices(unit);
    }

    /** The card lists a rate for the class itself: counts of it must be told apart from its parent's. */
    public boolean pricesApart(UnitClass unit) {
        return card.usdPerMillion().containsKey(unit);
    }

    /** {@link #charge} would stay within the range of amounts. */
    public boolean chargeable(Usage usage, Markup markup) {
        return withinRange(usage)
                && nano(tariff(usage.inputTokens()).femto(usage), markup).compareTo(MAX_NANO) <= 0;
    }

    /**
     * What a usage comes to.
     *
     * @throws ArithmeticException when an amount passes 9,000,000 USD or a sum of tokens the range of a long; asked
     *     beforehand by {@link #chargeable}
     */
    public Charge charge(Usage usage, Markup markup) {
        Tariff tariff = tariff(usage.inputTokens());
        List<ChargeLine> lines = new ArrayList<>();
        usage.asMap()
                .forEach((unit, units) -> lines.add(new ChargeLine(
                        unit,
                        units,
                        tariff.usdPerUnit(unit),
                        Tariff.usd(Tariff.product(units, tariff.femtoPerUnit(unit))),
                        units > 0 && !tariff.prices(unit))));
        BigInteger femto = tariff.femto(usage);
        return new Charge(usd(femto, Markup.NONE), usd(femto, markup), lines);
    }

    /**
     * The charge of plain input and output tokens: what a meter says of an answer on its way. Allocates nothing but
     * the amount while the figures are of this world.
     *
     * @throws ArithmeticException when the amount passes 9,000,000 USD
     */
    public Usd accrued(long inputTokens, long outputTokens, Markup markup) {
        Tariff tariff = tariff(inputTokens);
        long inputRate = tariff.femtoPerUnit(UnitClass.INPUT);
        long outputRate = tariff.femtoPerUnit(UnitClass.OUTPUT);
        if (Math.multiplyHigh(inputTokens, inputRate) == 0
                && Math.multiplyHigh(outputTokens, outputRate) == 0
                && markup.factor() <= FAST_FACTOR) {
            long input = inputTokens * inputRate;
            long output = outputTokens * outputRate;
            long femto = input + output;
            if (input >= 0 && output >= 0 && femto >= 0) {
                return new Usd(fastNano(femto, markup.factor()));
            }
        }
        return usd(Tariff.product(inputTokens, inputRate).add(Tariff.product(outputTokens, outputRate)), markup);
    }

    /**
     * The most that any request within the bounds can come to: every token at the rate of its side's dearest class, by
     * the dearest rates that a prompt within the bound can meet.
     *
     * @param inputBound the most tokens of the prompt, all classes together
     * @param outputBound the most tokens of the answer, all choices and classes together
     * @throws ArithmeticException when it passes 9,000,000 USD; never so up to {@link #outputTokensAffordable}
     */
    public Usd worstCase(long inputBound, long outputBound, Markup markup) {
        BigInteger most = BigInteger.ZERO;
        for (Tariff tariff : tariffs) {
            if (inputBound > tariff.abovePromptTokens) {
                most = most.max(tariff.dearest(inputBound, outputBound));
            }
        }
        return usd(most, markup);
    }

    /**
     * The largest output bound whose {@link #worstCase} is at most an amount.
     *
     * @return -1 where the input alone costs more; {@link Long#MAX_VALUE} where output costs nothing
     */
    public long outputTokensAffordable(Usd amount, long inputBound, Markup markup) {
        if (amount.nano() < 0) {
            return -1;
        }
        BigInteger femto =
                BigInteger.valueOf(amount.nano()).multiply(SCALE).divide(BigInteger.valueOf(markup.factor()));
        long affordable = Long.MAX_VALUE;
        for (Tariff tariff : tariffs) {
            if (inputBound > tariff.abovePromptTokens) {
                BigInteger left = femto.subtract(tariff.dearest(inputBound, 0));
                if (left.signum() < 0) {
                    return -1;
                }
                if (tariff.dearestOutput > 0) {
                    BigInteger tokens = left.divide(BigInteger.valueOf(tariff.dearestOutput));
                    affordable = tokens.min(BigInteger.valueOf(affordable)).longValueExact();
                }
            }
        }
        return affordable;
    }

    @Override
    public String toString() {
        return card.model() + " " + priceVersion;
    }

    private Tariff tariff(long promptTokens) {
        Tariff applying = tariffs[0];
        for (Tariff tariff : tariffs) {
            if (promptTokens > tariff.abovePromptTokens) {
                applying = tariff;
            }
        }
        return applying;
    }

    private static boolean withinRange(Usage usage) {
        BigInteger sum = BigInteger.ZERO;
        for (long units : usage.asMap().values()) {
            sum = sum.add(BigInteger.valueOf(units));
        }
        return sum.bitLength() < Long.SIZE;
    }

    private static BigInteger nano(BigInteger femto, Markup markup) {
        BigInteger[] nano = femto.multiply(BigInteger.valueOf(markup.factor())).divideAndRemainder(SCALE);
        return nano[1].signum() == 0 ? nano[0] : nano[0].add(BigInteger.ONE);
    }

    private static Usd usd(BigInteger femto, Markup markup) {
        BigInteger nano = nano(femto, markup);
        if (nano.compareTo(MAX_NANO) > 0) {
            throw new ArithmeticException("amount: " + nano + " nano-USD (expected: at most " + Usd.MAX_NANO + ")");
        }
        return new Usd(nano.longValueExact());
    }

    /**
     * {@code ceil(femto × factor / 10¹²)} in longs: with femto = q × 10¹² + r it is {@code q × factor +
     * ceil(r × factor / 10¹²)}, where r × factor is below 10¹² × 9 × 10⁶ and q × factor below 9.3 × 10⁶ × 9 × 10⁶.
     */
    private static long fastNano(long femto, long factor) {
        long scale = FEMTO_PER_NANO * Markup.ONE;
        return femto / scale * factor + Math.ceilDiv(femto % scale * factor, scale);
    }

    private static String fingerprint(RateCard card) {
        StringBuilder text = new StringBuilder(card.model()).append(card.limits());
        appendRates(text, -1, card.usdPerMillion());
        for (RateCard.LongContext tier : card.longContext()) {
            appendRates(text, tier.abovePromptTokens(), tier.usdPerMillion());
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void appendRates(StringBuilder text, long above, Map<UnitClass, BigDecimal> rates) {
        text.append('\n').append(above);
        new TreeMap<>(rates)
                .forEach((unit, rate) ->
                        text.append(' ').append(unit.wireName()).append('=').append(rate.toPlainString()));
    }
}
