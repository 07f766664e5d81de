package tollgate.wallet;

/** What a cap counts, or what a limit of the same machinery holds back. */
public enum CapUnit {
    /** Money, in nano-USD. */
    USD("u"),
    /** Tokens of every class. */
    TOKENS("t"),
    /** Requests. */
    REQUESTS("r"),
    /** Exchanges that are open: held from the place to the settlement or expiry, never spent. */
    OPEN("o"),
    /** Requests at a rate (GCRA): counted at once, never held or corrected. */
    RATE("g"),
    /** Tokens at a rate: as tokens, but what is more than the limit counts as the limit. */
    TOKEN_RATE("f"),
    /** Tokens of a bundle, which are paid for already: refuses nothing, and holds what it has left. */
    BUNDLE("b"),
    /** What an organisation is charged in a month: refuses and holds nothing, and tells what it was when the hold was placed. */
    VOLUME("y");

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
        throw new IllegalArgumentException("unit: '" + wireName + "' (expected: u, t, r, o, g, f, b or y)");
    }
}
