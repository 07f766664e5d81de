package tollgate.wallet;

/** What a cap counts. */
public enum CapUnit {
    /** Money, in nano-USD. */
    USD("u"),
    /** Tokens of every class. */
    TOKENS("t"),
    /** Requests. */
    REQUESTS("r");

    private final String wireName;

    CapUnit(String wireName) {
        this.wireName = wireName;
    }

    /** The letter that scripts know it by. */
    String wireName() {
        return wireName;
    }

    static CapUnit of(String wireName) {
        for (CapUnit unit : values()) {
            if (unit.wireName.equals(wireName)) {
                return unit;
            }
        }
        throw new IllegalArgumentException("unit: '" + wireName + "' (expected: u, t or r)");
    }
}
