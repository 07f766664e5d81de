package tollgate.dialect;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One provider family's wire language. Stateless and thread-safe; the scanners it makes are not.
 */
public interface Dialect {
    /** The name in configuration and metrics: {@code openai}. */
    String name();

    /**
     * What a method and a raw path (no query) ask for.
     *
     * @return null where the path is not metered, which is answered 404: nothing passes unpaid
     */
    @Nullable
    Service service(String method, String path);

    /**
     * What a method and a raw path (no query) do with something that the provider keeps.
     *
     * @return null where they do nothing of the kind, or show what is not asked for by its id: others' would be there, too
     */
    default @Nullable ObjectCall objectCall(String method, String path) {
        return null;
    }

    /**
     * Reads the body of a request about something that the provider keeps, for what else of that it names.
     *
     * @param body not empty; as in {@link #read(Service, String, ByteBuf)}
     */
    default RequestReading readObject(ObjectCall call, ByteBuf body) {
        throw new IllegalArgumentException("call: " + call + " (expected: one that the dialect has)");
    }

    /**
     * Whether what is asked for, metered or not, is asked by a client of this dialect: its refusal is in its shape then.
     *
     * @param header whether a field of a name is in the request's head
     */
    boolean addressed(String path, Predicate<String> header);

    /** The kinds of work that the dialect's paths ask for. */
    Set<Service> services();

    /** Whose rate cards go first for what is asked for here, by their {@code provider}. */
    default String provider() {
        return name();
    }

    /** The paths at which clients of the dialect ask which models there are; behind them, for one of these. */
    default List<String> modelPaths() {
        return List.of("/v1/models");
    }

    /** The document that lists models. */
    String modelList(List<OfferedModel> models);

    /** The document of one model. */
    String model(OfferedModel model);

    /**
     * Reads a whole request body in one pass, without moving its indices, retaining or changing it.
     *
     * @param service what is asked for, as {@link #service} says
     * @param path the raw path, which in some dialects names the model
     * @param body contiguous or composite; the caller keeps and releases it
     */
    RequestReading read(Service service, String path, ByteBuf body);

    /**
     * The raw path that asks the same of another model: the same one, where the body names the model.
     *
     * @param path one that is metered
     * @param model a name of ASCII without spaces
     * @return null where that model cannot be asked the same
     */
    default @Nullable String naming(String path, String model) {
        return path;
    }

    /**
     * How an answer that succeeded is framed: its own head decides, not what was wished for.
     *
     * @param request what was asked
     * @param contentType the answer's media type, in lower case; empty where it has none
     */
    default AnswerShape.Form form(MeteredRequest request, String contentType) {
        return contentType.startsWith("text/event-stream") ? AnswerShape.Form.EVENTS : AnswerShape.Form.WHOLE;
    }

    /**
     * Whether a field of the query may go to the upstream: none may that makes an answer look other than it is read.
     *
     * @param name decoded
     * @param value decoded
     */
    default boolean takesQuery(String name, String value) {
        return true;
    }

    /**
     * Whether a field of a request's head may go to the upstream: none may that bills besides what the body says.
     *
     * @param name in lower case
     */
    default boolean takesField(String name, String value) {
        return true;
    }

    /**
     * Whether its libraries bear trailers behind a stream.
     *
     * @param http2 over HTTP/2, else over HTTP/1.1
     */
    default boolean takesTrailers(boolean http2) {
        return true;
    }

    /** A scanner for one answer of the given shape. */
    AnswerScanner scanner(Service service, AnswerShape shape);

    /**
     * The same, where the path that was asked or the head of the answer say how it is to be read.
     *
     * @param path the raw path
     * @param field the value of a field of the answer's head by its name; null where it has none
     */
    default AnswerScanner scanner(
            MeteredRequest request, String path, AnswerShape shape, Function<String, @Nullable String> field) {
        return scanner(request.service(), shape);
    }

    /**
     * How a request shows who asks.
     *
     * @param apiKey our own key at the upstream
     * @param field takes the name and the value of a header field
     */
    void authorize(String apiKey, BiConsumer<String, String> field);

    /**
     * Whether an upstream's error says that the account it was asked with is at fault (its key, its quota, its bills), and
     * not the request or the moment.
     *
     * @param document the error as it came, decoded; of any form
     */
    boolean blamesAccount(byte[] document);

    /**
     * The body of a refusal, for an answer that has not begun.
     *
     * @param exchange the exchange's id; null where it has none
     */
    ErrorBody error(Refusal refusal, @Nullable String exchange);

    /**
     * How the head of an answer tells what is left of a limit, in the form that the provider's own limits have.
     *
     * @param field takes the name and the value of a header field
     */
    default void tell(Allowance left, BiConsumer<String, String> field) {}

    /**
     * The event that ends a stream which has begun, as a whole block up to and including its blank line; of a sequence, its
     * last document and what closes it.
     *
     * @param service what the stream answers
     * @param form how it is framed
     * @param exchange the exchange's id
     * @param comment an announcement's line for inside the block ({@link Announcement#comment()}), or null for none
     */
    byte[] errorEvent(
            Service service, AnswerShape.Form form, Refusal refusal, String exchange, byte @Nullable [] comment);
}
