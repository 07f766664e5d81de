package tollgate.config;

import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which providers make an answer to its end, and bill all of it, after its connection was closed. Stateless.
 *
 * <p>Those that are known to stop are not among them, nor those that nobody knows about: to read on costs a client what it
 * did not want, to leave costs the operator what the provider bills beyond it. Who stops and who does not, a router that
 * pays them all says (openrouter.ai/docs/api-reference/streaming, Stream Cancellation).
 */
final class LeftStreams {
    private static final Set<String> DIALECTS = Set.of("bedrock", "gemini");
    private static final Set<String> HOSTS = Set.of(
            "groq.com",
            "mistral.ai",
            "perplexity.ai",
            "huggingface.co",
            "aliyuncs.com",
            "sambanova.ai",
            "minimax.io",
            "googleapis.com",
            // whoever stands behind it
            "openrouter.ai");

    private LeftStreams() {}

    /** Whether a stream of theirs is read to its end; null: where not all of its output is visible. */
    static @Nullable Boolean drained(String dialect, URI url) {
        String host = url.getHost();
        boolean goesOn = DIALECTS.contains(dialect)
                || (host != null && HOSTS.stream().anyMatch(each -> host.equals(each) || host.endsWith("." + each)));
        return goesOn ? Boolean.TRUE : null;
    }
}
