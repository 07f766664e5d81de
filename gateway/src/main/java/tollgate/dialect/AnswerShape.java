package tollgate.dialect;

/**
 * How an answer is to be read.
 *
 * @param eventStream the upstream answered with {@code text/event-stream}; otherwise the answer is one whole document
 * @param hideUsage the usage event was asked for by us, not by the client, and is dropped on the way
 */
public record AnswerShape(boolean eventStream, boolean hideUsage) {}
