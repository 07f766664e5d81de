package tollgate.pricing;

/** Where a charge without explanation is put: reused, so that charging allocates nothing. Not thread-safe. */
public final class Tally {
    long costNano;
    long chargeNano;
    long unpriced;

    /** An empty one. */
    public Tally() {}

    /** What the upstream bills, in nano-USD. */
    public long costNano() {
        return costNano;
    }

    /** What the wallet pays, in nano-USD. */
    public long chargeNano() {
        return chargeNano;
    }

    /** A counted class had no price. */
    public boolean unpriced() {
        return unpriced != 0;
    }
}
