package tollgate.pricing;

/**
 * One model's part in one charge.
 *
 * @param rates the model's rates
 * @param usage what was used of it
 */
public record Share(ModelRates rates, Usage usage) {}
