package tollgate.proxy;

import tollgate.dialect.Refusal;

/** What the gateway says itself to a key holder. */
sealed interface OwnAnswer {
    /** One JSON document. */
    record Json(String text) implements OwnAnswer {}

    /** A refusal, to be put into the dialect's shape. */
    record No(Refusal refusal) implements OwnAnswer {}
}
