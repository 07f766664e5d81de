package tollgate.account;

import tollgate.pricing.Usd;

/** What has become of an exchange, for a client that asks for the same again. */
public sealed interface Outcome {
    /** Nobody can say yet: it is under way, or its gateway is away. */
    record Running() implements Outcome {}

    /**
     * It is over, and was charged.
     *
     * @param charge what the wallet paid
     */
    record Charged(Usd charge) implements Outcome {}

    /** It is over, and nothing was taken, or what was taken is given back. */
    record Nothing() implements Outcome {}
}
