package tollgate.pricing;

/**
 * One model's part in one charge.
 *
 * @param rates the model's rates
 * @param usage what is charged of it
 * @param promptTokens tokens of the whole prompt, which decide about long context; more than the usage's own where a part
 *     of it is paid for otherwise
 */
public record Share(ModelRates rates, Usage usage, long promptTokens) {
    /** All of a usage. */
    public Share(ModelRates rates, Usage usage) {
        this(rates, usage, usage.inputTokens());
    }
}
