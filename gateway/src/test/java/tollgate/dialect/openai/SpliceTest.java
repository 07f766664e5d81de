package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.Splice;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SpliceTest {
    private static final String REST = "\"model\":\"m\",\"messages\":[]";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static String spliced(String body, boolean usage, @Nullable Long ceiling) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        ByteBuf original = Unpooled.wrappedBuffer(bytes);
        RequestReading reading = new OpenAiDialect().read(Service.CHAT, "", original);
        assertThat(reading).as(body).isInstanceOf(RequestReading.Understood.class);
        MeteredRequest request = ((RequestReading.Understood) reading).request();
        List<Splice> splices = request.splicePoints().splices(usage, ceiling);
        ByteBuf changed = Splice.apply(original, splices, UnpooledByteBufAllocator.DEFAULT);
        ByteBuf undone = Splice.undo(changed, splices, UnpooledByteBufAllocator.DEFAULT);
        assertThat(undone).as(body).isEqualTo(original);
        String text = changed.toString(StandardCharsets.UTF_8);
        original.release();
        changed.release();
        undone.release();
        return text;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "options absent | \"stream\":true,R | \"stream_options\":{\"include_usage\":true},\"stream\":true,R",
                "options null | \"stream_options\" : null,\"stream\":true,R | \"stream_options\" : {\"include_usage\":true},\"stream\":true,R",
                "options empty | \"stream\":true,R,\"stream_options\":{ } | \"stream\":true,R,\"stream_options\":{\"include_usage\":true }",
                "options without it | R,\"stream\":true,\"stream_options\":{\"x\":{}} | R,\"stream\":true,\"stream_options\":{\"include_usage\":true,\"x\":{}}",
                "false | R,\"stream\":true,\"stream_options\":{\"x\":1,\"include_usage\":false} | R,\"stream\":true,\"stream_options\":{\"x\":1,\"include_usage\":true}",
                "null | R,\"stream\":true,\"stream_options\":{\"include_usage\":null} | R,\"stream\":true,\"stream_options\":{\"include_usage\":true}",
                "asked for already | R,\"stream\":true,\"stream_options\":{\"include_usage\":true} | R,\"stream\":true,\"stream_options\":{\"include_usage\":true}",
                "no stream | R | R",
                "no stream but options | R,\"stream_options\":{\"include_usage\":false} | R,\"stream_options\":{\"include_usage\":false}",
            })
    void usage_is_asked_for_where_the_client_did_not(String story, String fields, String expected) {
        assertThat(spliced("{" + fields.replace("R", REST) + "}", true, null))
                .as(story)
                .isEqualTo("{" + expected.replace("R", REST) + "}");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "absent | R | \"max_completion_tokens\":50,R",
                "lower already | \"max_tokens\":49,R | \"max_tokens\":49,R",
                "higher | \"max_tokens\": 51 ,R | \"max_tokens\": 50 ,R",
                "both, one higher | \"max_tokens\":10,R,\"max_completion_tokens\":1000 | \"max_tokens\":10,R,\"max_completion_tokens\":50",
                "both higher | \"max_tokens\":70,R,\"max_completion_tokens\":1000 | \"max_tokens\":50,R,\"max_completion_tokens\":50",
                "the newer null | R,\"max_completion_tokens\": null | R,\"max_completion_tokens\": 50",
                "the older null | R,\"max_tokens\":null | \"max_completion_tokens\":50,R,\"max_tokens\":null",
            })
    void a_ceiling_is_set_or_lowered_never_raised(String story, String fields, String expected) {
        assertThat(spliced("{" + fields.replace("R", REST) + "}", false, 50L))
                .as(story)
                .isEqualTo("{" + expected.replace("R", REST) + "}");
    }

    @Test
    void both_changes_at_one_place_stand_side_by_side() {
        assertThat(spliced("{\"stream\":true," + REST + "}", true, 9L))
                .isEqualTo("{\"stream_options\":{\"include_usage\":true},\"max_completion_tokens\":9,\"stream\":true,"
                        + REST + "}");
    }

    @Test
    void random_requests_get_their_changes_and_get_back_their_bytes() {
        for (long seed = 1; seed <= 5_000; seed++) {
            Random random = new Random(seed);
            String body = request(random);
            JsonNode changed = MAPPER.readTree(spliced(body, true, 40L));
            String story = "seed " + seed + ": " + body;
            if (changed.path("stream").asBoolean()) {
                assertThat(changed.path("stream_options").path("include_usage").asBoolean())
                        .as(story)
                        .isTrue();
            }
            long ceiling = Math.max(
                    changed.path("max_tokens").asLong(0),
                    changed.path("max_completion_tokens").asLong(0));
            assertThat(ceiling).as(story).isBetween(1L, 40L);
        }
    }

    private static String request(Random random) {
        List<String> fields = new ArrayList<>();
        fields.add("\"model\":" + gap(random) + "\"gpt-é\\u00e9\"");
        fields.add("\"messages\":[{\"content\":\"x\",\"y\":" + text(random) + "}]");
        fields.add("\"stream\"" + gap(random) + ":" + (random.nextBoolean() ? "true" : gap(random) + "false"));
        String[] options = {
            "null",
            "{}",
            "{ \"include_usage\" :" + gap(random) + "false}",
            "{\"include_usage\":true}",
            "{\"x\":" + text(random) + ",\"include_usage\":null}",
            "{\"\\u0069nclude_usage\":false}"
        };
        if (random.nextBoolean()) {
            fields.add("\"stream_options\":" + gap(random) + options[random.nextInt(options.length)]);
        }
        if (random.nextBoolean()) {
            fields.add("\"max_tokens\":" + gap(random) + (random.nextInt(4) == 0 ? "null" : 1 + random.nextInt(90)));
        }
        if (random.nextBoolean()) {
            fields.add("\"max_completion\\u005ftokens\":" + (random.nextInt(4) == 0 ? "null" : 1 + random.nextInt(90)));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            fields.add("\"dup\":" + gap(random) + text(random));
            fields.add("\"seed\":" + "7".repeat(1 + random.nextInt(400)));
        }
        Collections.shuffle(fields, random);
        return gap(random) + "{" + gap(random) + String.join("," + gap(random), fields) + gap(random) + "}"
                + gap(random);
    }

    private static String gap(Random random) {
        return new String[] {"", " ", "\n\t", "\r\n  "}[random.nextInt(4)];
    }

    private static String text(Random random) {
        return new String[] {
                    "\"\"",
                    "\"\\\"stream_options\\\":null\"",
                    "\"漢字 😀 \\ud83d\\ude00\"",
                    "\"1e400\"",
                    "-0.00E-12",
                    "\"\\\\\""
                }
                [random.nextInt(6)];
    }
}
