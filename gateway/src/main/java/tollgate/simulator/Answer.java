package tollgate.simulator;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/** The bytes of one answer. Deterministic. */
interface Answer {
    /** It comes as an event stream. */
    boolean stream();

    /** The media type of the stream. */
    default String streamType() {
        return "text/event-stream; charset=utf-8";
    }

    /** Adds to the head of a whole answer what is told there. */
    default void head(HttpHeaders headers) {}

    /** The answer as one document. */
    byte[] document();

    /** The answer as the events of a stream, each with its blank line. */
    List<byte[]> events();
}
