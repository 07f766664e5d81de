package tollgate.dialect;

/**
 * How an answer is to be read.
 *
 * @param eventStream the upstream answered with {@code text/event-stream}; otherwise the answer is one whole document
 * @param hideUsage the usage event was asked for by us, not by the client, and is dropped on the way
 * @param costInUsage the charge is to be told inside the usage object, whose event is therefore withheld
 */
public record AnswerShape(boolean eventStream, boolean hideUsage, boolean costInUsage) {}
