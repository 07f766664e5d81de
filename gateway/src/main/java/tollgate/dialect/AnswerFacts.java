package tollgate.dialect;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/** What one answer has said so far. A live view, confined to its scanner's thread. */
public interface AnswerFacts {
    /** The usage as last reported, in disjoint classes; null while none was. A reported zero is zero. */
    @Nullable
    Usage usage();

    /** That report does not tell the input: what it has of it is nothing. A reported zero is told. */
    boolean inputUntold();

    /** The same of the output. */
    boolean outputUntold();

    /** The share of the reported output that was reasoning, for information. */
    long reasoningTokens();

    /** How many events reported usage; more than one: the last replaces the others. */
    int usageReports();

    /** The reported counts contradict each other, are negative or absurd; they were made sense of as well as possible. */
    boolean usageDoubtful();

    /** Numbers of the reported usage that nobody takes into account, as people read them; null: there are none. */
    default @Nullable String unknownCounts() {
        return null;
    }

    /** The exact model that answered, as last named. */
    @Nullable
    String model();

    /** The service tier, or the speed, that answered, as last named. */
    @Nullable
    String serviceTier();

    /** Where it ran, as last named. */
    @Nullable
    String region();

    /** What the provider says that the answer costs, as last said; null: it does not say. */
    @Nullable
    Usd reportedCost();

    /** An error was reported inside the answer. */
    boolean error();

    /** The code of that error, else its type. */
    @Nullable
    String errorCode();

    /**
     * Events with content of the dialect: neither terminators nor comments, and of a dialect that frames its texts by many
     * events of their own, no more than two of those. A whole answer is one.
     */
    int events();

    /** Events, or whole answers, that are not the JSON of this dialect. */
    int malformed();

    /** The terminator was seen (stream), or the document is complete and of this dialect (whole answer). */
    boolean complete();

    /** The id under which the provider keeps the answer, as first named; null: none was named. */
    default @Nullable String objectId() {
        return null;
    }

    /** Those of its items, as far as they have been named. A live view. */
    default List<String> itemIds() {
        return List.of();
    }

    /** How far a whole answer that is made later has come, as last named ({@code queued}, {@code completed}); null: not said. */
    default @Nullable String status() {
        return null;
    }

    /** UTF-8 bytes of generated strings: what an estimate of a cut answer starts from. */
    long contentBytes();

    /** {@link #contentBytes()} as it stood when usage was last reported. */
    long contentBytesAtUsage();

    /**
     * A bound of generated tokens: UTF-8 bytes of all strings in deltas, and what frames tool calls, blocks and items. What
     * frames each choice is not in it: nobody can tell from an event whether it is the first one of its choice.
     */
    long boundUnits();

    /** Bytes dropped because they followed the terminator. */
    long bytesAfterTerminator();
}
