package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;

class ChatRequestReaderTest {
    private static RequestReading read(byte[] body) {
        ByteBuf buffer = Unpooled.wrappedBuffer(body);
        try {
            return new OpenAiDialect().read(Service.CHAT, "", buffer);
        } finally {
            assertThat(buffer.readableBytes()).isEqualTo(body.length);
            buffer.release();
        }
    }

    private static RequestReading read(String body) {
        return read(body.getBytes(StandardCharsets.UTF_8));
    }

    private static String with(String fields) {
        return "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + (fields.isEmpty() ? "" : ",")
                + fields + "}";
    }

    private static MeteredRequest understood(String body) {
        RequestReading reading = read(body);
        assertThat(reading).isInstanceOf(RequestReading.Understood.class);
        return ((RequestReading.Understood) reading).request();
    }

    private static RequestReading.Refused refused(RequestReading reading) {
        assertThat(reading).isInstanceOf(RequestReading.Refused.class);
        return (RequestReading.Refused) reading;
    }

    @Test
    void everything_that_bills_is_read() {
        MeteredRequest request = understood("""
                { "n": 3, "max_tokens" : 10, "max_completion_tokens": 20, "stream": true,
                  "stream_options": {"include_usage": true, "include_obfuscation": false},
                  "tools": [{"type": "function", "function": {"name": "f"}}, {"type":"custom","custom":{"name":"g"}}],
                  "response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}},
                  "reasoning_effort": "low", "user": "u-1", "metadata": {"team": "search"}, "service_tier": "auto",
                  "modalities": ["text"], "audio": null, "temperature": 0.2, "shiny": [1, {"a": "b"}],
                  "model": "gpt-4o",
                  "messages": [
                    {"role": "system", "content": "be brief"},
                    {"role": "user", "content": [
                      {"type": "text", "text": "what is this?"},
                      {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
                      {"image_url": {"detail": "high", "url": "https://x/y.png"}, "type": "image_url"}]}]}
                """);
        assertThat(request.model()).isEqualTo("gpt-4o");
        assertThat(request.stream()).isTrue();
        assertThat(request.usageAsked()).isTrue();
        assertThat(request.ceiling()).isEqualTo(20);
        assertThat(request.choices()).isEqualTo(3);
        assertThat(request.images()).isEqualTo(new MeteredRequest.ImageCount(1, 1));
        assertThat(request.tools()).isEqualTo(2);
        assertThat(request.structuredOutput()).isTrue();
        assertThat(request.reasoningEffort()).isEqualTo("low");
        assertThat(request.user()).isEqualTo("u-1");
        assertThat(request.metadata()).containsExactly(Map.entry("team", "search"));
        assertThat(request.unknownFields()).containsExactly("shiny");
    }

    @Test
    void the_least_request_has_defaults() {
        MeteredRequest request = understood(with(""));
        assertThat(request.stream()).isFalse();
        assertThat(request.usageAsked()).isFalse();
        assertThat(request.ceiling()).isNull();
        assertThat(request.choices()).isEqualTo(1);
        assertThat(request.tools()).isZero();
        assertThat(request.structuredOutput()).isFalse();
    }

