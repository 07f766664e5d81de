package tollgate.dialect.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Relay;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;

class AzureDialectTest {
    private static final AzureDialect DIALECT = new AzureDialect();
    private static final String CHAT = "/openai/deployments/our-gpt/chat/completions";

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        CHAT + ", chat",
        "/openai/deployments/our-gpt/completions, completions",
        "/openai/deployments/our-gpt/embeddings, embeddings",
        "/openai/deployments/our-gpt/responses, ",
        "/openai/deployments/our-gpt/images/generations, ",
        "/openai/deployments/our%2Dgpt/chat/completions, ",
        "/openai/deployments//chat/completions, ",
        "/openai/deployments/a/b/chat/completions, ",
        "/openai/v1/chat/completions, chat",
        "/openai/v1/embeddings, embeddings",
        "/openai/v1/responses, responses",
        "/openai/v1/moderations, ",
        "/v1/chat/completions, ",
        "/openai/chat/completions, ",
    })
    void what_is_metered(String path, @Nullable String service) {
        Service asked = DIALECT.service("POST", path);
        assertThat(asked == null ? null : asked.wireName()).isEqualTo(service);
        assertThat(DIALECT.service("GET", path)).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a deployment is named by the path,                  " + CHAT + ",                 , our-gpt",
        "whatever the body says: it is not read there,       " + CHAT + ",          cheaper, our-gpt",
        "below v1 the body names it,       /openai/v1/chat/completions,            our-gpt, our-gpt",
    })
    void whose_price_it_is(String story, String path, @Nullable String model, String priced) {
        String body = "{" + (model == null ? "" : "\"model\":\"" + model + "\",") + "\"messages\":[]}";
        RequestReading reading = DIALECT.read(Service.CHAT, path, Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
        assertThat(((RequestReading.Understood) reading).request().model()).isEqualTo(priced);
    }

    @Test
    void below_v1_a_model_is_needed() {
        RequestReading reading = DIALECT.read(
                Service.CHAT,
                "/openai/v1/chat/completions",
                Unpooled.copiedBuffer("{\"messages\":[]}", StandardCharsets.UTF_8));
        assertThat(((RequestReading.Refused) reading).param()).isEqualTo("model");
    }

    @Test
    void our_key_is_borne_as_azure_wants_it() {
        Map<String, String> fields = new HashMap<>();
        DIALECT.authorize("k", fields::put);
        assertThat(fields).containsExactly(Map.entry("api-key", "k"));
        assertThat(DIALECT.addressed("/openai/whatever", name -> false)).isTrue();
        assertThat(DIALECT.addressed("/v1/models", "api-key"::equals)).isTrue();
        assertThat(DIALECT.addressed("/v1/models", name -> false)).isFalse();
    }

    static Stream<Recording> recordings() {
        List<Recording> found = Recordings.in("azure-chat");
        return found.isEmpty() ? Stream.of(Recording.NONE) : found.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void filter_results_are_neither_usage_nor_an_end(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        for (boolean hidden : new boolean[] {false, true}) {
            byte[] body = recording.body();
            Relay relay = Relay.of(DIALECT, Service.CHAT, body, recording.stream(), hidden && recording.stream())
                    .scanAll(5);
            if (recording.status() != 200) {
                assertThat(relay.facts().usage()).isNull();
                continue;
            }
            assertThat(Objects.requireNonNull(relay.facts().usage()).inputTokens())
                    .isEqualTo(recording.input());
            assertThat(relay.facts().usage().outputTokens()).isEqualTo(recording.output());
            assertThat(relay.facts().model()).isNotBlank();
            // hidden where nobody asked: the usage event alone
            assertThat(body.length - relay.bytes().length).isBetween(0, hidden && recording.stream() ? 1_200 : 0);
        }
    }
}
