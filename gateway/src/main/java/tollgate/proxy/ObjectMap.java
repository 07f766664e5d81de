package tollgate.proxy;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import tollgate.dialect.ObjectCall;
import tollgate.identity.KeyIdentity;

/**
 * Who made what providers keep. All projects share the gateway's account at a provider, which would show everybody's to
 * everyone: whatever is not in this map, or is another's, is not there. The assembly implements it. Thread-safe.
 */
public interface ObjectMap {
    /**
     * Something that a provider keeps.
     *
     * @param upstream name of the upstream that has it
     * @param id as the provider names it
     * @param owner whose it is, as {@link #owner} says
     * @param live made for real money
     * @param exchange that made it
     */
    record Made(String upstream, ObjectCall.Kind kind, String id, String owner, boolean live, String exchange) {}

    /** Whose is what a key makes: its project's; of a key without one its wallet's. */
    static String owner(KeyIdentity key) {
        return key.project() != null ? "project:" + key.project() : "wallet:" + key.wallet();
    }

    /** Something was made. Never blocks; a moment later it is in the books, at once it is known here. */
    void made(Made made);

    /**
     * The name of the upstream that keeps something for a key.
     *
     * @return empty where there is no such thing, or it is another's; fails where nobody can tell right now
     */
    CompletionStage<Optional<String>> find(KeyIdentity key, ObjectCall.Kind kind, String id);

    /** Something was deleted. Never blocks. */
    void gone(String upstream, String id);
}
