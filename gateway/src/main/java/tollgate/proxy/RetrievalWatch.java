package tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Dialect;
import tollgate.dialect.Service;
import tollgate.metering.Observed;

/**
 * Reads along where a client retrieves an answer that is still made: what it has had of it is owed, also where it calls the rest
 * off and the provider says nothing of what it made. A stream that is taken up amid the answer is counted as if all before it
 * had been as dense.
 *
 * <p>Confined to the connection's event loop.
 */
final class RetrievalWatch {
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AnswerScanner scanner;
    private final Consumer<Observed> tell;
    private final long after;
    private long events;
    private boolean lineBegins = true;
    private long toldBytes;
    private long toldNanos = System.nanoTime() - TELL_NANOS;

    private RetrievalWatch(AnswerScanner scanner, long after, Consumer<Observed> tell) {
        this.scanner = scanner;
        this.after = after;
        this.tell = tell;
    }

    /**
     * A watch over an answer whose head has come; null where it is not one of the dialect's that can be read.
     *
     * @param query of the request
     * @param tell is told of more, at once and every second
     */
    static @Nullable RetrievalWatch of(
            Dialect dialect, HttpHeaders head, @Nullable String query, Consumer<Observed> tell) {
        if (!head.get(HttpHeaderNames.CONTENT_ENCODING, "identity").equalsIgnoreCase("identity")) {
            return null;
        }
        boolean stream = head.get(HttpHeaderNames.CONTENT_TYPE, "")
                .toLowerCase(Locale.ROOT)
                .startsWith("text/event-stream");
        AnswerScanner scanner = dialect.scanner(Service.RESPONSES, new AnswerShape(stream, false, false));
        return new RetrievalWatch(scanner, stream ? after(query) : 0, tell);
    }

    private static long after(@Nullable String query) {
        List<String> given = query == null
                ? List.of()
                : new QueryStringDecoder(query, false).parameters().getOrDefault("starting_after", List.of());
        return given.size() == 1 && given.getFirst().matches("\\d{1,9}") ? Long.parseLong(given.getFirst()) : 0;
    }

    void saw(ByteBuf slice) {
        scanner.scan(slice);
        for (int i = slice.readerIndex(); after > 0 && i < slice.writerIndex(); i++) {
            byte next = slice.getByte(i);
            events += lineBegins && next == 'd' ? 1 : 0;
            lineBegins = next == '\n' || next == '\r';
        }
        if (System.nanoTime() - toldNanos > TELL_NANOS) {
            tell();
        }
    }

    /** Nothing more comes. */
    void ends() {
        tell();
    }

    private void tell() {
        AnswerFacts facts = scanner.facts();
        if (facts.contentBytes() > toldBytes && !JobLook.isOver(facts.status())) {
            toldBytes = facts.contentBytes();
            toldNanos = System.nanoTime();
            tell.accept(Observed.of(facts).after(after, events));
        }
    }
}
