package tollgate.wallet;

/**
 * What the counter of an organisation's charges in a month is called in the place of a cap's id: real money's and the sandbox's
 * apart. Stateless.
 */
public final class VolumeName {
    private static final String REAL = "v_month";
    private static final String SANDBOX = "vt_month";

    private VolumeName() {}

    /** The cap's id that it takes the place of. */
    public static String of(boolean live) {
        return live ? REAL : SANDBOX;
    }

    /** Whether a counter of such an id, alone or with its subject, is one. */
    public static boolean is(String cap) {
        int colon = cap.indexOf(':');
        String id = colon < 0 ? cap : cap.substring(0, colon);
        return id.equals(REAL) || id.equals(SANDBOX);
    }
}
