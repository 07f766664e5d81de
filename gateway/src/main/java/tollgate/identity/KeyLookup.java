package tollgate.identity;

/** What became of the question who a secret stands for. */
public sealed interface KeyLookup {
    /** A good key. */
    record Known(KeyIdentity key) implements KeyLookup {}

    /** No key, or one that is revoked, has expired or is not for applications. */
    record Unknown() implements KeyLookup {}

    /** Nobody was asked: too many unknown keys came from the address, or too many look-ups are under way. */
    record TooMany() implements KeyLookup {}
}
