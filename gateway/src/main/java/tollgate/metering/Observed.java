package tollgate.metering;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerFacts;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/**
 * What one answer has said by the time its exchange ends. Immutable.
 *
 * @param usage as last reported; null: not reported. A reported zero is zero
 * @param inputUntold that report does not tell the input
 * @param outputUntold that report does not tell the output
 * @param model the exact model that answered, as last named
 * @param tier the service tier that answered, as last named
 * @param region where it ran, as last named
 * @param events events with content of the dialect; a whole answer is one
 * @param contentBytes UTF-8 bytes of generated strings
 * @param contentBytesAtUsage the same when usage was last reported
 * @param error an error was reported inside the answer
 * @param cost what the provider says that it costs, where its word goes before our rates; else null
 * @param elapsedMillis how long it has been since the request went out
 */
public record Observed(
        @Nullable Usage usage,
        boolean inputUntold,
        boolean outputUntold,
        @Nullable String model,
        @Nullable String tier,
        @Nullable String region,
        int events,
        long contentBytes,
        long contentBytesAtUsage,
        boolean error,
        @Nullable Usd cost,
        long elapsedMillis) {
    /** An answer that is priced by our rates. */
    public Observed(
            @Nullable Usage usage,
            boolean inputUntold,
            boolean outputUntold,
            @Nullable String model,
            @Nullable String tier,
            @Nullable String region,
            int events,
            long contentBytes,
            long contentBytesAtUsage,
            boolean error) {
        this(
                usage,
                inputUntold,
                outputUntold,
                model,
                tier,
                region,
                events,
                contentBytes,
                contentBytesAtUsage,
                error,
                null,
                0);
    }

    /** No byte of an answer came. */
    public static final Observed NOTHING = new Observed(null, false, false, null, null, null, 0, 0, 0, false);

    /** Something was reported, but only half of it. */
    boolean half() {
        return usage != null && (inputUntold || outputUntold);
    }

    /** The same, had nothing been reported. */
    Observed unreported() {
        return new Observed(
                null, false, false, model, tier, region, events, contentBytes, 0, error, null, elapsedMillis);
    }

    /** Something was made by then, as far as anybody saw. */
    public boolean hasContent() {
        return contentBytes > 0 || usage != null;
    }

    /**
     * The same of an answer that was taken up amid it, had all of it been as dense as what came.
     *
     * @param before pieces that it was not asked for
     * @param came pieces that came
     */
    public Observed after(long before, long came) {
        if (before <= 0 || came <= 0) {
            return this;
        }
        long all = came + before;
        long most = Long.MAX_VALUE / all;
        return new Observed(
                usage,
                inputUntold,
                outputUntold,
                model,
                tier,
                region,
                (int) Math.min(Integer.MAX_VALUE, Math.min(events, most) * all / came),
                Math.min(contentBytes, most) * all / came,
                contentBytesAtUsage,
                error,
                cost,
                elapsedMillis);
    }

    /**
     * The same, where a client has had so much of the answer: what its provider reports of all of it wins, a provider that reports
     * nothing does not make undone what was handed over.
     *
     * @param relayed what clients were given; null: nothing
     */
    public Observed atLeast(@Nullable Observed relayed) {
        if (relayed == null || usage != null || (relayed.usage == null && relayed.contentBytes <= contentBytes)) {
            return this;
        }
        return new Observed(
                relayed.usage,
                relayed.inputUntold,
                relayed.outputUntold,
                model == null ? relayed.model : model,
                tier == null ? relayed.tier : tier,
                region == null ? relayed.region : region,
                Math.max(events, relayed.events),
                Math.max(contentBytes, relayed.contentBytes),
                relayed.contentBytesAtUsage,
                error,
                cost,
                elapsedMillis);
    }

    /** An answer of which nothing is known but that it has had so many tokens at least. */
    public static Observed ofTokens(long output) {
        Usage some = Usage.builder().set(UnitClass.OUTPUT, output).build();
        // a byte a token: less than any text, so that an estimate by bytes never passes the count
        return new Observed(some, true, true, null, null, null, 0, output, 0, false);
    }

    /** What a scanner has seen up to now. */
    public static Observed of(AnswerFacts facts) {
        return of(facts, false);
    }

    /**
     * The same.
     *
     * @param costReported what the provider says that it costs is the cost
     */
    public static Observed of(AnswerFacts facts, boolean costReported) {
        return new Observed(
                facts.usage(),
                facts.inputUntold(),
                facts.outputUntold(),
                facts.model(),
                facts.serviceTier(),
                facts.region(),
                facts.events(),
                facts.contentBytes(),
                facts.contentBytesAtUsage(),
                facts.error(),
                costReported ? facts.reportedCost() : null,
                0);
    }

    /** The same, so long after the request went out. */
    public Observed lasting(long millis) {
        return new Observed(
                usage,
                inputUntold,
                outputUntold,
                model,
                tier,
                region,
                events,
                contentBytes,
                contentBytesAtUsage,
                error,
                cost,
                millis);
    }
}
