package tollgate.simulator;

import java.util.List;

/** The bytes of one answer. Deterministic. */
interface Answer {
    /** It comes as an event stream. */
    boolean stream();

    /** The media type of the stream. */
    default String streamType() {
        return "text/event-stream; charset=utf-8";
    }

    /** The answer as one document. */
    byte[] document();

    /** The answer as the events of a stream, each with its blank line. */
    List<byte[]> events();
}
