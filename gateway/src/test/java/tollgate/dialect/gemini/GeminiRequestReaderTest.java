package tollgate.dialect.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.Splice;
import tollgate.pricing.UnitClass;

class GeminiRequestReaderTest {
    private static final GeminiDialect DIALECT = new GeminiDialect();
    private static final String HELLO = "\"contents\":[{\"parts\":[{\"text\":\"Hello\"}]}]";

    private static RequestReading read(String method, String body) {
        String path = "/v1beta/models/gemini-2.5-flash:" + method;
        ByteBuf buffer = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
        return DIALECT.read(Objects.requireNonNull(DIALECT.service("POST", path)), path, buffer);
    }

    private static MeteredRequest understood(String method, String body) {
        RequestReading reading = read(method, body);
        assertThat(reading).as(body).isInstanceOf(RequestReading.Understood.class);
        return ((RequestReading.Understood) reading).request();
    }

    private static MeteredRequest generate(String more) {
        return understood("generateContent", "{" + HELLO + more + "}");
    }

    private static void refused(String method, String body, String code, @Nullable String param) {
        RequestReading reading = read(method, body);
        assertThat(reading).as(body).isInstanceOf(RequestReading.Refused.class);
        RequestReading.Refused refused = (RequestReading.Refused) reading;
        assertThat(refused.code()).as(refused.message()).isEqualTo(code);
        assertThat(refused.param()).as(refused.message()).isEqualTo(param);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "POST, /v1beta/models/gemini-2.5-flash:generateContent, chat",
        "POST, /v1/models/gemini-2.5-flash:generateContent, chat",
        "POST, /v1beta/models/gemini-2.5-flash:streamGenerateContent, chat",
        "POST, /v1beta/models/gemini-embedding-001:embedContent, embeddings",
        "POST, /v1beta/models/gemini-embedding-001:batchEmbedContents, embeddings",
        "POST, /v1beta/models/gemini-2.5-flash:countTokens, count_tokens",
        "GET, /v1beta/models/gemini-2.5-flash:generateContent, ",
        "POST, /v1beta/models/gemini-2.5-flash, ",
        "POST, /v1beta/models/gemini-2.5-flash:batchGenerateContent, ",
        "POST, /v1beta/models/veo-3.1-generate-preview:predictLongRunning, ",
        "POST, /v1beta/tunedModels/mine:generateContent, ",
        "POST, /v1beta/models/../models/gemini-2.5-flash:generateContent, ",
        "POST, /v1beta/models/gemini%2D2.5-flash:generateContent, ",
        "POST, /v1beta/models/gemini-2.5-flash%3AgenerateContent, ",
        "POST, /v1beta/models/gemini-2.5-flash:generatecontent, ",
        "POST, /v1beta/cachedContents, ",
        "POST, /upload/v1beta/files, ",
    })
    void what_is_metered(String method, String path, @Nullable String service) {
        Service asked = DIALECT.service(method, path);
        assertThat(asked == null ? null : asked.wireName()).isEqualTo(service);
    }

    @Test
    void the_path_names_the_model_and_whether_the_answer_streams() {
        assertThat(generate("").model()).isEqualTo("gemini-2.5-flash");
        assertThat(generate("").stream()).isFalse();
        assertThat(understood("streamGenerateContent", "{" + HELLO + "}").stream())
                .isTrue();
        assertThat(generate(",\"model\":\"models/gemini-2.5-flash\"").model()).isEqualTo("gemini-2.5-flash");
        refused("generateContent", "{" + HELLO + ",\"model\":\"models/gemini-2.5-pro\"}", "invalid_value", "model");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "none                  | ``                                                                  | -1 | 1 | false | 0 | 0",
                "in camel case         | ,\"generationConfig\":{\"maxOutputTokens\":77,\"candidateCount\":3}   | 77 | 3 | false | 0 | 0",
                "in snake case         | ,\"generation_config\":{\"max_output_tokens\":77,\"candidate_count\":3} | 77 | 3 | false | 0 | 0",
                "a schema as JSON      | ,\"generationConfig\":{\"_responseJsonSchema\":{\"type\":\"object\"}} | -1 | 1 | true  | 0 | 0",
                "a schema              | ,\"generationConfig\":{\"responseSchema\":{\"type\":\"OBJECT\"}}      | -1 | 1 | true  | 0 | 0",
                "JSON                  | ,\"generationConfig\":{\"response_mime_type\":\"application/json\"}   | -1 | 1 | true  | 0 | 0",
                "plain text            | ,\"generationConfig\":{\"responseMimeType\":\"text/plain\"}           | -1 | 1 | false | 0 | 0",
                "functions             | ,\"tools\":[{\"functionDeclarations\":[{\"name\":\"a\"},{\"name\":\"b\"}]}] | -1 | 1 | false | 2 | 0",
                "tools without a list  | ,\"tools\":{\"function_declarations\":{\"name\":\"a\"}}               | -1 | 1 | false | 1 | 0",
                "a computer            | ,\"tools\":[{\"computerUse\":{}}]                                    | -1 | 1 | false | 1 | 0",
                "nulls                 | ,\"generationConfig\":null,\"tools\":null,\"systemInstruction\":null  | -1 | 1 | false | 0 | 0",
            })
    void what_is_asked_for(
            String story, String more, long ceiling, int choices, boolean structured, int tools, int images) {
        MeteredRequest request = generate(more);
        assertThat(request.ceiling() == null ? -1 : request.ceiling()).isEqualTo(ceiling);
        assertThat(request.choices()).isEqualTo(choices);
        assertThat(request.structuredOutput()).isEqualTo(structured);
        assertThat(request.tools()).isEqualTo(tools);
        assertThat(request.extent().unbounded()).isNull();
        assertThat(request.usageAsked()).isTrue();
    }

    @Test
    void what_is_packed_is_bounded_by_its_kind() {
        MeteredRequest request = understood(
                "generateContent",
                "{\"contents\":{\"parts\":[{\"text\":\"Hi\"},{\"inline_data\":{\"mime_type\":\"image/png\",\"data\":\"AAAA\"}},"
                        + "{\"inlineData\":{\"mimeType\":\"audio/wav\",\"data\":\"AAAAAAAA\"}},"
                        + "{\"functionResponse\":{\"name\":\"f\",\"response\":{},\"parts\":[{\"inlineData\":"
                        + "{\"mimeType\":\"IMAGE/JPEG\",\"data\":\"AAAA\"}}]}}]}}");
        assertThat(request.images()).isEqualTo(new MeteredRequest.ImageCount(0, 2));
        assertThat(request.documentBytes()).isEqualTo(6);
        assertThat(generate("").documentBytes()).isZero();
        long plain = generate("").textBytes();
        MeteredRequest text = understood(
                "generateContent",
                "{\"contents\":[{\"parts\":[{\"text\":\"Hello\"},{\"inlineData\":{\"mimeType\":\"text/csv\",\"data\":\""
                        + "A".repeat(4_000) + "\"}}]}]}");
        assertThat(text.textBytes()).isGreaterThan(plain + 4_000);
    }

    @Test
    void every_byte_of_text_weighs_wherever_it_stands() {
        String text = "x".repeat(1_000);
        for (String body : List.of(
                "{\"contents\":[{\"parts\":[{\"text\":\"" + text + "\"}]}]}",
                "{" + HELLO + ",\"systemInstruction\":{\"parts\":{\"text\":\"" + text + "\"}}}",
                "{" + HELLO + ",\"tools\":[{\"functionDeclarations\":[{\"description\":\"" + text + "\"}]}]}",
                "{" + HELLO + ",\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"" + text + "\"}}}",
                "{" + HELLO + ",\"generationConfig\":{\"responseJsonSchema\":{\"d\":\"" + text + "\"}}}",
                "{" + HELLO + ",\"generationConfig\":{\"_responseJsonSchema\":{\"d\":\"" + text + "\"}}}",
                "{" + HELLO + ",\"generation_config\":{\"response_format\":{\"d\":\"" + text + "\"}}}",
                "{" + HELLO + ",\"generationConfig\":{\"somethingNew\":{\"d\":\"" + text + "\"}}}",
                "{" + HELLO + ",\"somethingNew\":\"" + text + "\"}",
                "{\"contents\":[{\"parts\":[{\"functionResponse\":{\"response\":{\"a\":\"" + text + "\"}}}]}]}",
                "{\"contents\":[{\"parts\":[{\"functionCall\":{\"args\":{\"" + text + "\":1}}}]}]}",
                "{\"contents\":[{\"parts\":[{\"text\":\"a\",\"" + text + "\":1}]}]}",
                "{\"contents\":[{\"parts\":[{\"thoughtSignature\":\"" + text + "\"}]}]}")) {
            assertThat(understood("generateContent", body).textBytes()).as(body).isGreaterThan(1_000);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a search           | ,\"tools\":[{\"googleSearch\":{}}]            | tools[0].googleSearch            | grounded_prompt | 1",
                "an earlier search  | ,\"tools\":[{\"google_search_retrieval\":{}}] | tools[0].googleSearchRetrieval   | grounded_prompt | 1",
                "maps               | ,\"tools\":[{\"googleMaps\":{}}]              | tools[0].googleMaps              | maps_query | 1",
                "pages              | ,\"tools\":[{\"urlContext\":{}}]              | tools[0].urlContext              | -  | 0",
                "code               | ,\"tools\":[{\"codeExecution\":{}}]           | tools[0].codeExecution           | -  | 0",
                "files              | ,\"tools\":[{\"fileSearch\":{}}]              | tools[0].fileSearch              | -  | 0",
                "what comes next    | ,\"tools\":[{\"somethingNew\":{}}]            | tools[0].somethingNew            | -  | 0",
                "a cache            | ,\"cachedContent\":\"cachedContents/1\"      | cachedContent                    | -  | 0",
                "the same           | ,\"cached_content\":\"cachedContents/1\"     | cachedContent                    | -  | 0",
            })
    void what_reads_on_is_not_bounded(String story, String more, String unbounded, String unit, long most) {
        MeteredRequest.Extent extent = generate(more).extent();
        assertThat(extent.unbounded()).isEqualTo(unbounded);
        assertThat(extent.calls())
                .isEqualTo(unit.equals("-") ? Map.of() : Map.of(Objects.requireNonNull(UnitClass.of(unit)), most));
    }

    @Test
    void a_file_elsewhere_is_not_bounded_wherever_it_is_named() {
        String file = "{\"fileData\":{\"fileUri\":\"https://youtu.be/x\"}}";
        for (String body : List.of(
                "{\"contents\":[{\"parts\":[" + file + "]}]}",
                "{\"contents\":[{\"parts\":[{\"file_data\":{\"file_uri\":\"files/1\"}}]}]}",
                "{" + HELLO + ",\"systemInstruction\":{\"parts\":[" + file + "]}}",
                "{\"contents\":[{\"parts\":[{\"functionResponse\":{\"parts\":[" + file + "]}}]}]}")) {
            assertThat(understood("generateContent", body).extent().unbounded())
                    .as(body)
                    .endsWith("fileData");
        }
    }

    @Test
    void a_search_of_gemini_3_is_held_for_by_the_query() {
        String path = "/v1beta/models/gemini-3-flash-preview:generateContent";
        RequestReading reading = DIALECT.read(
                Service.CHAT,
                path,
                Unpooled.copiedBuffer("{" + HELLO + ",\"tools\":[{\"googleSearch\":{}}]}", StandardCharsets.UTF_8));
        assertThat(((RequestReading.Understood) reading).request().extent().calls())
                .containsExactly(Map.entry(UnitClass.WEB_SEARCH, 32L));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "both spellings at the top  | ,\"generationConfig\":{},\"generation_config\":{\"maxOutputTokens\":9} | repeated_parameter | generationConfig",
                "both spellings inside      | ,\"generationConfig\":{\"maxOutputTokens\":1,\"max_output_tokens\":9}  | repeated_parameter | generationConfig.maxOutputTokens",
                "the same twice             | ,\"tools\":[],\"tools\":[]                                         | repeated_parameter | tools",
                "a ceiling as text          | ,\"generationConfig\":{\"maxOutputTokens\":\"9\"}                   | invalid_value | generationConfig.maxOutputTokens",
                "a ceiling below one        | ,\"generationConfig\":{\"maxOutputTokens\":0}                      | invalid_value | generationConfig.maxOutputTokens",
                "too many candidates        | ,\"generationConfig\":{\"candidateCount\":1000}                    | invalid_value | generationConfig.candidateCount",
                "pictures                   | ,\"generationConfig\":{\"responseModalities\":[\"TEXT\",\"IMAGE\"]} | invalid_value | generationConfig.responseModalities",
                "tools of another kind      | ,\"tools\":\"search\"                                              | invalid_value | tools",
                "a tool of another kind     | ,\"tools\":[1]                                                     | invalid_value | tools[0]",
                "another configuration      | ,\"generationConfig\":[]                                          | invalid_value | generationConfig",
            })
    void what_could_be_read_in_two_ways_is_refused(String story, String more, String code, String param) {
        refused("generateContent", "{" + HELLO + more + "}", code, param);
    }

    @Test
    void what_is_no_request_is_refused() {
        refused("generateContent", "{}", "invalid_value", "contents");
        refused("generateContent", "{\"contents\":null}", "invalid_value", "contents");
        refused("generateContent", "[]", "invalid_json", null);
        refused("generateContent", "{\"contents\":[", "invalid_json", null);
        refused("generateContent", "{\"contents\":[\"Hello\"]}", "invalid_value", "contents[0]");
        refused(
                "generateContent",
                "{\"contents\":[{\"parts\":[{\"text\":1,\"text\":2}]}]}",
                "repeated_parameter",
                "contents[0].parts[0].text");
        refused("embedContent", "{}", "invalid_value", "content");
        refused("embedContent", "{\"requests\":[]}", "invalid_value", "requests");
        refused("batchEmbedContents", "{\"requests\":[]}", "invalid_value", "requests");
        refused("batchEmbedContents", "{\"content\":{}}", "invalid_value", "content");
        refused("batchEmbedContents", "{\"requests\":[{\"model\":\"m\"}]}", "invalid_value", "requests[0].model");
        refused(
                "embedContent",
                "{\"content\":{\"parts\":[{\"inlineData\":{}}]}}",
                "unsupported_parameter",
                "content.parts[0].inlineData");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no configuration   | {\"contents\":[]}                                            | {\"generationConfig\":{\"maxOutputTokens\":50},\"contents\":[]}",
                "null               | {\"contents\":[],\"generationConfig\": null}                 | {\"contents\":[],\"generationConfig\": {\"maxOutputTokens\":50}}",
                "an empty one       | {\"contents\":[],\"generationConfig\":{ }}                   | {\"contents\":[],\"generationConfig\":{\"maxOutputTokens\":50 }}",
                "another setting    | {\"contents\":[],\"generation_config\":{\"topK\":1}}         | {\"contents\":[],\"generation_config\":{\"maxOutputTokens\":50,\"topK\":1}}",
                "a null ceiling     | {\"contents\":[],\"generationConfig\":{\"maxOutputTokens\":null}} | {\"contents\":[],\"generationConfig\":{\"maxOutputTokens\":50}}",
                "a higher ceiling   | {\"contents\":[],\"generationConfig\":{\"maxOutputTokens\":900}} | {\"contents\":[],\"generationConfig\":{\"maxOutputTokens\":50}}",
                "a lower ceiling    | {\"contents\":[],\"generationConfig\":{\"maxOutputTokens\":9}}   | {\"contents\":[],\"generationConfig\":{\"maxOutputTokens\":9}}",
            })
    void a_ceiling_is_spliced_in_and_everything_else_stays(String story, String body, String expected) {
        ByteBuf original = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
        List<Splice> splices =
                understood("generateContent", body).splicePoints().splices(true, 50L);
        ByteBuf changed = Splice.apply(original, splices, UnpooledByteBufAllocator.DEFAULT);
        assertThat(changed.toString(StandardCharsets.UTF_8)).isEqualTo(expected);
        ByteBuf back = Splice.undo(changed, splices, UnpooledByteBufAllocator.DEFAULT);
        assertThat(back.toString(StandardCharsets.UTF_8)).isEqualTo(body);
        assertThat(understood("generateContent", body).splicePoints().splices(true, null))
                .isEmpty();
        changed.release();
        back.release();
    }

    @Test
    void texts_to_make_vectors_of_are_prompts_each() {
        MeteredRequest one = understood(
                "embedContent",
                "{\"content\":{\"parts\":[{\"text\":\"Hello\"}]},\"taskType\":\"RETRIEVAL_QUERY\",\"output_dimensionality\":4}");
        assertThat(one.service()).isEqualTo(Service.EMBEDDINGS);
        assertThat(one.extent().prompts()).isEqualTo(1);
        assertThat(one.ceiling()).isZero();
        MeteredRequest two = understood(
                "batchEmbedContents",
                "{\"requests\":[{\"model\":\"models/gemini-2.5-flash\",\"content\":{\"parts\":[{\"text\":\"Hello\"}]}},"
                        + "{\"content\":{\"parts\":{\"text\":\"again\"}}}]}");
        assertThat(two.extent().prompts()).isEqualTo(2);
        assertThat(two.textBytes()).isGreaterThan(one.textBytes());
    }

    @Test
    void counting_is_free_whatever_is_counted() {
        MeteredRequest request = understood(
                "countTokens",
                "{\"generateContentRequest\":{\"model\":\"models/x\",\"cachedContent\":\"c\",\"contents\":[]}}");
        assertThat(request.service().free()).isTrue();
        assertThat(request.extent().unbounded()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"standard,", "SERVICE_TIER_UNSPECIFIED,", "flex,flex", "PRIORITY,priority"})
    void the_tier_that_is_asked_for_is_priced(String asked, @Nullable String tier) {
        assertThat(generate(",\"service_tier\":\"" + asked + "\"").asked().tier())
                .isEqualTo(tier);
    }
}
