package tollgate.pricing;

/** How many units a rate's dollars are for. */
public enum Per {
    /** A million units. */
    MILLION("usd_per_million", 1_000_000),
    /** A thousand units. */
    THOUSAND("usd_per_thousand", 1_000),
    /** One unit. */
    EACH("usd_each", 1),
    /** Sixty units, of seconds. */
    MINUTE("usd_per_minute", 60),
    /** 3600 units, of seconds. */
    HOUR("usd_per_hour", 3_600);

    private final String key;
    private final int units;

    Per(String key, int units) {
        this.key = key;
        this.units = units;
    }

    /** The key in rate cards: {@code usd_per_million}. */
    public String key() {
        return key;
    }

    /** How many units. */
    public int units() {
        return units;
    }

    /** A class may be priced so: minutes and hours are of seconds. */
    public boolean fits(UnitClass unit) {
        return unit.isSeconds() || (this != MINUTE && this != HOUR);
    }
}
