package tollgate.pricing;

/**
 * What a model can take and give, in tokens.
 *
 * @param context the most tokens of prompt and answer together
 * @param maxOutputTokens the most tokens of one answer, reasoning included
 * @param visibleOutput all billed output is relayed: the model does not reason unseen
 * @param typicalOutput tokens of a usual answer: what predictions start from, never what is held
 * @param imageTokensLow the most input tokens one image asked for at low detail can make
 * @param imageTokensHigh the most input tokens one image at any detail can make
 */
public record Limits(
        long context,
        long maxOutputTokens,
        boolean visibleOutput,
        long typicalOutput,
        long imageTokensLow,
        long imageTokensHigh) {
    private static final long MOST = 1_000_000_000L;

    /** Of a model nobody knows an image is taken to make as many tokens as with the greediest built-in one. */
    static final long MOST_IMAGE_TOKENS = 48_169;

    /** The bounds of a model whose card states none. */
    public static final Limits CAREFUL =
            new Limits(1_000_000, 128_000, false, 500, MOST_IMAGE_TOKENS, MOST_IMAGE_TOKENS);

    /** Checks the ranges. */
    public Limits {
        check("context", context, 1);
        check("max_output_tokens", maxOutputTokens, 1);
        check("typical_output", typicalOutput, 0);
        check("image_tokens.low", imageTokensLow, 0);
        check("image_tokens.high", imageTokensHigh, 0);
        if (maxOutputTokens > context) {
            throw new IllegalArgumentException(
                    "max_output_tokens: " + maxOutputTokens + " (expected: at most context, " + context + ")");
        }
        if (imageTokensLow > imageTokensHigh) {
            throw new IllegalArgumentException(
                    "image_tokens.low: " + imageTokensLow + " (expected: at most high, " + imageTokensHigh + ")");
        }
    }

    private static void check(String name, long value, long least) {
        if (value < least || value > MOST) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + ".." + MOST + ")");
        }
    }
}
