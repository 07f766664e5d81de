package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.Splice;
import tollgate.pricing.Attribute;
import tollgate.pricing.UnitClass;

class ResponseRequestReaderTest {
    private static RequestReading read(String body) {
        ByteBuf buffer = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
        try {
            return new OpenAiDialect().read(Service.RESPONSES, "", buffer);
        } finally {
            buffer.release();
        }
    }

    private static String with(String fields) {
        return "{\"model\":\"m\",\"input\":\"hi\"" + (fields.isEmpty() ? "" : ",") + fields + "}";
    }

    private static String input(String input) {
        return "{\"model\":\"m\",\"input\":" + input + "}";
    }

    private static MeteredRequest understood(String body) {
        RequestReading reading = read(body);
        assertThat(reading).as(body).isInstanceOf(RequestReading.Understood.class);
        return ((RequestReading.Understood) reading).request();
    }

    @Test
    void everything_that_bills_is_read() {
        MeteredRequest request = understood("""
                {"model":"gpt-5","instructions":"be brief","max_output_tokens":20,"stream":true,
                 "tools":[{"type":"function","name":"f","parameters":{}},{"type":"custom","name":"g"},
                   {"type":"namespace","name":"n","tools":[{"type":"function","name":"h"}]}],
                 "text":{"format":{"type":"json_schema","name":"s","schema":{"type":"object"}},"verbosity":"low"},
                 "reasoning":{"effort":"low"}, "user":"u-1","metadata":{"team":"search"},"service_tier":"auto",
                 "store":false,"temperature":0.2,"shiny":[1],"include":["reasoning.encrypted_content"],"background":false,
                 "input":[{"role":"user","content":[{"type":"input_text","text":"what is this?"},
                   {"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"},
                   {"type":"input_image","image_url":"https://x/y.png"}]},
                   {"type":"function_call","name":"f","call_id":"c","arguments":"{}"},
                   {"type":"function_call_output","call_id":"c","output":[{"type":"input_image","image_url":"x"}]}]}
                """);
        assertThat(request.service()).isEqualTo(Service.RESPONSES);
        assertThat(request.model()).isEqualTo("gpt-5");
        assertThat(request.stream()).isTrue();
        assertThat(request.usageAsked()).isTrue();
        assertThat(request.ceiling()).isEqualTo(20);
        assertThat(request.images()).isEqualTo(new MeteredRequest.ImageCount(1, 2));
        assertThat(request.documentBytes()).isZero();
        assertThat(request.tools()).isEqualTo(4);
        assertThat(request.structuredOutput()).isTrue();
        assertThat(request.reasoningEffort()).isEqualTo("low");
        assertThat(request.user()).isEqualTo("u-1");
        assertThat(request.metadata()).containsExactly(Map.entry("team", "search"));
        assertThat(request.unknownFields()).containsExactly("shiny");
        assertThat(request.extent()).isEqualTo(MeteredRequest.Extent.ONE_PROMPT);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "nothing special        | {\"model\":\"m\",\"input\":\"hi\"}                                               | -",
                "an earlier response    | {\"model\":\"m\",\"input\":\"hi\",\"previous_response_id\":\"resp_1\"}           | previous_response_id",
                "none of them           | {\"model\":\"m\",\"input\":\"hi\",\"previous_response_id\":null}                 | -",
                "a conversation         | {\"model\":\"m\",\"conversation\":{\"id\":\"conv_1\"}}                         | conversation",
                "compaction             | {\"model\":\"m\",\"input\":\"hi\",\"context_management\":[{\"type\":\"compaction\"}]} | context_management",
                "a stored item          | {\"model\":\"m\",\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]}      | input[0].type",
                "a stored file          | {\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_id\":\"f\"}]}]} | input[0].content[0].file_id",
                "a file elsewhere       | {\"model\":\"m\",\"input\":[{\"content\":[{\"type\":\"input_file\",\"file_url\":\"u\"}]}]} | input[0].content[0].file_url",
                "a stored picture       | {\"model\":\"m\",\"input\":[{\"content\":[{\"type\":\"input_image\",\"file_id\":\"f\"}]}]} | input[0].content[0].file_id",
                "a picture elsewhere    | {\"model\":\"m\",\"input\":[{\"content\":[{\"type\":\"input_image\",\"image_url\":\"u\"}]}]} | -",
                "a search               | {\"model\":\"m\",\"input\":\"hi\",\"tools\":[{\"type\":\"web_search\"}]}          | tools[0].type",
                "an earlier search      | {\"model\":\"m\",\"input\":\"hi\",\"tools\":[{\"type\":\"web_search_preview\"}]}  | tools[0].type",
                "files                  | {\"model\":\"m\",\"input\":\"hi\",\"tools\":[{\"type\":\"file_search\",\"vector_store_ids\":[\"v\"]}]} | tools[0].type",
                "code                   | {\"model\":\"m\",\"input\":\"hi\",\"tools\":[{\"type\":\"code_interpreter\",\"container\":{\"type\":\"auto\"}}]} | tools[0].type",
                "another's tools        | {\"model\":\"m\",\"input\":\"hi\",\"tools\":[{\"type\":\"function\"},{\"type\":\"mcp\",\"server_url\":\"u\"}]} | tools[1].type",
                "a search of tools      | {\"model\":\"m\",\"input\":\"hi\",\"tools\":[{\"type\":\"tool_search\"}]}         | tools[0].type",
                "that the client makes  | {\"model\":\"m\",\"input\":\"hi\",\"tools\":[{\"type\":\"tool_search\",\"execution\":\"client\"}]} | -",
                "a shell of the client's | {\"model\":\"m\",\"input\":\"hi\",\"tools\":[{\"type\":\"shell\"},{\"type\":\"local_shell\"},{\"type\":\"apply_patch\"}]} | -",
                "a shell in a container | {\"model\":\"m\",\"input\":\"hi\",\"tools\":[{\"type\":\"shell\",\"environment\":{\"type\":\"container_auto\"}}]} | tools[0].type",
                "inside a namespace     | {\"model\":\"m\",\"input\":\"hi\",\"tools\":[{\"type\":\"namespace\",\"tools\":[{\"type\":\"mcp\"}]}]} | tools[0].tools[0].type",
            })
    void what_makes_the_model_read_something_that_is_not_here_is_named(
            String story, String body, @Nullable String param) {
        assertThat(understood(body).extent().unbounded()).isEqualTo(param);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a bound of the client's | \"max_tool_calls\":3,\"tools\":[{\"type\":\"web_search\"},{\"type\":\"file_search\"}] | web_search=3 file_search=3",
                "none                    | \"tools\":[{\"type\":\"web_search\"}]                            | web_search=32",
                "code                    | \"tools\":[{\"type\":\"code_interpreter\"}]                      | code_session=2",
                "a call of nothing       | \"max_tool_calls\":0,\"tools\":[{\"type\":\"code_interpreter\"}] | code_session=0",
                "no tool that bills      | \"max_tool_calls\":9,\"tools\":[{\"type\":\"mcp\"}]              |",
            })
    void calls_of_the_providers_tools_are_bounded(String story, String fields, @Nullable String calls) {
        Map<UnitClass, Long> most = understood(with(fields)).extent().calls();
        StringBuilder text = new StringBuilder();
        for (UnitClass unit : UnitClass.values()) {
            if (most.containsKey(unit)) {
                text.append(text.isEmpty() ? "" : " ")
                        .append(unit.wireName())
                        .append('=')
                        .append(most.get(unit));
            }
        }
        assertThat(text.toString()).isEqualTo(calls == null ? "" : calls);
    }

    @Test
    void what_prices_of_tools_depend_on_is_read() {
        assertThat(understood(
                                with(
                                        "\"tools\":[{\"type\":\"web_search\",\"search_context_size\":\"low\"},"
                                                + "{\"type\":\"code_interpreter\",\"container\":{\"type\":\"auto\",\"memory_limit\":\"4g\"}}]"))
                        .asked()
                        .attributes())
                .containsExactlyInAnyOrderEntriesOf(Map.of(Attribute.SEARCH_CONTEXT, "low", Attribute.KIND, "4g"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "no model               | {\"input\":\"x\"}                                          | model",
                "no input               | {\"model\":\"m\"}                                          | input",
                "input as a number      | {\"model\":\"m\",\"input\":7}                              | input",
                "an item as a text      | {\"model\":\"m\",\"input\":[\"x\"]}                        | input[0]",
                "input twice            | {\"model\":\"m\",\"input\":\"x\",\"input\":[]}             | input",
                "made later, not kept   | {\"model\":\"m\",\"input\":\"x\",\"background\":true,\"store\":false} | background",
                "background as a text   | {\"model\":\"m\",\"input\":\"x\",\"background\":\"true\"}  | background",
                "a tier                 | {\"model\":\"m\",\"input\":\"x\",\"service_tier\":\"turbo\"} | service_tier",
                "chat's ceiling         | {\"model\":\"m\",\"input\":\"x\",\"max_tokens\":5}         | max_tokens",
                "a ceiling twice        | {\"model\":\"m\",\"input\":\"x\",\"max_output_tokens\":5,\"max_output_tokens\":9} | max_output_tokens",
                "a ceiling of nothing   | {\"model\":\"m\",\"input\":\"x\",\"max_output_tokens\":0}  | max_output_tokens",
                "in another case        | {\"model\":\"m\",\"input\":\"x\",\"Max_Output_Tokens\":5}  | Max_Output_Tokens",
                "calls below nothing    | {\"model\":\"m\",\"input\":\"x\",\"max_tool_calls\":-1}    | max_tool_calls",
                "a tool of no type      | {\"model\":\"m\",\"input\":\"x\",\"tools\":[{}]}           | tools[0].type",
                "a tool of two          | {\"model\":\"m\",\"input\":\"x\",\"tools\":[{\"type\":\"function\",\"type\":\"mcp\"}]} | tools[0].type",
                "a tool unheard of      | {\"model\":\"m\",\"input\":\"x\",\"tools\":[{\"type\":\"oracle\"}]} | tools[0].type",
                "a stored prompt        | {\"model\":\"m\",\"prompt\":{\"id\":\"pmpt_1\"}}                      | prompt",
                "pictures               | {\"model\":\"m\",\"input\":\"x\",\"tools\":[{\"type\":\"image_generation\"}]} | tools[0].type",
                "tools in a function    | {\"model\":\"m\",\"input\":\"x\",\"tools\":[{\"type\":\"function\",\"tools\":[]}]} | tools[0].tools",
                "a container twice      | {\"model\":\"m\",\"input\":\"x\",\"tools\":[{\"type\":\"code_interpreter\",\"container\":{\"memory_limit\":\"1g\",\"memory_limit\":\"64g\"}}]} | tools[0].container.memory_limit",
                "sound                  | {\"model\":\"m\",\"input\":[{\"content\":[{\"type\":\"input_audio\",\"input_audio\":{}}]}]} | input[0].content[0].input_audio",
                "a picture made before  | {\"model\":\"m\",\"input\":[{\"type\":\"image_generation_call\",\"result\":\"AA\"}]} | input[0].type",
                "a part of two types    | {\"model\":\"m\",\"input\":[{\"type\":\"message\",\"type\":\"item_reference\"}]} | input[0].type",
                "a picture twice        | {\"model\":\"m\",\"input\":[{\"type\":\"input_image\",\"image_url\":\"a\",\"image_url\":\"b\"}]} | input[0].image_url",
                "not JSON               | {\"model\":\"m\",                                          | -",
            })
    void a_field_that_has_no_price_or_no_sense_is_refused_by_name(String story, String body, @Nullable String param) {
        RequestReading reading = read(body);
        assertThat(reading).as(body).isInstanceOf(RequestReading.Refused.class);
        RequestReading.Refused refused = (RequestReading.Refused) reading;
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.param()).isEqualTo(param);
    }

    @Test
    void text_weighs_at_least_its_bytes_wherever_it_stands() {
        String text = "x".repeat(1000);
        long plain = understood(with("")).textBytes();
        for (String fields : new String[] {
            "\"instructions\":\"T\"",
            "\"instructions\":[{\"role\":\"system\",\"content\":\"T\"}]",
            "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"description\":\"T\"}]",
            "\"tools\":[{\"type\":\"function\",\"parameters\":{\"T\":{}}}]",
            "\"tools\":[{\"type\":\"namespace\",\"tools\":[{\"type\":\"custom\",\"name\":\"T\"}]}]",
            "\"tools\":[{\"type\":\"code_interpreter\",\"container\":{\"file_ids\":[\"T\"]}}]",
            "\"tools\":[{\"type\":\"shell\",\"environment\":{\"type\":\"local\",\"skills\":[\"T\"]}}]",
            "\"text\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"T\":{}}}}",
            "\"tool_choice\":{\"name\":\"T\"}",
            "\"unheard_of\":[\"T\"]"
        }) {
            assertThat(understood(with(fields.replace("T", text))).textBytes())
                    .as(fields)
                    .isGreaterThanOrEqualTo(plain + 1000);
        }
        for (String item : new String[] {
            "{\"role\":\"user\",\"content\":\"T\"}",
            "{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"T\"}]}",
            "{\"type\":\"function_call\",\"arguments\":\"T\"}",
            "{\"type\":\"function_call_output\",\"output\":\"T\"}",
            "{\"type\":\"reasoning\",\"encrypted_content\":\"T\"}",
            "{\"type\":\"input_text\",\"image_url\":\"T\"}",
            "{\"type\":\"x\",\"deep\":[[{\"T\":1}]]}"
        }) {
            assertThat(understood(input("[" + item.replace("T", text) + "]")).textBytes())
                    .as(item)
                    .isGreaterThanOrEqualTo(plain + 900);
        }
        String picture = "[{\"content\":[{\"type\":\"input_image\",\"image_url\":\"" + text + "\"}]}]";
        assertThat(understood(input(picture)).textBytes()).isLessThan(300);
        String document = "[{\"content\":[{\"type\":\"input_file\",\"file_data\":\"" + text + "\"}]}]";
        assertThat(understood(input(document)).documentBytes()).isEqualTo(750);
        assertThat(understood(input(document)).textBytes()).isLessThan(300);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "absent | {\"model\":\"m\",\"input\":\"x\"}                            | {\"max_output_tokens\":50,\"model\":\"m\",\"input\":\"x\"}",
                "null   | {\"model\":\"m\",\"max_output_tokens\": null,\"input\":\"x\"} | {\"model\":\"m\",\"max_output_tokens\": 50,\"input\":\"x\"}",
                "lower  | {\"model\":\"m\",\"max_output_tokens\":49,\"input\":\"x\"}   | {\"model\":\"m\",\"max_output_tokens\":49,\"input\":\"x\"}",
                "higher | {\"model\":\"m\",\"max_output_tokens\":51,\"input\":\"x\"}   | {\"model\":\"m\",\"max_output_tokens\":50,\"input\":\"x\"}",
            })
    void a_ceiling_is_set_or_lowered_never_raised(String story, String body, String sent) {
        ByteBuf original = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
        ByteBuf changed = Splice.apply(
                original, understood(body).splicePoints().splices(false, 50L), UnpooledByteBufAllocator.DEFAULT);
        assertThat(changed.toString(StandardCharsets.UTF_8)).isEqualTo(sent);
        original.release();
        changed.release();
    }
}
