package tollgate.dialect.gemini;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.Service;
import tollgate.dialect.openai.OpenAiDialect;

/**
 * Google's Gemini API in OpenAI's language (ai.google.dev/gemini-api/docs/openai). Thinking stands in no count but the total.
 * Stateless and thread-safe.
 */
public final class GeminiOpenAiDialect extends OpenAiDialect {
    private static final String HERE = "/v1beta/openai";

    @Override
    public String name() {
        return "gemini";
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.CHAT, Service.EMBEDDINGS);
    }

    @Override
    protected @Nullable String below(String path) {
        return path.startsWith(HERE) ? path.substring(HERE.length()) : null;
    }

    @Override
    public boolean addressed(String path, Predicate<String> header) {
        return path.startsWith(HERE + "/");
    }

    @Override
    public String provider() {
        return "google";
    }

    @Override
    public List<String> modelPaths() {
        return List.of(HERE + "/models");
    }

    @Override
    public boolean takesQuery(String name, String value) {
        return SystemParameters.takes(name, value);
    }
}
