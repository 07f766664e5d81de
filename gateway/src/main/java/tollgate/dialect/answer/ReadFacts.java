package tollgate.dialect.answer;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/** What one answer has said so far; filled by its scanner. */
public final class ReadFacts implements AnswerFacts {
    final AnswerDocument document;

    private final UsageReport.Reader reader;
    private final @Nullable String served;
    private @Nullable UsageReport report;
    private @Nullable String unknownCounts;
    private int usageReports;
    private boolean error;
    private @Nullable String errorCode;
    private int events;
    private int malformed;
    private long contentBytesAtUsage;
    private long unreadBytes;
    private boolean lost;
    boolean complete;
    long bytesAfterTerminator;

    /** Facts of an answer that nothing has come of. */
    public ReadFacts(AnswerDocument document, UsageReport.Reader reader) {
        this(document, reader, null);
    }

    /**
     * The same.
     *
     * @param served the model that answers, whatever name the answer bears; null: the answer says so
     */
    public ReadFacts(AnswerDocument document, UsageReport.Reader reader, @Nullable String served) {
        this.document = document;
        this.reader = reader;
        this.served = served;
    }

    /** A scanner of an answer of this shape, which fills these facts. */
    public AnswerScanner scanner(AnswerShape shape) {
        return switch (shape.form()) {
            case EVENTS -> new EventStreamScanner(this, shape);
            case SEQUENCE -> new SequenceScanner(this, shape);
            case WHOLE -> new WholeAnswerScanner(this);
            case FRAMES -> new FrameScanner(this, null);
        };
    }

    /** A scanner of frames that each have a document in the base64 of a field, which fills these facts. */
    public AnswerScanner chunks() {
        return new FrameScanner(this, new ChunkPayload(document));
    }

    /** What came says of itself that it is an error. */
    void failed(String code) {
        events++;
        error = true;
        errorCode = code;
    }

    /** One event, or the whole answer, has been read. */
    void documentEnds(boolean namedError) {
        events++;
        document.ends();
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
        if (document.tells()) {
            Capture reported = document.usage();
            int length = reported.isWhole() ? reported.length() : 0;
            UsageReport read = reader.read(reported.bytes(), length, document.usageRank());
            if (read != null) {
                report = read;
                usageReports++;
                contentBytesAtUsage = contentBytes();
                String unknown = UnknownCounts.find(reported.bytes(), length);
                unknownCounts = unknown == null ? unknownCounts : unknown;
            }
        }
    }

    /** What came is no document at all. */
    void notDocument() {
        malformed++;
    }

    /** So much of the answer could not be read: all of it may be text, and counts as that. */
    void unread(long bytes) {
        unreadBytes += bytes;
    }

    /** The same, and of what follows nothing can be read either: what was reported before is not the whole. */
    void lost(long bytes) {
        unreadBytes += bytes;
        lost |= bytes > 0;
    }

    @Override
    public @Nullable Usage usage() {
        return report == null ? null : report.usage();
    }

    @Override
    public long reasoningTokens() {
        return report == null ? 0 : report.reasoning();
    }

    @Override
    public int usageReports() {
        return usageReports;
    }

    @Override
    public boolean usageDoubtful() {
        return report != null && report.doubtful();
    }

    @Override
    public @Nullable String unknownCounts() {
        return unknownCounts;
    }

    @Override
    public boolean inputUntold() {
        return report != null && report.inputUntold();
    }

    @Override
    public boolean outputUntold() {
        return report != null && (report.outputUntold() || lost);
    }

    @Override
    public @Nullable String model() {
        return served != null ? served : document.model();
    }

    @Override
    public @Nullable String serviceTier() {
        return report == null || report.tier() == null ? document.tier() : report.tier();
    }

    @Override
    public @Nullable String region() {
        return report == null ? null : report.region();
    }

    @Override
    public @Nullable Usd reportedCost() {
        return report == null ? null : report.cost();
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
    public @Nullable String objectId() {
        return document.made().answer();
    }

    @Override
    public List<String> itemIds() {
        return document.made().items();
    }

    @Override
    public @Nullable String status() {
        return document.status();
    }

    @Override
    public int events() {
        return events - document.silentEvents();
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
        return document.contentBytes() + unreadBytes;
    }

    @Override
    public long contentBytesAtUsage() {
        return contentBytesAtUsage;
    }

    @Override
    public long boundUnits() {
        return document.boundUnits() + unreadBytes;
    }

    @Override
    public long bytesAfterTerminator() {
        return bytesAfterTerminator;
    }
}
