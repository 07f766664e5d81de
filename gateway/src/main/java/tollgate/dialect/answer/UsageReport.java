package tollgate.dialect.answer;

import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/**
 * What an answer has told of its usage up to one of its usage objects. Immutable.
 *
 * @param usage the counts, in disjoint classes
 * @param reasoning the share of the output that was reasoning, for information
 * @param inputUntold the input is not told: what the usage has of it is nothing
 * @param outputUntold the output is not told, or only how it begins
 * @param doubtful something in it was negative, absurd, contradictory or no number
 * @param tier the service tier or speed, as said here; null: not said
 * @param region where it ran, as said here; null: not said
 * @param cost what the provider says that it costs; null: not said
 */
public record UsageReport(
        Usage usage,
        long reasoning,
        boolean inputUntold,
        boolean outputUntold,
        boolean doubtful,
        @Nullable String tier,
        @Nullable String region,
        @Nullable Usd cost) {
    /** A report that does not say what it costs. */
    public UsageReport(
            Usage usage,
            long reasoning,
            boolean inputUntold,
            boolean outputUntold,
            boolean doubtful,
            @Nullable String tier,
            @Nullable String region) {
        this(usage, reasoning, inputUntold, outputUntold, doubtful, tier, region, null);
    }

    /** Makes sense of the usage objects of one answer, in the order they come. May remember earlier ones. */
    @FunctionalInterface
    public interface Reader {
        /**
         * Reads one; never throws, whatever it holds.
         *
         * @param bytes its JSON, from the first byte on
         * @param length how many bytes; 0 where its document tells of use in another way
         * @param rank where it stood in its document
         * @return null where it tells nothing: what was reported before stands
         */
        @Nullable
        UsageReport read(byte[] bytes, int length, int rank);
    }
}
