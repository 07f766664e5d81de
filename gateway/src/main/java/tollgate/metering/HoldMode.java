package tollgate.metering;

import org.jspecify.annotations.Nullable;

/** How much is held for a request at a time. */
public enum HoldMode {
    /** The whole of what it can come to, so that it never has to be cut for money. */
    STRICT("strict"),
    /** Of a stream whose output is all visible, one tranche after the other. */
    TRANCHES("tranches"),
    /** What such requests usually cost; what an exchange comes to above that is an overrun, within bounds. */
    TYPICAL("typical");

    private final String wireName;

    HoldMode(String wireName) {
        this.wireName = wireName;
    }

    /** The word in configuration and records: {@code tranches}. */
    public String wireName() {
        return wireName;
    }

    /** The mode of that word; null where it is none. */
    public static @Nullable HoldMode of(String wireName) {
        for (HoldMode mode : values()) {
            if (mode.wireName.equals(wireName)) {
                return mode;
            }
        }
        return null;
    }
}
