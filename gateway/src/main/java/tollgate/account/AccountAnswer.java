package tollgate.account;

/** An answer to a key holder. */
public sealed interface AccountAnswer {
    /** One JSON document. */
    record Found(String json) implements AccountAnswer {}

    /** Nothing of that name that this key may see. */
    record NotFound(String what) implements AccountAnswer {}

    /** Cannot be said right now. */
    record Unavailable(String why) implements AccountAnswer {}
}
