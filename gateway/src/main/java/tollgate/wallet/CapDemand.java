package tollgate.wallet;

/**
 * One cap that has to allow a hold: which counter, how much it may come to, and the windows that may be now. Immutable.
 *
 * @param cap its id
 * @param subject whose counter: an organisation, wallet, team, project, member or key
 * @param version of its definition: a counter that has seen a newer one refuses
 * @param reset the version of its definition when it was last reset; 0: never
 * @param unit what it counts
 * @param limit the most that may be spent and held; 0: nothing may. Of a bundle that holds an exchange again, what
 *     it held, of a volume what had been charged
 * @param stepMs milliseconds of one of the 60 buckets of a rolling window; 0: a window of the calendar, or for ever; of a rate
 *     of requests the milliseconds of its period
 * @param startMs when the window begins that is probably now, in milliseconds since 1970
 * @param endMs when it ends
 * @param nextEndMs when the window after it ends
 */
public record CapDemand(
        String cap,
        String subject,
        long version,
        long reset,
        CapUnit unit,
        long limit,
        long stepMs,
        long startMs,
        long endMs,
        long nextEndMs) {
    /** The end of a window that never ends. */
    public static final long NEVER_MS = 9_000_000_000_000_000L;

    /** The counter, as scripts name it. */
    String counter() {
        return cap + ":" + subject;
    }
}
