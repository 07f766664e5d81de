package tollgate.metering;

/**
 * The life of one hold, as a machine that is told what happens and says what to do. Pure: it sends nothing and knows no
 * time. Confined to its exchange's event loop.
 *
 * <p>However replies are lost, late or repeated: a request is forwarded only while its hold is placed, at most one
 * settlement is asked for, exactly one where money may have been set aside, and none where none was.
 *
 * <pre>
 * PLACING ── placed ──▶ OPEN ── ended ──▶ SETTLING ── settled ──▶ FINAL
 *    │ ╲                                      ▲
 *    │  ╲── no reply, or ended: release ──────┘
 *    └───── refused ─────────────────────────────────────────────▶ FINAL
 * </pre>
 */
public final class HoldState {
    /** Where a hold stands. */
    public enum Phase {
        /** The place was sent; no reply yet. */
        PLACING,
        /** Money is set aside. */
        OPEN,
        /** The final total is journalled and sent; no reply yet. */
        SETTLING,
        /** Over. */
        FINAL
    }

    private Phase phase = Phase.PLACING;
    private int generation = 1;
    private boolean stopped;
    private boolean released;
    private boolean announced;

    /** Where the hold stands now. */
    public Phase phase() {
        return phase;
    }

    /** How often the hold has been placed. */
    public int generation() {
        return generation;
    }

    /** Takes an event in; returns the one thing to do. */
    public HoldAction on(HoldEvent event) {
        return switch (phase) {
            case PLACING -> placing(event);
            case OPEN -> open(event);
            case SETTLING -> settling(event);
            case FINAL -> HoldAction.NOTHING;
        };
    }

    private HoldAction placing(HoldEvent event) {
        return switch (event) {
            case PLACED -> {
                phase = Phase.OPEN;
                yield HoldAction.FORWARD;
            }
            case REFUSED -> {
                phase = Phase.FINAL;
                yield HoldAction.REFUSE;
            }
            case PLACE_UNKNOWN, ENDED -> {
                phase = Phase.SETTLING;
                released = true;
                yield HoldAction.RELEASE;
            }
            case RENEWED,
                    RENEWAL_UNKNOWN,
                    HOLD_MISSING,
                    HOLD_OVER,
                    NOT_FORWARDED,
                    SETTLED,
                    SETTLE_REFUSED,
                    SETTLE_UNKNOWN -> HoldAction.NOTHING;
        };
    }

    private HoldAction open(HoldEvent event) {
        return switch (event) {
            case ENDED -> {
                phase = Phase.SETTLING;
                yield HoldAction.SETTLE;
            }
            case NOT_FORWARDED -> {
                phase = Phase.SETTLING;
                released = true;
                yield HoldAction.RELEASE;
            }
            case HOLD_MISSING -> {
                if (generation > 1) {
                    yield stop();
                }
                generation++;
                yield HoldAction.PLACE_AGAIN;
            }
            // refused: the second place; settled: somebody else ended the exchange
            case HOLD_OVER, REFUSED, SETTLED -> stop();
            // an unknown second place shows at the next renewal
            case PLACED, PLACE_UNKNOWN, RENEWED, RENEWAL_UNKNOWN, SETTLE_REFUSED, SETTLE_UNKNOWN -> HoldAction.NOTHING;
        };
    }

    private HoldAction settling(HoldEvent event) {
        return switch (event) {
            case SETTLED -> {
                phase = Phase.FINAL;
                yield announce(HoldAction.ANNOUNCE);
            }
            case SETTLE_REFUSED -> {
                phase = Phase.FINAL;
                yield announce(HoldAction.ANNOUNCE_WITHOUT_BALANCE);
            }
            case SETTLE_UNKNOWN -> announce(HoldAction.ANNOUNCE_WITHOUT_BALANCE);
            // late replies of the place: what follows it settles it
            case PLACED,
                    REFUSED,
                    PLACE_UNKNOWN,
                    RENEWED,
                    RENEWAL_UNKNOWN,
                    HOLD_MISSING,
                    HOLD_OVER,
                    NOT_FORWARDED,
                    ENDED -> HoldAction.NOTHING;
        };
    }

    private HoldAction stop() {
        if (stopped) {
            return HoldAction.NOTHING;
        }
        stopped = true;
        return HoldAction.STOP;
    }

    private HoldAction announce(HoldAction announcement) {
        if (released || announced) {
            return HoldAction.NOTHING;
        }
        announced = true;
        return announcement;
    }
}
