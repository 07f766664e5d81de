package tollgate.pricing;

import java.math.BigDecimal;

/**
 * What a request may come to before it runs. Immutable.
 *
 * @param min the least it can be expected to cost: a dense prompt and hardly an answer
 * @param expected a usual prompt and a usual answer
 * @param max what it can cost at most within its bounds: what a strict hold sets aside
 */
public record Estimate(Usd min, Usd expected, Usd max) {
    /** Nothing. */
    public static final Estimate NONE = new Estimate(Usd.ZERO, Usd.ZERO, Usd.ZERO);

    private static final long MOST_BYTES_PER_TOKEN = 6;
    private static final long USUAL_BYTES_PER_TOKEN = 4;

    /**
     * What is known of a request.
     *
     * @param textBytes UTF-8 bytes of its text: a token has at least one
     * @param images pictures in the prompt
     * @param ceiling the most output tokens that the client allows for each choice; -1: it does not say
     * @param choices answers wanted
     * @param counted what the request says outright: pictures to make, characters to speak
     */
    public record Request(long textBytes, long images, long ceiling, long choices, Usage counted) {}

    /**
     * Estimates a request.
     *
     * @throws ArithmeticException when an amount passes 9,000,000 USD
     */
    public static Estimate of(Request request, ModelRates rates, Terms terms, Markup markup) {
        Limits limits = rates.limits();
        boolean tokens = rates.prices(UnitClass.INPUT);
        boolean answers = rates.prices(UnitClass.OUTPUT);
        long imageTokens = request.images() * limits.imageTokensHigh();
        long bound = tokens ? Math.min(limits.context(), request.textBytes() + imageTokens) : 0;
        long ceiling = request.ceiling() < 0 ? limits.maxOutputTokens() : request.ceiling();
        long usualAnswer = answers ? Math.min(limits.typicalOutput(), ceiling) * request.choices() : 0;
        long usual = tokens
                ? Math.min(bound, Math.ceilDiv(request.textBytes(), USUAL_BYTES_PER_TOKEN) + imageTokens / 2)
                : 0;
        long least = tokens ? Math.min(bound, request.textBytes() / MOST_BYTES_PER_TOKEN) : 0;
        Usd counted = rates.amount(request.counted(), terms, markup);
        Usd worst = rates.worstCase(bound, answers ? ceiling * request.choices() : 0, terms, markup);
        return new Estimate(
                rates.amount(
                        usage(least, answers && ceiling > 0 ? request.choices() : 0, request.counted()), terms, markup),
                rates.amount(usage(usual, usualAnswer, request.counted()), terms, markup),
                request.counted().equals(Usage.NONE) ? worst : worst.plus(counted));
    }

    /** This and another one after it. */
    public Estimate plus(Estimate other) {
        return new Estimate(min.plus(other.min), expected.plus(other.expected), max.plus(other.max));
    }

    /** The same so many times. */
    public Estimate times(long count) {
        return new Estimate(times(min, count), times(expected, count), times(max, count));
    }

    private static Usd times(Usd amount, long count) {
        return Usd.roundUp(new BigDecimal(amount.toString()).multiply(BigDecimal.valueOf(count)));
    }

    private static Usage usage(long input, long output, Usage counted) {
        Usage.Builder usage = Usage.builder();
        if (input > 0 || output > 0) {
            usage.set(UnitClass.INPUT, input).set(UnitClass.OUTPUT, output);
        }
        return counted.plus(usage.build());
    }
}