    @Test
    void null_is_absent() {
        MeteredRequest request = understood(
                with(
                        "\"n\":null,\"max_tokens\":null,\"stream\":null,\"tools\":null,\"response_format\":null,"
                                + "\"user\":null,\"metadata\":null,\"service_tier\":null,\"modalities\":null,\"prediction\":null"));
        assertThat(request.ceiling()).isNull();
        assertThat(request.choices()).isEqualTo(1);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of("audio output", "\"audio\":{\"voice\":\"a\"}", "audio"),
                Arguments.of("audio modality", "\"modalities\":[\"text\",\"audio\"]", "modalities"),
                Arguments.of("web search", "\"web_search_options\":{}", "web_search_options"),
                Arguments.of("prediction", "\"prediction\":{\"type\":\"content\"}", "prediction"),
                Arguments.of("a tier nobody has", "\"service_tier\":\"turbo\"", "service_tier"),
                Arguments.of("a tier of committed use", "\"service_tier\":\"scale\"", "service_tier"),
                Arguments.of("a vendor's search", "\"search_parameters\":{}", "search_parameters"),
                Arguments.of("other models to fall back to", "\"models\":[\"x\"]", "models"),
                Arguments.of("a tool the provider runs", "\"tools\":[{\"type\":\"web_search\"}]", "tools[0].type"),
                Arguments.of("a tool without a type", "\"tools\":[{}]", "tools[0].type"),
                Arguments.of(
                        "a tool of two types", "\"tools\":[{\"type\":\"function\",\"type\":\"mcp\"}]", "tools[0].type"),
                Arguments.of("n as text", "\"n\":\"2\"", "n"),
                Arguments.of("n of nothing", "\"n\":0", "n"),
                Arguments.of("n beyond reason", "\"n\":129", "n"),
                Arguments.of("n as a fraction", "\"n\":1.0", "n"),
                Arguments.of("a negative ceiling", "\"max_tokens\":-1", "max_tokens"),
                Arguments.of("an endless ceiling", "\"max_tokens\":10000000000000000000000", "max_tokens"),
                Arguments.of("a ceiling as text", "\"max_completion_tokens\":\"5\"", "max_completion_tokens"),
                Arguments.of("a ceiling given twice", "\"max_tokens\":1,\"max_tokens\":99", "max_tokens"),
                Arguments.of(
                        "a ceiling given twice, once in escapes",
                        "\"max_tokens\":1,\"max_t\\u006fkens\":99",
                        "max_tokens"),
                Arguments.of("a refused field given twice", "\"audio\":null,\"audio\":{}", "audio"),
                Arguments.of("a model given twice", "\"model\":\"dear\"", "model"),
                Arguments.of("messages given twice", "\"messages\":[]", "messages"),
                Arguments.of("a name in another case", "\"Max_Tokens\":5", "Max_Tokens"),
                Arguments.of("stream as text", "\"stream\":\"true\"", "stream"),
                Arguments.of("stream options as a list", "\"stream_options\":[]", "stream_options"),
                Arguments.of(
                        "include_usage as text",
                        "\"stream_options\":{\"include_usage\":\"no\"}",
                        "stream_options.include_usage"),
                Arguments.of(
                        "include_usage twice",
                        "\"stream_options\":{\"include_usage\":true,\"include_usage\":false}",
                        "stream_options.include_usage"),
                Arguments.of("tools as an object", "\"tools\":{}", "tools"),
                Arguments.of("a response format as text", "\"response_format\":\"json\"", "response_format"),
                Arguments.of("a user as a number", "\"user\":1", "user"),
                Arguments.of("metadata as text", "\"metadata\":\"x\"", "metadata"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void a_field_that_has_no_price_or_no_sense_is_refused_by_name(String story, String fields, String param) {
        RequestReading.Refused refused = refused(read(with(fields)));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.param()).as(story).isEqualTo(param);
        assertThat(refused.message()).startsWith(param);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "[{\"type\":\"input_audio\",\"input_audio\":{}}] | messages[0].content[0].input_audio",
                "[{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"file\",\"file\":{}}] | messages[0].content[1].file",
                "[{\"type\":\"video_url\"}] | messages[0].content[0].type",
                "[{\"text\":\"x\"}] | messages[0].content[0].type",
                "[{\"type\":\"text\",\"type\":\"file\"}] | messages[0].content[0].type",
                "[{\"type\":\"text\",\"image_url\":{}}] | messages[0].content[0].type",
                "[{\"type\":\"image_url\"}] | messages[0].content[0].image_url",
                "[{\"type\":\"image_url\",\"image_url\":{\"detail\":\"low\",\"detail\":\"high\"}}] | messages[0].content[0].image_url.detail",
                "[\"x\"] | messages[0].content[0]",
                "7 | messages[0].content",
                "\"a\",\"content\":\"b\" | messages[0].content",
                "null,\"audio\":{\"id\":\"a\"} | messages[0].audio",
            })
    void a_part_that_has_no_price_or_no_sense_is_refused_by_name(String content, String param) {
        RequestReading.Refused refused =
                refused(read("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":" + content + "}]}"));
        assertThat(refused.param()).isEqualTo(param);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "1",
                "\"x\"",
                "null",
                "{",
                "{}}",
                "{} {}",
                "{\"model\":\"m\",}",
                "{'a':1}",
                "{\"a\":01}",
                "{\"a\":NaN}",
                "{\"a\":\"\u0001\"}",
                "// c\n{}",
                "\uFEFF{}"
            })
    void what_is_not_one_json_object_is_refused(String body) {
        assertThat(refused(read(body)).code()).isIn("invalid_json", "invalid_value");
    }

    @Test
    void what_is_not_utf_8_is_refused() {
        String body = with("");
        assertThat(refused(read(body.getBytes(StandardCharsets.UTF_16))).code()).isEqualTo("invalid_json");
        assertThat(refused(read(body.getBytes(StandardCharsets.UTF_16LE))).code())
                .isEqualTo("invalid_json");
        assertThat(refused(read(body.getBytes(StandardCharsets.UTF_16BE))).code())
                .isEqualTo("invalid_json");
        assertThat(refused(read(body.replace("hi", "é").getBytes(StandardCharsets.ISO_8859_1)))
                        .code())
                .isEqualTo("invalid_json");
        for (String bad :
                new String[] {"\u00C0\u0080", "\u00ED\u00A0\u0080", "\u00F4\u0090\u0080\u0080", "\u00E2\u0082"}) {
            assertThat(refused(read(body.replace("hi", bad).getBytes(StandardCharsets.ISO_8859_1)))
                            .message())
                    .contains("not UTF-8");
        }
    }

    @Test
    void a_depth_bomb_is_refused() {
        assertThat(refused(read(with("\"x\":" + "[".repeat(100_000)))).code()).isEqualTo("invalid_json");
    }

    @Test
    void a_request_without_a_model_or_messages_is_refused() {
        assertThat(refused(read("{\"messages\":[]}")).param()).isEqualTo("model");
        assertThat(refused(read("{\"model\":\"\",\"messages\":[]}")).param()).isEqualTo("model");
        assertThat(refused(read("{\"model\":null,\"messages\":[]}")).param()).isEqualTo("model");
        assertThat(refused(read("{\"model\":\"m\"}")).param()).isEqualTo("messages");
        assertThat(refused(read("{\"model\":\"m\",\"messages\":{}}")).param()).isEqualTo("messages");
    }

    @Test
    void huge_numbers_and_unknown_names_pass() {
        MeteredRequest request = understood(with("\"seed\":" + "9".repeat(5_000) + ",\"x\":1e99999999999,\"x\":-0.0"));
        assertThat(request.unknownFields()).containsExactly("x", "x");
    }

    @Test
    void text_weighs_its_utf_8_whatever_its_escapes() {
        long plain = understood(with("")).textBytes();
        assertThat(understood(with("").replace("hi", "hié漢😀")).textBytes()).isEqualTo(plain + 2 + 3 + 4);
        assertThat(understood(with("").replace("hi", "hi\\u00e9\\u6f22\\ud83d\\ude00"))
                        .textBytes())
                .isEqualTo(plain + 2 + 3 + 4);
        assertThat(understood(with("").replace("hi", "hi\\ud83d")).textBytes()).isEqualTo(plain + 3);
    }

    @Test
    void text_weighs_at_least_its_bytes_wherever_it_stands() {
        String text = "x".repeat(1000);
        long plain = understood(with("")).textBytes();
        for (String fields : new String[] {
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"" + text + "\"}}]",
            "\"tools\":[{\"type\":\"function\",\"function\":{\"parameters\":{\"" + text + "\":{}}}}]",
            "\"functions\":[{\"name\":\"" + text + "\"}]",
            "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"" + text + "\"}}",
            "\"tool_choice\":{\"name\":\"" + text + "\"}",
            "\"unheard_of\":[\"" + text + "\"]"
        }) {
            assertThat(understood(with(fields)).textBytes()).as(fields).isGreaterThanOrEqualTo(plain + 1000);
        }
        for (String part :
                new String[] {"\"name\":\"" + text + "\"", "\"refusal\":\"" + text + "\"", "\"" + text + "\":1"}) {
            String body = with("").replace("\"content\"", part + ",\"content\"");
            assertThat(understood(body).textBytes()).isGreaterThanOrEqualTo(plain + 1000);
        }
        String image = "{\"model\":\"m\",\"messages\":[{\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                + text + "\"}}]}]}";
        assertThat(understood(image).textBytes()).isLessThan(300);
    }

    @Test
    void a_body_in_pieces_is_read_as_one() {
        byte[] body = with("\"stream\":true").getBytes(StandardCharsets.UTF_8);
        for (int cut = 1; cut < body.length; cut++) {
            ByteBuf pieces = Unpooled.wrappedBuffer(
                    Unpooled.copiedBuffer(body, 0, cut), Unpooled.copiedBuffer(body, cut, body.length - cut));
            assertThat(new OpenAiDialect().read(Service.CHAT, "", pieces)).isEqualTo(read(body));
            pieces.release();
        }
        ByteBuf offset = Unpooled.wrappedBuffer(("xyz" + with("\"stream\":true")).getBytes(StandardCharsets.UTF_8))
                .skipBytes(3);
        assertThat(new OpenAiDialect().read(Service.CHAT, "", offset)).isEqualTo(read(body));
        offset.release();
    }

    @Test
    void the_path_is_served_as_it_is_spelt() {
        OpenAiDialect dialect = new OpenAiDialect();
        assertThat(Objects.requireNonNull(dialect.service("POST", "/v1/chat/completions"))
                        .wireName())
                .isEqualTo("chat");
        assertThat(dialect.service("GET", "/v1/chat/completions")).isNull();
        assertThat(dialect.service("POST", "/v1/chat/completions/")).isNull();
        assertThat(dialect.service("POST", "/v1/Chat/completions")).isNull();
        assertThat(dialect.service("POST", "/v1/chat%2Fcompletions")).isNull();
    }
}
