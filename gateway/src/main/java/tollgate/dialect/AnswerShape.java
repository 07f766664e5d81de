package tollgate.dialect;

/**
 * How an answer is to be read.
 *
 * @param form how its documents are framed
 * @param hideUsage the usage event was asked for by us, not by the client, and is dropped on the way
 * @param costInUsage the charge is to be told inside the usage object, whose event is therefore withheld
 */
public record AnswerShape(Form form, boolean hideUsage, boolean costInUsage) {
    /** How the documents of an answer are framed. */
    public enum Form {
        /** One document. */
        WHOLE,
        /** Server-sent events, a document each. */
        EVENTS,
        /** Documents one after the other: each on a line of its own, or all of them inside one array. */
        SEQUENCE,
        /** Binary frames with checksums, a document each. */
        FRAMES
    }

    /**
     * An event stream, or one document.
     *
     * @param eventStream the upstream answered with {@code text/event-stream}
     */
    public AnswerShape(boolean eventStream, boolean hideUsage, boolean costInUsage) {
        this(eventStream ? Form.EVENTS : Form.WHOLE, hideUsage, costInUsage);
    }
}
