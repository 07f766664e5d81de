package tollgate.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
import tollgate.dialect.Splice;

class MessagesRequestReaderTest {
    private static RequestReading read(Service service, byte[] body) {
        ByteBuf buffer = Unpooled.wrappedBuffer(body);
        try {
            return new AnthropicDialect().read(service, "", buffer);
        } finally {
            assertThat(buffer.readableBytes()).isEqualTo(body.length);
            buffer.release();
        }
    }

    private static RequestReading read(byte[] body) {
        return read(Service.CHAT, body);
    }

    private static RequestReading read(String body) {
        return read(body.getBytes(StandardCharsets.UTF_8));
    }

    private static String with(String fields) {
        return "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
                + (fields.isEmpty() ? "" : ",") + fields + "}";
    }

    private static String content(String content) {
        return "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":" + content + "}]}";
    }

    private static MeteredRequest understood(RequestReading reading) {
        assertThat(reading).isInstanceOf(RequestReading.Understood.class);
        return ((RequestReading.Understood) reading).request();
    }

    private static MeteredRequest understood(String body) {
        return understood(read(body));
    }

    private static RequestReading.Refused refused(RequestReading reading) {
        assertThat(reading).isInstanceOf(RequestReading.Refused.class);
        return (RequestReading.Refused) reading;
    }

    @Test
    void everything_that_bills_is_read() {
        MeteredRequest request = understood("""
                { "max_tokens": 2000, "stream": true, "system": [{"type":"text","text":"be brief","cache_control":{"type":"ephemeral","ttl":"1h"}}],
                  "thinking": {"type":"enabled","budget_tokens":1500}, "temperature": 1, "stop_sequences": ["x"],
                  "tools": [{"name":"f","input_schema":{"type":"object"}}, {"type":"custom","name":"g","input_schema":{}},
                            {"type":"bash_20250124","name":"bash"}],
                  "tool_choice": {"type":"auto"}, "output_config": {"effort":"low","format":{"type":"json_schema","schema":{}}},
                  "context_management": {"edits":[{"type":"clear_tool_uses_20250919"},{"type":"clear_thinking_20251015"}]},
                  "service_tier": "auto", "inference_geo": "us", "speed": "fast", "metadata": {"user_id":"u-1"},
                  "shiny": [1, {"a":"b"}], "model": "claude-sonnet-4-6",
                  "messages": [
                    {"role":"user","content":[
                      {"type":"text","text":"what is this?"},
                      {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
                      {"source":{"url":"https://x/y.png","type":"url"},"type":"image"}]},
                    {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},
                      {"type":"tool_use","id":"t","name":"f","input":{"a":1}}]},
                    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[
                      {"type":"text","text":"done"},
                      {"type":"image","source":{"data":"AAAA","type":"base64"}}]}]}]}
                """);
        assertThat(request.model()).isEqualTo("claude-sonnet-4-6");
        assertThat(request.service()).isEqualTo(Service.CHAT);
        assertThat(request.stream()).isTrue();
        assertThat(request.usageAsked()).isTrue();
        assertThat(request.ceiling()).isEqualTo(2000);
        assertThat(request.choices()).isEqualTo(1);
        assertThat(request.images()).isEqualTo(new MeteredRequest.ImageCount(0, 3));
        assertThat(request.documentBytes()).isZero();
        assertThat(request.tools()).isEqualTo(3);
        assertThat(request.structuredOutput()).isTrue();
        assertThat(request.reasoningEffort()).isEqualTo("low");
        assertThat(request.asked()).isEqualTo(new MeteredRequest.Conditions("fast", "us", null));
        assertThat(request.user()).isEqualTo("u-1");
        assertThat(request.unknownFields()).containsExactly("shiny");
    }

    @Test
    void the_least_request_has_defaults() {
        MeteredRequest request = understood(with(""));
        assertThat(request.stream()).isFalse();
        assertThat(request.ceiling()).isEqualTo(9);
        assertThat(request.tools()).isZero();
        assertThat(request.structuredOutput()).isFalse();
        // by default the account's own setting says where it runs
        assertThat(request.asked()).isEqualTo(new MeteredRequest.Conditions(null, null, "us"));
    }

    @Test
    void null_is_absent() {
        MeteredRequest request = understood(with(
                "\"system\":null,\"stream\":null,\"thinking\":null,\"tools\":null,\"output_config\":null,\"metadata\":null,"
                        + "\"mcp_servers\":null,\"container\":null,\"service_tier\":null,\"inference_geo\":null,\"speed\":null,"
                        + "\"context_management\":null,\"fallbacks\":null,\"output_format\":null"));
        assertThat(request.asked()).isEqualTo(new MeteredRequest.Conditions(null, null, "us"));
        assertThat(request.structuredOutput()).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "\"inference_geo\":\"global\"                    | - | -  | -",
                "\"inference_geo\":\"us\"                        | - | us | -",
                "\"speed\":\"standard\"                          | - | -  | us",
                "\"speed\":\"fast\",\"inference_geo\":\"global\" | fast | - | -",
                "\"service_tier\":\"standard_only\"              | - | -  | us",
            })
    void what_prices_depend_on_is_read(String fields, String tier, String region, String dearest) {
        assertThat(understood(with(fields)).asked()).isEqualTo(new MeteredRequest.Conditions(tier, region, dearest));
    }

    @Test
    void the_ceiling_has_room_for_all_thinking_and_may_be_nothing() {
        assertThat(understood(with("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":5000}"))
                        .ceiling())
                .isEqualTo(5000);
        assertThat(understood(with("\"thinking\":{\"type\":\"adaptive\"}")).ceiling())
                .isEqualTo(9);
        assertThat(understood(with("").replace("9", "0")).ceiling()).isZero();
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of(
                        "search",
                        "\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]",
                        "tools[0].type"),
                Arguments.of(
                        "fetching", "\"tools\":[{\"name\":\"f\"},{\"type\":\"web_fetch_20250910\"}]", "tools[1].type"),
                Arguments.of("code", "\"tools\":[{\"type\":\"code_execution_20250825\"}]", "tools[0].type"),
                Arguments.of(
                        "looking for tools",
                        "\"tools\":[{\"type\":\"tool_search_tool_bm25_20251119\"}]",
                        "tools[0].type"),
                Arguments.of("advice", "\"tools\":[{\"type\":\"advisor_20260301\"}]", "tools[0].type"),
                Arguments.of("other servers' tools", "\"tools\":[{\"type\":\"mcp_toolset\"}]", "tools[0].type"),
                Arguments.of("a tool nobody knows", "\"tools\":[{\"type\":\"bash_20250124x\"}]", "tools[0].type"),
                Arguments.of("other servers", "\"mcp_servers\":[]", "mcp_servers"),
                Arguments.of("a container", "\"container\":\"c\"", "container"),
                Arguments.of("a thread", "\"thread\":{\"type\":\"create\"}", "thread"),
                Arguments.of("a summary", "\"compaction\":{\"type\":\"summarize\"}", "compaction"),
                Arguments.of(
                        "a summary on the way",
                        "\"context_management\":{\"edits\":[{\"type\":\"compact_20260112\"}]}",
                        "context_management.edits[0].type"),
                Arguments.of(
                        "what nobody knows of contexts", "\"context_management\":{\"x\":1}", "context_management.x"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void what_makes_the_provider_read_on_is_refused_as_unbounded(String story, String fields, String param) {
        RequestReading.Refused refused = refused(read(with(fields)));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("unbounded_input");
        assertThat(refused.param()).as(story).isEqualTo(param);
        assertThat(refused.message()).startsWith(param);
    }

    static Stream<Arguments> nonsense() {
        return Stream.of(
                Arguments.of("another model to fall back to", "\"fallbacks\":[]", "fallbacks"),
                Arguments.of("credit of a fallback", "\"fallback_credit_token\":\"t\"", "fallback_credit_token"),
                Arguments.of("another payer", "\"billing_policy\":{}", "billing_policy"),
                Arguments.of("a tier that has no name", "\"service_tier\":\"priority\"", "service_tier"),
                Arguments.of("a ceiling given twice", "\"max_tokens\":99", "max_tokens"),
                Arguments.of("a ceiling given twice, once in escapes", "\"max_t\\u006fkens\":99", "max_tokens"),
                Arguments.of("a model given twice", "\"model\":\"dear\"", "model"),
                Arguments.of("messages given twice", "\"messages\":[]", "messages"),
                Arguments.of("a refused field given twice", "\"thread\":null,\"thread\":{}", "thread"),
                Arguments.of("a name in another case", "\"Max_Tokens\":5", "Max_Tokens"),
                Arguments.of("speed twice", "\"speed\":null,\"speed\":\"fast\"", "speed"),
                Arguments.of("stream as text", "\"stream\":\"true\"", "stream"),
                Arguments.of("tools as an object", "\"tools\":{}", "tools"),
                Arguments.of("a tool as text", "\"tools\":[\"bash\"]", "tools[0]"),
                Arguments.of(
                        "a tool of two types",
                        "\"tools\":[{\"type\":\"custom\",\"type\":\"web_search_20250305\"}]",
                        "tools[0].type"),
                Arguments.of("thinking as text", "\"thinking\":\"on\"", "thinking"),
                Arguments.of(
                        "a budget given twice",
                        "\"thinking\":{\"budget_tokens\":1,\"budget_tokens\":2}",
                        "thinking.budget_tokens"),
                Arguments.of("a negative budget", "\"thinking\":{\"budget_tokens\":-1}", "thinking.budget_tokens"),
                Arguments.of("edits as an object", "\"context_management\":{\"edits\":{}}", "context_management.edits"),
                Arguments.of(
                        "an edit of two types",
                        "\"context_management\":{\"edits\":[{\"type\":\"clear_x\",\"type\":\"compact_x\"}]}",
                        "context_management.edits[0].type"),
                Arguments.of(
                        "an edit without a type",
                        "\"context_management\":{\"edits\":[{}]}",
                        "context_management.edits[0].type"),
                Arguments.of("a user as a number", "\"metadata\":{\"user_id\":1}", "metadata.user_id"),
                Arguments.of("a system prompt as a number", "\"system\":7", "system"),
                Arguments.of("a region as a list", "\"inference_geo\":[]", "inference_geo"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nonsense")
    void a_field_that_has_no_price_or_no_sense_is_refused_by_name(String story, String fields, String param) {
        RequestReading.Refused refused = refused(read(with(fields)));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.param()).as(story).isEqualTo(param);
        assertThat(refused.message()).startsWith(param);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"-1", "1.5", "\"9\"", "1e3", "10000000000000000000000", "true", "[]"})
    void a_ceiling_is_a_whole_number(String ceiling) {
        String body = with("").replace("9", ceiling);
        assertThat(refused(read(body)).param()).isEqualTo("max_tokens");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"https://x\"}}] | messages[0].content[0].source.type | unbounded_input",
                "[{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}}] | messages[0].content[0].source.type | unbounded_input",
                "[{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}}] | messages[0].content[0].source.type | unbounded_input",
                "[{\"type\":\"container_upload\",\"file_id\":\"f\"}] | messages[0].content[0].type | unbounded_input",
                "[{\"type\":\"server_tool_use\"}] | messages[0].content[0].type | unbounded_input",
                "[{\"type\":\"web_search_tool_result\",\"content\":[]}] | messages[0].content[0].type | unbounded_input",
                "[{\"type\":\"tool_addition\",\"tool\":{}}] | messages[0].content[0].type | unbounded_input",
                "[{\"type\":\"compaction\",\"content\":\"x\"}] | messages[0].content[0].type | unbounded_input",
                "[{\"type\":\"tool_result\",\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"url\"}}]}] | messages[0].content[0].content[0].source.type | unbounded_input",
                "[{\"text\":\"x\"}] | messages[0].content[0].type | unbounded_input",
                "[{\"type\":\"text\",\"type\":\"document\"}] | messages[0].content[0].type | repeated_parameter",
                "[{\"type\":\"document\",\"source\":{\"type\":\"text\"},\"source\":{\"type\":\"url\"}}] | messages[0].content[0].source | repeated_parameter",
                "[{\"type\":\"document\",\"source\":{\"type\":\"text\",\"type\":\"url\"}}] | messages[0].content[0].source.type | repeated_parameter",
                "[{\"type\":\"image\",\"source\":{\"type\":\"text\",\"data\":\"x\"}}] | messages[0].content[0].source.type | invalid_value",
                "[{\"type\":\"image\",\"source\":{\"data\":\"x\"}}] | messages[0].content[0].source.type | invalid_value",
                "[{\"type\":\"image\"}] | messages[0].content[0].source | invalid_value",
                "[{\"type\":\"text\",\"source\":{\"type\":\"base64\"}}] | messages[0].content[0].source | invalid_value",
                "[\"x\"] | messages[0].content[0] | invalid_value",
                "7 | messages[0].content | invalid_value",
                "\"a\",\"content\":\"b\" | messages[0].content | repeated_parameter",
            })
    void a_block_that_cannot_be_bounded_or_has_no_sense_is_refused_by_name(String content, String param, String code) {
        RequestReading.Refused refused = refused(read(content(content)));
        assertThat(refused.param()).isEqualTo(param);
        assertThat(refused.code()).isEqualTo(code);
    }

    @Test
    void a_packed_document_may_fill_the_context_and_a_plain_one_weighs_its_text() {
        MeteredRequest packed = understood(content(
                "[{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\""
                        + "A".repeat(4000) + "\"}}]"));
        assertThat(packed.documentBytes()).isEqualTo(3000);
        assertThat(packed.textBytes()).isLessThan(400);
        String text = "x".repeat(1000);
        MeteredRequest plain = understood(
                content("[{\"type\":\"document\",\"source\":{\"type\":\"text\",\"data\":\"" + text + "\"}}]"));
        assertThat(plain.documentBytes()).isZero();
        assertThat(plain.textBytes()).isBetween(1000L, 1400L);
        MeteredRequest cited = understood(content("[{\"citations\":{\"enabled\":true},\"type\":\"document\",\"source\":"
                + "{\"data\":\"" + text + "\",\"type\":\"text\"}}]"));
        assertThat(cited.textBytes()).isGreaterThan(4000);
        MeteredRequest blocks =
                understood(content("[{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":"
                        + "[{\"type\":\"text\",\"text\":\"" + text
                        + "\"},{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"data\":\"" + text + "\"}}]}}]"));
        assertThat(blocks.textBytes()).isBetween(1000L, 1400L);
        assertThat(blocks.images().other()).isEqualTo(1);
    }

    @Test
    void text_weighs_at_least_its_bytes_wherever_it_stands() {
        String text = "x".repeat(1000);
        long plain = understood(with("")).textBytes();
        for (String fields : new String[] {
            "\"system\":\"" + text + "\"",
            "\"system\":[{\"type\":\"text\",\"text\":\"" + text + "\"}]",
            "\"tools\":[{\"name\":\"f\",\"description\":\"" + text + "\"}]",
            "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"properties\":{\"" + text + "\":{}}}}]",
            "\"output_config\":{\"format\":{\"schema\":{\"title\":\"" + text + "\"}}}",
            "\"output_format\":{\"schema\":{\"title\":\"" + text + "\"}}",
            "\"tool_choice\":{\"name\":\"" + text + "\"}",
            "\"unheard_of\":[\"" + text + "\"]"
        }) {
            assertThat(understood(with(fields)).textBytes()).as(fields).isGreaterThanOrEqualTo(plain + 1000);
        }
        for (String block : new String[] {
            "{\"type\":\"text\",\"text\":\"" + text + "\"}",
            "{\"type\":\"thinking\",\"thinking\":\"" + text + "\"}",
            "{\"type\":\"redacted_thinking\",\"data\":\"" + text + "\"}",
            "{\"type\":\"tool_use\",\"input\":{\"" + text + "\":1}}",
            "{\"type\":\"tool_result\",\"content\":\"" + text + "\"}",
            "{\"type\":\"tool_result\",\"content\":{\"x\":\"" + text + "\"}}",
            "{\"type\":\"search_result\",\"source\":\"s\",\"title\":\"" + text + "\",\"content\":[]}",
            "{\"type\":\"text\",\"text\":\"\",\"citations\":[{\"cited_text\":\"" + text + "\"}]}"
        }) {
            assertThat(understood(content("[" + block + "]")).textBytes())
                    .as(block)
                    .isGreaterThanOrEqualTo(plain + 1000);
        }
    }

    @Test
    void a_tool_that_is_referred_to_is_read_again_each_time() {
        String tools =
                ",\"tools\":[{\"name\":\"f\",\"defer_loading\":true,\"description\":\"" + "x".repeat(1000) + "\"}]}";
        String reference = "{\"type\":\"tool_reference\",\"tool_name\":\"f\"}";
        String none = content("[{\"type\":\"tool_result\",\"content\":[]}]");
        String two = content("[{\"type\":\"tool_result\",\"content\":[" + reference + "," + reference + "]}]");
        long once = understood(none.substring(0, none.length() - 1) + tools).textBytes();
        long thrice = understood(two.substring(0, two.length() - 1) + tools).textBytes();
        assertThat(thrice - once).isGreaterThanOrEqualTo(2000);
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
        for (String bad :
                new String[] {"\u00C0\u0080", "\u00ED\u00A0\u0080", "\u00F4\u0090\u0080\u0080", "\u00E2\u0082"}) {
            assertThat(refused(read(body.replace("hi", bad).getBytes(StandardCharsets.ISO_8859_1)))
                            .message())
                    .contains("not UTF-8");
        }
    }

    @Test
    void a_depth_bomb_is_refused_wherever_it_stands() {
        assertThat(refused(read(with("\"x\":" + "[".repeat(100_000)))).code()).isEqualTo("invalid_json");
        assertThat(refused(read(content("[{\"type\":\"tool_result\",\"content\":".repeat(20_000))))
                        .code())
                .isEqualTo("invalid_json");
    }

    @Test
    void huge_numbers_and_unknown_names_pass() {
        MeteredRequest request = understood(with("\"top_k\":" + "9".repeat(5_000) + ",\"x\":1e99999999999,\"x\":-0.0"));
        assertThat(request.unknownFields()).containsExactly("x", "x");
    }

    @Test
    void a_request_without_model_messages_or_ceiling_is_refused() {
        assertThat(refused(read("{\"messages\":[],\"max_tokens\":1}")).param()).isEqualTo("model");
        assertThat(refused(read("{\"model\":\"\",\"messages\":[],\"max_tokens\":1}"))
                        .param())
                .isEqualTo("model");
        assertThat(refused(read("{\"model\":\"m\",\"max_tokens\":1}")).param()).isEqualTo("messages");
        assertThat(refused(read("{\"model\":\"m\",\"messages\":[]}")).param()).isEqualTo("max_tokens");
        assertThat(refused(read("{\"model\":\"m\",\"messages\":[],\"max_tokens\":null}"))
                        .param())
                .isEqualTo("max_tokens");
    }

    @Test
    void tokens_are_counted_without_a_ceiling_and_never_as_a_stream() {
        byte[] body = "{\"model\":\"m\",\"stream\":true,\"messages\":[]}".getBytes(StandardCharsets.UTF_8);
        MeteredRequest request = understood(read(Service.COUNT_TOKENS, body));
        assertThat(request.service()).isEqualTo(Service.COUNT_TOKENS);
        assertThat(request.stream()).isFalse();
    }

    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource({"50, 90, 50", "90, 90, ", "100, 90, "})
    void a_ceiling_is_lowered_where_it_stands_and_never_raised(long ceiling, long given, String spliced) {
        String text = with("").replace("9", given + " ");
        ByteBuf body = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
        MeteredRequest request = understood(new AnthropicDialect().read(Service.CHAT, "", body));
        List<Splice> splices = request.splicePoints().splices(true, ceiling);
        ByteBuf changed = Splice.apply(body, splices, UnpooledByteBufAllocator.DEFAULT);
        assertThat(changed.toString(StandardCharsets.UTF_8))
                .isEqualTo(spliced == null ? text : with("").replace("9", spliced + " "));
        changed.release();
        body.release();
        assertThat(request.splicePoints().splices(true, null)).isEmpty();
    }

    @Test
    void a_body_in_pieces_is_read_as_one() {
        byte[] body = with("\"stream\":true").getBytes(StandardCharsets.UTF_8);
        for (int cut = 1; cut < body.length; cut++) {
            ByteBuf pieces = Unpooled.wrappedBuffer(
                    Unpooled.copiedBuffer(body, 0, cut), Unpooled.copiedBuffer(body, cut, body.length - cut));
            assertThat(new AnthropicDialect().read(Service.CHAT, "", pieces)).isEqualTo(read(body));
            pieces.release();
        }
    }
}
