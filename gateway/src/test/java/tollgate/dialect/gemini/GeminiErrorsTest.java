package tollgate.dialect.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.Refusal;
import tollgate.dialect.Relay;
import tollgate.dialect.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GeminiErrorsTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final GeminiDialect DIALECT = new GeminiDialect();

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_ARGUMENT",
        "401, UNAUTHENTICATED",
        "402, RESOURCE_EXHAUSTED",
        "403, PERMISSION_DENIED",
        "404, NOT_FOUND",
        "413, INVALID_ARGUMENT",
        "429, RESOURCE_EXHAUSTED",
        "500, INTERNAL",
        "502, UNAVAILABLE",
        "503, UNAVAILABLE",
        "504, DEADLINE_EXCEEDED",
    })
    void a_refusal_has_googles_shape(int status, String name) {
        Refusal refusal = new Refusal(status, "some_code", "tools[0]", "no", Map.of("available", "1.00", "count", 3));
        JsonNode error = MAPPER.readTree(DIALECT.error(refusal, "x_1").text()).path("error");
        assertThat(error.path("code").intValue()).isEqualTo(status);
        assertThat(error.path("status").stringValue()).isEqualTo(name);
        assertThat(error.path("message").stringValue()).isEqualTo("no");
        assertThat(error.path("details").toString())
                .isEqualTo("[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"SOME_CODE\","
                        + "\"domain\":\"tollgate\",\"metadata\":{\"available\":\"1.00\",\"count\":\"3\",\"request_id\":\"x_1\"}},"
                        + "{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\",\"fieldViolations\":[{\"field\":\"tools[0]\","
                        + "\"description\":\"no\"}]}]");
    }

    @Test
    void when_to_try_again_is_told_as_google_tells_it() {
        Refusal refusal = new Refusal(429, "cap_reached", null, "no", Map.of("retry_after", 34L));
        JsonNode last = MAPPER.readTree(DIALECT.error(refusal, null).text())
                .path("error")
                .path("details")
                .path(1);
        assertThat(last.toString())
                .isEqualTo("{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"34s\"}");
    }

    @Test
    void an_error_amid_a_stream_is_a_piece_of_it_and_never_bears_a_comment() {
        Refusal refusal = new Refusal(502, "upstream_cut", null, "cut");
        String body = "data: {\"candidates\":[]}\r\n\r\n";
        String event = text(DIALECT.errorEvent(Service.CHAT, Form.EVENTS, refusal, "x_1", Relay.COMMENT));
        assertThat(event)
                .startsWith("data: {\"error\":{\"code\":502")
                .endsWith("}\r\n\r\n")
                .doesNotContain("tollgate {}");
        assertThat(Relay.stream(DIALECT, body + event, false).scanAll(3).facts().error())
                .isTrue();
        String piece = text(DIALECT.errorEvent(Service.CHAT, Form.SEQUENCE, refusal, "x_1", Relay.COMMENT));
        JsonNode array = MAPPER.readTree("[{\"candidates\":[]}" + piece);
        assertThat(array.path(1).path("error").path("code").intValue()).isEqualTo(502);
        assertThat(array).hasSize(2);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "API key not valid. Please pass a valid API key.        | true",
                "API key expired. Please renew the API key.            | true",
                "Please enable billing on project 1 in Google Cloud.   | true",
                "models/x is not found for API version v1beta          | false",
                "You exceeded your current quota, please check your plan and billing details. | false",
            })
    void our_own_key_is_blamed_by_what_the_message_says(String message, boolean blamed) {
        String error = "{\"error\":{\"code\":400,\"message\":\"" + message + "\",\"status\":\"INVALID_ARGUMENT\"}}";
        assertThat(DIALECT.blamesAccount(error.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(blamed);
        assertThat(DIALECT.blamesAccount(("[" + error + "]").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(blamed);
    }

    @ParameterizedTest
    @CsvSource({
        "API_KEY_INVALID, true",
        "API_KEY_SERVICE_BLOCKED, true",
        "BILLING_DISABLED, true",
        "RATE_LIMIT_EXCEEDED, false",
        "SAFETY, false",
    })
    void our_own_key_is_blamed_by_the_reason_among_the_details(String reason, boolean blamed) {
        String error = "{\"error\":{\"code\":400,\"message\":\"Nein.\",\"status\":\"INVALID_ARGUMENT\",\"details\":[7,"
                + "{\"@type\":\"type.googleapis.com/google.rpc.Help\",\"links\":[{\"reason\":\"API_KEY_INVALID\"}]},"
                + "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" + reason
                + "\",\"domain\":\"googleapis.com\",\"metadata\":{\"service\":\"x\"}}]}}";
        assertThat(DIALECT.blamesAccount(error.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(blamed);
        assertThat(DIALECT.blamesAccount(("[" + error + "]").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(blamed);
    }

    @Test
    void clients_are_known_by_path_or_key() {
        assertThat(DIALECT.addressed("/v1beta/files", name -> false)).isTrue();
        assertThat(DIALECT.addressed("/v1/models", "x-goog-api-key"::equals)).isTrue();
        assertThat(DIALECT.addressed("/v1/models", name -> false)).isFalse();
        assertThat(new GeminiOpenAiDialect().addressed("/v1beta/openai/models", name -> false))
                .isTrue();
    }
}
