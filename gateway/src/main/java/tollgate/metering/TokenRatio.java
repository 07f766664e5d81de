package tollgate.metering;

/**
 * What the generated text of one family of models comes to in tokens, as its recorded answers have it. Immutable.
 *
 * <p>An estimate is what nine of ten recorded answers had at least, so that a cut answer seldom costs more than the whole
 * would have; it grows with what came, and never falls. Where a stream brings a token an event, its events count instead.
 *
 * @param family whose models
 * @param low tokens in a million bytes that nine of ten recorded answers had at least
 * @param high those that one of ten had at least
 * @param recordings how many answers that is from
 * @param middleError percent of the reported tokens by which the answer in the middle is missed, each left out in turn;
 *     below 0: too low
 * @param ninthError percent by which one of ten is missed more, this way or that
 */
record TokenRatio(String family, long low, long high, int recordings, int middleError, int ninthError) {
    private static final long MILLION = 1_000_000;
    /** A role and a finish: a stream has an event of each for every choice. */
    private static final long EVENTS_WITHOUT_TOKENS = 2;

    /** The tokens of so many bytes. */
    long tokens(long bytes) {
        return share(bytes, low);
    }

    /**
     * The tokens of an answer that came so far; 0 only of none.
     *
     * @param bytes of generated text
     * @param events with content of the dialect
     */
    long tokens(long bytes, int events, int choices) {
        if (bytes == 0) {
            return 0;
        }
        long told = events - EVENTS_WITHOUT_TOKENS * choices;
        return Math.max(1, Math.clamp(told, share(bytes, low), share(bytes, high)));
    }

    private static long share(long bytes, long ratio) {
        return bytes <= Long.MAX_VALUE / MILLION ? bytes * ratio / MILLION : bytes / MILLION * ratio;
    }

    /** How an estimate came about and how far it may be off, as people read it. */
    String reason() {
        return "estimated from its text by the ratio of " + family + " (" + recordings + " recordings, missed by "
                + middleError + " % in the middle, by up to " + ninthError
                + " % in nine of ten; calls of tools and hidden"
                + " reasoning are told low)";
    }
}
