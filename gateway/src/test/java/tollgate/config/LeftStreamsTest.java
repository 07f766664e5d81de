package tollgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a left stream where nobody says it: drained at providers that make and bill it to its end. */
class LeftStreamsTest {
    @ParameterizedTest(name = "{0} at {1}, told {2}: {3}")
    @CsvSource(
            nullValues = "-",
            value = {
                "openai,    https://api.openai.com,              -,      -",
                "anthropic, https://api.anthropic.com,           -,      -",
                "openai,    https://api.x.ai,                    -,      -",
                "ollama,    http://127.0.0.1:11434,              -,      -",
                "openai,    https://notgroq.com,                 -,      -",
                "gemini,    https://generativelanguage.googleapis.com, -, true",
                "bedrock,   https://bedrock-runtime.us-east-1.amazonaws.com, -, true",
                "openai,    https://api.groq.com/openai,         -,      true",
                "openai,    https://api.mistral.ai,              -,      true",
                "openai,    https://openrouter.ai/api,           -,      true",
                "openai,    https://openrouter.ai/api,           cancel, false",
                "openai,    https://api.openai.com,              drain,  true",
            })
    void a_default_is_what_the_provider_does(
            String dialect, URI url, @Nullable String told, @Nullable Boolean drained) {
        TollgateConfig config = ConfigFile.parse(
                "c.yaml",
                "upstreams: {a: {dialect: " + dialect + ", base_url: '" + url + "', api_key: k"
                        + (told == null ? "" : ", client_gone: " + told) + "}}",
                Map.of());
        assertThat(config.upstreams().getFirst().rules().drains()).isEqualTo(drained);
    }
}
