package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.Splice;

/** Requests of embeddings, completions and moderations. */
class PromptRequestsTest {
    private static RequestReading read(Service service, String body) {
        ByteBuf buffer = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
        try {
            return new OpenAiDialect().read(service, "", buffer);
        } finally {
            buffer.release();
        }
    }

    private static MeteredRequest understood(Service service, String body) {
        RequestReading reading = read(service, body);
        assertThat(reading).as(body).isInstanceOf(RequestReading.Understood.class);
        return ((RequestReading.Understood) reading).request();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "one text                | \"hello\"              | 1 | 5",
                "texts                   | [\"a\",\"bcd\"]         | 2 | 4",
                "one list of tokens      | [1,22,333]             | 1 | 3",
                "lists of tokens         | [[1,22],[333],[4]]     | 3 | 4",
                "texts and tokens        | [\"ab\",[1]]            | 2 | 3",
                "no prompt at all        | []                     | 1 | 0",
                "an empty list of tokens | [[]]                   | 1 | 0",
                "UTF-8                   | \"漢\"                  | 1 | 3",
            })
    void prompts_are_counted_and_weigh_at_least_their_tokens(String story, String prompt, int prompts, long tokens) {
        MeteredRequest embeddings =
                understood(Service.EMBEDDINGS, "{\"model\":\"m\",\"input\":" + prompt + ",\"dimensions\":4}");
        assertThat(embeddings.extent().prompts()).isEqualTo(prompts);
        assertThat(embeddings.textBytes()).isBetween(tokens, tokens + 5L * prompts);
        assertThat(embeddings.ceiling()).isZero();
        assertThat(embeddings.stream()).isFalse();
        MeteredRequest completions = understood(
                Service.COMPLETIONS,
                "{\"prompt\":" + prompt + ",\"max_tokens\":9,\"best_of\":3,\"n\":2,\"model\":\"m\"}");
        assertThat(completions.extent().prompts()).isEqualTo(prompts);
        assertThat(completions.choices()).isEqualTo(3 * prompts);
        assertThat(completions.ceiling()).isEqualTo(9);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "EMBEDDINGS  | no model              | {\"input\":\"x\"}                              | model",
                "EMBEDDINGS  | no input              | {\"model\":\"m\"}                              | input",
                "EMBEDDINGS  | input as a number     | {\"model\":\"m\",\"input\":5}                  | input",
                "EMBEDDINGS  | input as an object    | {\"model\":\"m\",\"input\":{\"image\":\"x\"}}   | input",
                "EMBEDDINGS  | input null            | {\"model\":\"m\",\"input\":null}               | input",
                "EMBEDDINGS  | input twice           | {\"model\":\"m\",\"input\":\"x\",\"input\":\"\"} | input",
                "EMBEDDINGS  | a part of a list      | {\"model\":\"m\",\"input\":[\"x\",{}]}          | input[1]",
                "EMBEDDINGS  | text among tokens     | {\"model\":\"m\",\"input\":[1,\"x\"]}           | input[1]",
                "EMBEDDINGS  | text among inner tokens | {\"model\":\"m\",\"input\":[[1],[2,\"x\"]]}   | input[1][1]",
                "EMBEDDINGS  | a list too deep       | {\"model\":\"m\",\"input\":[[[1]]]}            | input[0][0]",
                "EMBEDDINGS  | a fraction            | {\"model\":\"m\",\"input\":[1.5]}              | input[0]",
                "EMBEDDINGS  | streamed              | {\"model\":\"m\",\"input\":\"x\",\"stream\":true} | stream",
                "EMBEDDINGS  | another case          | {\"model\":\"m\",\"input\":\"x\",\"Input\":\"y\"} | Input",
                "EMBEDDINGS  | not JSON              | {\"model\":\"m\",\"input\":\"x\"             |",
                "EMBEDDINGS  | a list                | [\"x\"]                                      |",
                "COMPLETIONS | no prompt             | {\"model\":\"m\"}                              | prompt",
                "COMPLETIONS | prompt as a number    | {\"model\":\"m\",\"prompt\":1}                 | prompt",
                "COMPLETIONS | best_of beyond reason | {\"model\":\"m\",\"prompt\":\"x\",\"best_of\":129} | best_of",
                "COMPLETIONS | n of nothing          | {\"model\":\"m\",\"prompt\":\"x\",\"n\":0}      | n",
                "COMPLETIONS | a negative ceiling    | {\"model\":\"m\",\"prompt\":\"x\",\"max_tokens\":-1} | max_tokens",
                "COMPLETIONS | a ceiling given twice | {\"model\":\"m\",\"prompt\":\"x\",\"max_tokens\":1,\"max_tokens\":9} | max_tokens",
                "COMPLETIONS | another's ceiling     | {\"model\":\"m\",\"prompt\":\"x\",\"n_predict\":9} | n_predict",
                "COMPLETIONS | chat's ceiling        | {\"model\":\"m\",\"prompt\":\"x\",\"max_completion_tokens\":9} | max_completion_tokens",
                "MODERATION  | no input              | {\"model\":\"m\"}                              | input",
                "MODERATION  | an empty model        | {\"model\":\"\",\"input\":\"x\"}                | model",
                "MODERATION  | a model as a number   | {\"model\":1,\"input\":\"x\"}                  | model",
            })
    void bad_requests_are_refused_by_the_field_at_fault(Service service, String story, String body, String param) {
        RequestReading reading = read(service, body);
        assertThat(reading).as(body).isInstanceOf(RequestReading.Refused.class);
        RequestReading.Refused refused = (RequestReading.Refused) reading;
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.param()).isEqualTo(param);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no ceiling     | {\"model\":\"m\",\"prompt\":\"x\"}                     | {\"max_tokens\":16,\"model\":\"m\",\"prompt\":\"x\"}",
                "a null ceiling | {\"model\":\"m\",\"max_tokens\": null,\"prompt\":\"x\"} | {\"model\":\"m\",\"max_tokens\": 16,\"prompt\":\"x\"}",
                "a ceiling      | {\"model\":\"m\",\"max_tokens\":99,\"prompt\":\"x\"}   | {\"model\":\"m\",\"max_tokens\":99,\"prompt\":\"x\"}",
                "a stream       | {\"stream\":true,\"model\":\"m\",\"max_tokens\":9,\"prompt\":\"x\"} | {\"stream_options\":{\"include_usage\":true},\"stream\":true,\"model\":\"m\",\"max_tokens\":9,\"prompt\":\"x\"}",
                "both           | {\"stream\":true,\"model\":\"m\",\"prompt\":\"x\"} | {\"stream_options\":{\"include_usage\":true},\"max_tokens\":16,\"stream\":true,\"model\":\"m\",\"prompt\":\"x\"}",
            })
    void a_completion_always_says_its_ceiling_and_asks_for_its_usage(String story, String body, String sent) {
        ByteBuf original = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
        MeteredRequest request = understood(Service.COMPLETIONS, body);
        List<Splice> splices = request.splicePoints().splices(request.stream() && !request.usageAsked(), null);
        ByteBuf changed = Splice.apply(original, splices, UnpooledByteBufAllocator.DEFAULT);
        ByteBuf undone = Splice.undo(changed, splices, UnpooledByteBufAllocator.DEFAULT);
        assertThat(changed.toString(StandardCharsets.UTF_8)).isEqualTo(sent);
        assertThat(undone).isEqualTo(original);
        assertThat(request.ceiling()).isEqualTo(body.contains("99") ? 99 : body.contains(":9,") ? 9 : 16);
        original.release();
        changed.release();
        undone.release();
    }

    @Test
    void a_moderation_without_a_model_asks_for_the_usual_one() {
        MeteredRequest request = understood(Service.MODERATION, "{\"input\":[{\"type\":\"text\",\"text\":\"x\"}]}");
        assertThat(request.model()).isEqualTo("omni-moderation-latest");
        assertThat(request.service().free()).isTrue();
    }

    @Test
    void only_what_is_built_is_served() {
        OpenAiDialect dialect = new OpenAiDialect();
        assertThat(dialect.service("POST", "/v1/embeddings")).isEqualTo(Service.EMBEDDINGS);
        assertThat(dialect.service("POST", "/v1/completions")).isEqualTo(Service.COMPLETIONS);
        assertThat(dialect.service("POST", "/v1/moderations")).isEqualTo(Service.MODERATION);
        for (String path :
                List.of("/v1/embeddings/", "/v1/Embeddings", "/v1/engines/x/embeddings", "/v1/audio/speech")) {
            assertThat(dialect.service("POST", path)).as(path).isNull();
        }
        assertThat(dialect.service("GET", "/v1/embeddings")).isNull();
        assertThat(dialect.service("DELETE", "/v1/completions")).isNull();
    }
}
