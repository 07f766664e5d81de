package tollgate.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import tollgate.dialect.anthropic.AnthropicDialect;
import tollgate.dialect.azure.AzureDialect;
import tollgate.dialect.bedrock.BedrockDialect;
import tollgate.dialect.gemini.GeminiDialect;
import tollgate.dialect.gemini.GeminiOpenAiDialect;
import tollgate.dialect.ollama.OllamaDialect;
import tollgate.dialect.openai.OpenAiDialect;

/**
 * The dialects that are spoken: those built in, and before them those that stand on the class path and are named in
 * {@code META-INF/services/tollgate.dialect.Dialect}. Thread-safe.
 */
public final class Dialects {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    /** The last one is that of whoever does not say. */
    private static final List<Dialect> BUILT_IN = List.of(
            new AnthropicDialect(),
            new GeminiOpenAiDialect(),
            new GeminiDialect(),
            new AzureDialect(),
            new OllamaDialect(),
            new BedrockDialect(),
            new OpenAiDialect());

    private static final List<Dialect> ALL = with(ServiceLoader.load(Dialect.class));

    private Dialects() {}

    /** All of them, in the order in which they are asked whose a request is. */
    public static List<Dialect> all() {
        return ALL;
    }

    /** What they are called in a configuration. */
    public static List<String> names() {
        return ALL.stream().map(Dialect::name).distinct().sorted().toList();
    }

    /**
     * Those built in, and others before them.
     *
     * @throws IllegalStateException where another one has a name that is taken, or that is none
     */
    static List<Dialect> with(Iterable<Dialect> others) {
        List<Dialect> all = new ArrayList<>();
        for (Dialect other : others) {
            boolean taken = BUILT_IN.stream().anyMatch(own -> own.name().equals(other.name()))
                    || all.stream().anyMatch(before -> before.name().equals(other.name()));
            if (taken || !NAME.matcher(other.name()).matches()) {
                throw new IllegalStateException(other.getClass().getName() + ".name: '" + other.name()
                        + "' (expected: lower-case letters, digits and hyphens, a name that is not taken)");
            }
            all.add(other);
        }
        all.addAll(BUILT_IN);
        return List.copyOf(all);
    }
}
