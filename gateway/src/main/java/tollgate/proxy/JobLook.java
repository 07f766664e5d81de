package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Dialect;
import tollgate.dialect.Service;
import tollgate.http.AnswerReceiver;
import tollgate.http.UpstreamFailure;

/**
 * One look at a job, at its provider: what it has come to is read as it comes, none of it kept.
 *
 * <p>Confined to its event loop.
 */
final class JobLook implements AnswerReceiver {
    private static final Set<String> OVER = Set.of("completed", "incomplete", "failed", "cancelled");

    /** What a look saw. */
    sealed interface Seen {
        /** It is over, as these facts say. */
        record Over(AnswerFacts facts) implements Seen {}

        /** It is still made; what there is of it so far. */
        record Running(AnswerFacts facts) implements Seen {}

        /** The provider knows no such job. */
        record Unknown() implements Seen {}

        /** Nothing can be said. */
        record Nothing(String why) implements Seen {}
    }

    private final AnswerScanner scanner;
    private final Consumer<Seen> then;
    private @Nullable Seen decided;
    private @Nullable Future<?> patience;
    private boolean told;

    JobLook(Dialect dialect, Consumer<Seen> then) {
        this.scanner = dialect.scanner(Service.RESPONSES, new AnswerShape(false, false, false));
        this.then = then;
    }

    /** Whether an answer that says so of itself will not change any more. */
    static boolean isOver(@Nullable String status) {
        return status != null && OVER.contains(status);
    }

    @Override
    public void onAttempt(int number, boolean reused) {}

    @Override
    public void onHead(int status, HttpHeaders headers, long contentLength) {
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
        String coding = headers.get(HttpHeaderNames.CONTENT_ENCODING, "identity");
        if (status == 404) {
            decided = new Seen.Unknown();
        } else if (status != 200) {
            decided = new Seen.Nothing("status " + status);
        } else if (!coding.equalsIgnoreCase("identity") || type.startsWith("text/event-stream")) {
            decided = new Seen.Nothing("an answer of " + type + ", " + coding);
        }
    }

    @Override
    public void onBody(ByteBuf slice) {
        if (decided == null) {
            scanner.scan(slice);
        }
        slice.release();
    }

    @Override
    public void onBatchEnd() {}

    @Override
    public void onEnd() {
        Seen already = decided;
        if (already != null) {
            tell(already);
            return;
        }
        scanner.end(true);
        AnswerFacts facts = scanner.facts();
        if (!facts.complete() || facts.objectId() == null) {
            tell(new Seen.Nothing("not a document of the dialect"));
        } else {
            tell(isOver(facts.status()) ? new Seen.Over(facts) : new Seen.Running(facts));
        }
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        tell(new Seen.Nothing(failure.kind().name()));
    }

    /** It could not be asked. */
    void failed(String why) {
        tell(new Seen.Nothing(why));
    }

    /** Ends it where no answer comes; to be cancelled once one has. */
    void patience(Future<?> ending) {
        if (told) {
            ending.cancel(false);
        } else {
            patience = ending;
        }
    }

    private void tell(Seen seen) {
        if (!told) {
            told = true;
            if (patience != null) {
                patience.cancel(false);
            }
            then.accept(seen);
        }
    }
}
