package tollgate.dialect.bedrock;

import static org.assertj.core.api.Assertions.assertThat;
import static tollgate.dialect.bedrock.BedrockSamples.CLAUDE;
import static tollgate.dialect.bedrock.BedrockSamples.DIALECT;
import static tollgate.dialect.bedrock.BedrockSamples.path;
import static tollgate.dialect.bedrock.BedrockSamples.reading;
import static tollgate.dialect.bedrock.BedrockSamples.request;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.ErrorBody;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Refusal;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.Splice;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Which paths are Bedrock's, what bounds their bodies, and how refusals look. */
class BedrockDialectTest {
    private static final String LLAMA = "us.meta.llama3-3-70b-instruct-v1%3A0";
    private static final String HELLO = "\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Hello\"}]}]";

    @ParameterizedTest
    @CsvSource({
        "us.anthropic.claude-haiku-4-5-20251001-v1%3A0, us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0, us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.amazon.nova-lite-v1%3A0, us.amazon.nova-lite-v1:0",
        "arn%3aaws%3abedrock%3aus-east-1%3a%3afoundation-model%2famazon.nova-lite-v1%3a0, amazon.nova-lite-v1:0",
        "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc, arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
    })
    void a_path_names_a_model(String segment, String model) {
        for (String operation : new String[] {"converse", "converse-stream", "count-tokens"}) {
            assertThat(Objects.requireNonNull(BedrockPath.of(path(segment, operation)))
                            .model())
                    .isEqualTo(model);
            assertThat(DIALECT.service("POST", path(segment, operation)))
                    .isEqualTo(operation.startsWith("count") ? Service.COUNT_TOKENS : Service.CHAT);
        }
        assertThat(DIALECT.service("GET", path(segment, "converse"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/model/x/async-invoke",
                "/model/x/invoke-with-bidirectional-stream",
                "/model/x/Converse",
                "/model//converse",
                "/model/a%2Fb/converse",
                "/model/a%252Fb/converse",
                "/model/a%2/converse",
                "/model/..%2fconverse/invoke",
                "/model/arn%3Aaws%3As3%3A%3A%3Abucket%2Fx/invoke",
                "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Fa%2Fb/invoke",
                "/model/x/converse/",
                "/async-invoke",
                "/guardrail/g/version/1/apply",
                "/model-invocation-job"
            })
    void nothing_else_passes_and_is_refused_in_its_shape(String path) {
        assertThat(DIALECT.service("POST", path)).isNull();
        assertThat(DIALECT.addressed(path, name -> false)).isTrue();
    }

    @Test
    void a_conversation_is_bounded_by_all_of_its_text() {
        MeteredRequest request = request(
                path(CLAUDE, "converse-stream"),
                "{\"system\":[{\"text\":\"Be short.\"},{\"cachePoint\":{\"type\":\"default\",\"ttl\":\"1h\"}}]," + HELLO
                        + ",\"inferenceConfig\":{\"maxTokens\":77},\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"add\","
                        + "\"inputSchema\":{\"json\":{}}}}]},\"requestMetadata\":{\"team\":\"search\"}}");
        assertThat(request.model()).isEqualTo("us.anthropic.claude-haiku-4-5-20251001-v1:0");
        assertThat(request.stream()).isTrue();
        assertThat(request.ceiling()).isEqualTo(77);
        assertThat(request.tools()).isEqualTo(1);
        assertThat(request.metadata()).containsExactly(Map.entry("team", "search"));
        assertThat(request.textBytes()).isBetween(1_100L, 2_000L);
        assertThat(request.splicePoints().splices(false, 50L)).hasSize(1);
        assertThat(request.splicePoints().splices(false, 100L)).isEmpty();
        assertThat(request.extent().unbounded()).isNull();
        assertThat(request.unknownFields()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a picture | {\"image\":{\"format\":\"png\",\"source\":{\"bytes\":\"QUJD\"}}} | 1 | 0 |",
                "a picture elsewhere is one, too | {\"image\":{\"format\":\"png\",\"source\":{\"s3Location\":{\"uri\":\"s3://b/p\"}}}} | 1 | 0 |",
                "a packed document | {\"document\":{\"format\":\"pdf\",\"name\":\"d\",\"source\":{\"bytes\":\"QUJDREVG\"}}} | 0 | 6 |",
                "a text in base64 | {\"document\":{\"source\":{\"bytes\":\"QUJDREVG\"},\"format\":\"txt\",\"name\":\"d\"}} | 0 | 0 |",
                "a document elsewhere | {\"document\":{\"format\":\"pdf\",\"name\":\"d\",\"source\":{\"s3Location\":{\"uri\":\"s3://b/d\"}}}} | 0 | 0 | messages[0].content[0].document.source.s3Location",
                "a video elsewhere | {\"video\":{\"format\":\"mp4\",\"source\":{\"s3Location\":{\"uri\":\"s3://b/d\"}}}} | 0 | 0 | messages[0].content[0].video.source.s3Location",
                "a picture that a tool answered | {\"toolResult\":{\"toolUseId\":\"t\",\"content\":[{\"image\":{\"format\":\"png\",\"source\":{\"bytes\":\"QUJD\"}}}]}} | 1 | 0 |",
            })
    void what_is_not_text_is_bounded_or_named(
            String story, String block, int images, long packed, @Nullable String unbounded) {
        MeteredRequest request =
                request(path(CLAUDE, "converse"), "{\"messages\":[{\"role\":\"user\",\"content\":[" + block + "]}]}");
        assertThat(request.images().other()).as(story).isEqualTo(images);
        assertThat(request.documentBytes()).as(story).isEqualTo(packed);
        assertThat(request.extent().unbounded()).as(story).isEqualTo(unbounded);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "converse | {} | invalid_value | messages",
                "converse | {HELLO,\"guardrailConfig\":{\"guardrailIdentifier\":\"g\"}} | unsupported_parameter | guardrailConfig",
                "converse | {HELLO,\"toolConfig\":{\"tools\":[{\"systemTool\":{\"name\":\"nova_grounding\"}}]}} | unsupported_parameter | toolConfig.tools[0].systemTool",
                "converse | {HELLO,\"additionalModelRequestFields\":{\"max_tokens\":9}} | unsupported_parameter | additionalModelRequestFields.max_tokens",
                "converse | {HELLO,\"additionalModelRequestFields\":{\"inferenceConfig\":{\"maxTokens\":9}}} | unsupported_parameter | additionalModelRequestFields.inferenceConfig.maxTokens",
                "converse | {HELLO,\"additionalModelRequestFields\":{\"n\":9}} | unsupported_parameter | additionalModelRequestFields.n",
                "converse | {HELLO,\"additionalModelRequestFields\":{\"mcp_servers\":[]}} | unbounded_input | additionalModelRequestFields.mcp_servers",
                "converse | {HELLO,\"additionalModelRequestFields\":{\"tools\":[{\"type\":\"web_search_20250305\"}]}} | unbounded_input | tools[0].type",
                "converse | {\"messages\":[{\"role\":\"user\",\"content\":[{\"future\":{}}]}]} | unbounded_input | messages[0].content[0].future",
                "converse | {\"messages\":[{\"role\":\"user\",\"content\":[{\"guardContent\":{}}]}]} | unsupported_parameter | messages[0].content[0].guardContent",
                "converse | {\"messages\":[{\"content\":[],\"content\":[]}]} | repeated_parameter | messages[0].content",
                "converse | {HELLO,\"inferenceConfig\":{\"maxTokens\":1,\"maxTokens\":2}} | repeated_parameter | inferenceConfig.maxTokens",
                "converse | {HELLO,\"inferenceConfig\":{\"maxTokens\":0}} | invalid_value | inferenceConfig.maxTokens",
                "converse | {HELLO,\"serviceTier\":{\"type\":\"flex\"},\"performanceConfig\":{\"latency\":\"optimized\"}} | invalid_value | performanceConfig",
                "converse | {HELLO,HELLO} | repeated_parameter | messages",
                "converse | [] | invalid_json |",
                "invoke | {\"messages\":[]} | invalid_value | max_tokens",
            })
    void what_cannot_be_bounded_or_priced_is_refused(
            String operation, String body, String code, @Nullable String param) {
        RequestReading.Refused refused =
                (RequestReading.Refused) reading(path(CLAUDE, operation), body.replace("HELLO", HELLO));
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.param()).isEqualTo(param);
        assertThat(refused.status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "meta.llama3-8b-instruct-v1%3A0 | {\"prompt\":\"Hi\"} | 500 | {\"max_gen_len\":500,\"prompt\":\"Hi\"}",
                "mistral.mistral-large-2407-v1%3A0 | {\"prompt\":\"Hi\"} | 500 | {\"max_tokens\":500,\"prompt\":\"Hi\"}",
                "openai.gpt-oss-20b-1%3A0 | {\"messages\":[]} | 500 | {\"max_completion_tokens\":500,\"messages\":[]}",
                "amazon.titan-text-express-v1 | {\"inputText\":\"Hi\"} | 500 | {\"textGenerationConfig\":{\"maxTokenCount\":500},\"inputText\":\"Hi\"}",
                "amazon.titan-text-express-v1 | {\"inputText\":\"Hi\",\"textGenerationConfig\":{\"topP\":1}} | 500 | {\"inputText\":\"Hi\",\"textGenerationConfig\":{\"maxTokenCount\":500,\"topP\":1}}",
                "amazon.nova-lite-v1%3A0 | {\"messages\":[]} | 500 | {\"inferenceConfig\":{\"maxTokens\":500},\"messages\":[]}",
                "cohere.command-r-v1%3A0 | {\"message\":\"Hi\",\"max_tokens\":null} | 500 | {\"message\":\"Hi\",\"max_tokens\":500}",
            })
    void a_ceiling_is_set_where_the_family_has_it(String model, String body, long ceiling, String sent) {
        MeteredRequest request = request(path(model, "invoke"), body);
        assertThat(request.ceiling()).isNull();
        ByteBuf from = Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8));
        ByteBuf changed =
                Splice.apply(from, request.splicePoints().splices(false, ceiling), UnpooledByteBufAllocator.DEFAULT);
        assertThat(changed.toString(StandardCharsets.UTF_8)).isEqualTo(sent);
    }

    @Test
    void a_ceiling_is_found_where_the_family_has_it() {
        assertThat(request(path(LLAMA, "invoke"), "{\"prompt\":\"Hi\",\"max_gen_len\":9}")
                        .ceiling())
                .isEqualTo(9);
        assertThat(request(
                                path("amazon.titan-text-express-v1", "invoke"),
                                "{\"inputText\":\"Hi\",\"textGenerationConfig\":{\"maxTokenCount\":9}}")
                        .ceiling())
                .isEqualTo(9);
        MeteredRequest several =
                request(path("ai21.jamba-1-5-mini-v1%3A0", "invoke"), "{\"messages\":[],\"max_tokens\":9,\"n\":3}");
        assertThat(several.choices()).isEqualTo(3);
        MeteredRequest texts = request(
                path("cohere.embed-english-v3", "invoke"), "{\"texts\":[\"a\",\"b\",\"c\"],\"input_type\":\"x\"}");
        assertThat(texts.service()).isEqualTo(Service.EMBEDDINGS);
        assertThat(texts.extent().prompts()).isEqualTo(3);
    }

    @Test
    void what_lies_elsewhere_or_is_stored_is_named() {
        assertThat(request(path(LLAMA, "invoke"), "{\"prompt\":\"Hi\",\"images\":[\"https://x.example/p\"]}")
                        .extent()
                        .unbounded())
                .isEqualTo("images[0]");
        String prompt = "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aprompt%2FABC%3A1";
        assertThat(request(path(prompt, "converse"), "{\"promptVariables\":{}}")
                        .extent()
                        .unbounded())
                .isEqualTo("modelId");
        // nobody knows whose language it is, so nobody could set its ceiling
        String profile = "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc";
        assertThat(reading(path(profile, "invoke"), "{\"prompt\":\"Hi\"}")).isInstanceOf(RequestReading.Refused.class);
        assertThat(request(path(profile, "invoke"), "{\"prompt\":\"Hi\",\"max_tokens\":9}")
                        .ceiling())
                .isEqualTo(9);
        assertThat(reading(path("amazon.titan-embed-image-v1", "invoke"), "{\"inputImage\":\"QUJD\"}"))
                .isInstanceOf(RequestReading.Refused.class);
    }

    @Test
    void a_claude_by_its_own_language_has_no_regions_of_anthropics_and_streams_by_its_path() {
        String body = "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":9,\"stream\":false,\"messages\":"
                + "[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        MeteredRequest request = request(path(CLAUDE, "invoke-with-response-stream"), body);
        assertThat(request.stream()).isTrue();
        assertThat(request.asked().dearestRegion()).isNull();
        assertThat(request.ceiling()).isEqualTo(9);
        assertThat(request.unknownFields()).isEmpty();
        assertThat(request.model()).isEqualTo("us.anthropic.claude-haiku-4-5-20251001-v1:0");
    }

    @Test
    void a_tier_or_a_speed_is_asked_for_by_its_name() {
        assertThat(request(path(CLAUDE, "converse"), "{" + HELLO + ",\"serviceTier\":{\"type\":\"priority\"}}")
                        .asked()
                        .tier())
                .isEqualTo("priority");
        assertThat(request(
                                path(CLAUDE, "converse"),
                                "{" + HELLO + ",\"performanceConfig\":{\"latency\":\"optimized\"}}")
                        .asked()
                        .tier())
                .isEqualTo("optimized");
        assertThat(request(path(CLAUDE, "converse"), "{" + HELLO + ",\"performanceConfig\":{\"latency\":\"standard\"}}")
                        .asked()
                        .tier())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "x-amzn-bedrock-guardrailidentifier, g, false",
        "x-amzn-bedrock-guardrailversion, 1, false",
        "x-amzn-bedrock-service-tier, flex, false",
        "x-amzn-bedrock-service-tier, default, true",
        "x-amzn-bedrock-performanceconfig-latency, optimized, false",
        "x-amzn-bedrock-performanceconfig-latency, standard, true",
        "x-amzn-bedrock-accept, */*, true",
        "content-type, application/json, true",
    })
    void what_bills_by_a_field_of_the_head_does_not_pass(String name, String value, boolean passes) {
        assertThat(DIALECT.takesField(name, value)).isEqualTo(passes);
        assertThat(DIALECT.takesQuery("X-Amz-Signature", "x")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "400, ValidationException, validationException",
        "401, UnrecognizedClientException, validationException",
        "402, ServiceQuotaExceededException, throttlingException",
        "403, AccessDeniedException, validationException",
        "404, ResourceNotFoundException, validationException",
        "413, ValidationException, validationException",
        "429, ThrottlingException, throttlingException",
        "500, InternalServerException, internalServerException",
        "502, InternalServerException, modelStreamErrorException",
        "503, ServiceUnavailableException, serviceUnavailableException",
        "504, ModelTimeoutException, modelTimeoutException",
    })
    void a_refusal_has_the_name_of_a_declared_exception(int status, String type, String inStream) throws Exception {
        Refusal refusal = new Refusal(status, "some_reason", "field", "Said so.", Map.of("available", "1.00"));
        ErrorBody body = DIALECT.error(refusal, "01EXCHANGE");
        assertThat(body.fields())
                .containsEntry("x-amzn-errortype", type)
                .containsEntry("x-amzn-requestid", "01EXCHANGE");
        JsonNode json = JsonMapper.shared().readTree(body.text());
        assertThat(json.path("message").asString()).isEqualTo("Said so.");
        assertThat(json.path("reason").asString()).isEqualTo("some_reason");
        assertThat(json.path("available").asString()).isEqualTo("1.00");
        Message frame = Message.decode(ByteBuffer.wrap(DIALECT.errorEvent(
                Service.CHAT, Form.FRAMES, refusal, "01EXCHANGE", ": tollgate {}".getBytes(StandardCharsets.UTF_8))));
        assertThat(frame.getHeaders())
                .containsEntry(":message-type", HeaderValue.fromString("exception"))
                .containsEntry(":exception-type", HeaderValue.fromString(inStream));
        assertThat(new String(frame.getPayload(), StandardCharsets.UTF_8)).isEqualTo(body.text());
    }

    @ParameterizedTest
    @CsvSource({
        "The security token included in the request is invalid., true",
        "Signature expired: 20261128T000000Z is now earlier than x, true",
        "User: arn:aws:sts::123456789012:assumed-role/r is not authorized to perform: bedrock:InvokeModel, true",
        "The request signature we calculated does not match the signature you provided., true",
        "messages.1.content.0: Invalid `signature` in `thinking` block, false",
        "The provided model identifier is invalid., false",
        "Input is too long for requested model., false",
    })
    void an_error_about_the_account_is_known_by_its_message(String message, boolean ours) {
        byte[] document = ("{\"Message\":\"" + message + "\"}").getBytes(StandardCharsets.UTF_8);
        assertThat(DIALECT.blamesAccount(document)).isEqualTo(ours);
        assertThat(DIALECT.blamesAccount("no document".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
    }
}
