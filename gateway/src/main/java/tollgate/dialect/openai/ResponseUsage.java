package tollgate.dialect.openai;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.answer.UsageReport;
import tollgate.pricing.Usage;

/**
 * What a response has told of its use: the tokens that its usage object counts, and the calls of the provider's own tools,
 * which its items show. Before there is a usage object, the calls are all that is told.
 */
final class ResponseUsage implements UsageReport.Reader {
    private final ResponseDocument document;

    ResponseUsage(ResponseDocument document) {
        this.document = document;
    }

    @Override
    public @Nullable UsageReport read(byte[] bytes, int length, int rank) {
        ToolCalls calls = document.calls();
        Usage called = calls.usage();
        TokenCounts counts = length == 0 ? null : TokenCounts.read(bytes, length, false);
        if (counts == null) {
            return called.asMap().isEmpty()
                    ? null
                    : new UsageReport(called, 0, true, true, calls.doubtful(), null, null);
        }
        return new UsageReport(
                counts.usage().plus(called),
                counts.reasoning(),
                counts.promptUntold(),
                counts.completionUntold(),
                counts.doubtful() || calls.doubtful(),
                null,
                null,
                counts.cost());
    }
}
