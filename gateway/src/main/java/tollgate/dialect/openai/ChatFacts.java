package tollgate.dialect.openai;

import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerFacts;
import tollgate.pricing.Usage;

/** What one chat answer has said so far; filled by its scanner. */
final class ChatFacts implements AnswerFacts {
    final ChatDocument document = new ChatDocument();

    private @Nullable Usage usage;
    private long reasoningTokens;
    private int usageReports;
    private boolean usageDoubtful;
    private boolean inputUntold;
    private boolean outputUntold;
    private boolean error;
    private @Nullable String errorCode;
    private int events;
    private int malformed;
    private long contentBytesAtUsage;
    boolean complete;
    long bytesAfterTerminator;

    /** One event, or the whole answer, has been read. */
    void documentEnds(boolean namedError) {
        events++;
        if (!document.isObject()) {
            malformed++;
            error |= namedError;
            return;
        }
        if (document.isError() || namedError) {
            error = true;
            Capture failure = document.failure();
            if (failure.isWhole()) {
                errorCode = ErrorObject.code(failure.bytes(), failure.length());
            }
        }
        Capture reported = document.usage();
        if (reported.isWhole()) {
            TokenCounts read = TokenCounts.read(reported.bytes(), reported.length());
            if (read != null) {
                usage = read.usage();
                reasoningTokens = read.reasoning();
                usageReports++;
                usageDoubtful = read.doubtful();
                inputUntold = read.promptUntold();
                outputUntold = read.completionUntold();
                contentBytesAtUsage = document.contentBytes();
            }
        }
    }

    @Override
    public @Nullable Usage usage() {
        return usage;
    }

    @Override
    public long reasoningTokens() {
        return reasoningTokens;
    }

    @Override
    public int usageReports() {
        return usageReports;
    }

    @Override
    public boolean usageDoubtful() {
        return usageDoubtful;
    }

    @Override
    public boolean inputUntold() {
        return inputUntold;
    }

    @Override
    public boolean outputUntold() {
        return outputUntold;
    }

    @Override
    public @Nullable String model() {
        return document.model();
    }

    @Override
    public @Nullable String serviceTier() {
        return document.tier();
    }

    @Override
    public boolean error() {
        return error;
    }

    @Override
    public @Nullable String errorCode() {
        return errorCode;
    }

    @Override
    public int events() {
        return events;
    }

    @Override
    public int malformed() {
        return malformed;
    }

    @Override
    public boolean complete() {
        return complete;
    }

    @Override
    public long contentBytes() {
        return document.contentBytes();
    }

    @Override
    public long contentBytesAtUsage() {
        return contentBytesAtUsage;
    }

    @Override
    public long boundUnits() {
        return document.boundUnits();
    }

    @Override
    public long bytesAfterTerminator() {
        return bytesAfterTerminator;
    }
}
