package tollgate.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.ErrorBody;
import tollgate.dialect.Refusal;
import tollgate.dialect.Relay;
import tollgate.dialect.Service;

class AnthropicErrorsTest {
    private final AnthropicDialect dialect = new AnthropicDialect();

    @Test
    void a_refusal_has_the_shape_that_anthropics_libraries_read() {
        ErrorBody body = dialect.error(
                new Refusal(
                        402,
                        "insufficient_funds",
                        null,
                        "The wallet has \"too little\".",
                        Map.of("needed", "0.02", "available", "0.01", "affordable", 120L)),
                "x_1");
        assertThat(body.contentType()).isEqualTo("application/json");
        assertThat(body.text())
                .isEqualTo(
                        "{\"type\":\"error\",\"error\":{\"type\":\"billing_error\",\"message\":\"The wallet has \\\"too"
                                + " little\\\".\",\"code\":\"insufficient_funds\",\"affordable\":120,\"available\":\"0.01\","
                                + "\"needed\":\"0.02\"},\"request_id\":\"x_1\"}");
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "400, invalid_request_error",
        "401, authentication_error",
        "402, billing_error",
        "403, permission_error",
        "404, not_found_error",
        "413, request_too_large",
        "415, invalid_request_error",
        "429, rate_limit_error",
        "500, api_error",
        "502, api_error",
        "503, overloaded_error",
        "504, timeout_error",
        "529, overloaded_error",
    })
    void the_type_follows_the_status(int status, String type) {
        assertThat(dialect.error(new Refusal(status, "c", "p", "m"), null).text())
                .isEqualTo("{\"type\":\"error\",\"error\":{\"type\":\"" + type
                        + "\",\"message\":\"m\",\"code\":\"c\",\"param\":\"p\"}}");
    }

    @Test
    void an_error_event_is_one_whole_block_with_the_comment_inside() {
        Refusal refusal = new Refusal(502, "upstream_cut", null, "line\nbreak");
        String event =
                "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"line\\nbreak\","
                        + "\"code\":\"upstream_cut\"},\"request_id\":\"x_1\"}\n";
        assertThat(new String(
                        dialect.errorEvent(Service.CHAT, AnswerShape.Form.EVENTS, refusal, "x_1", null),
                        StandardCharsets.UTF_8))
                .isEqualTo(event + "\n");
        assertThat(new String(
                        dialect.errorEvent(Service.CHAT, AnswerShape.Form.EVENTS, refusal, "x_1", Relay.COMMENT),
                        StandardCharsets.UTF_8))
                .isEqualTo(event + ": tollgate {}\n\n");
    }

    @Test
    void an_error_event_of_ours_reads_as_an_error() {
        byte[] event = dialect.errorEvent(
                Service.CHAT, AnswerShape.Form.EVENTS, new Refusal(502, "upstream_cut", null, "cut"), "x_1", null);
        Relay relay = Relay.stream(dialect, event, false).scanAll(3);
        assertThat(relay.facts().error()).isTrue();
        assertThat(relay.facts().errorCode()).isEqualTo("upstream_cut");
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "authentication_error  | invalid x-api-key                                                   | true",
                "permission_error      | Your API key does not have permission to use the specified resource | true",
                "billing_error         | Please check the payment details                                    | true",
                "invalid_request_error | Your credit balance is too low to access the Anthropic API.         | true",
                "invalid_request_error | This organization has been disabled.                                | true",
                "invalid_request_error | You have reached your specified API usage limits.                   | true",
                "invalid_request_error | prompt is too long: 3333404 tokens > 200000 maximum                 | false",
                "not_found_error       | model: claude-nope                                                  | false",
                "overloaded_error      | Overloaded                                                          | false",
            })
    void an_error_about_the_operators_account_is_told_from_the_requests(String type, String message, boolean account) {
        String error = "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"" + message
                + "\"},\"request_id\":\"req_1\"}";
        assertThat(dialect.blamesAccount(error.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(account);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            nullValues = "-",
            value = {
                "POST, /v1/messages,                   CHAT",
                "POST, /v1/messages/count_tokens,      COUNT_TOKENS",
                "GET,  /v1/messages,                   -",
                "POST, /v1/messages/,                  -",
                "POST, /v1/messages/batches,           -",
                "POST, /v1/complete,                   -",
                "POST, /V1/MESSAGES,                   -",
                "POST, /v1/chat/completions,           -",
            })
    void only_what_is_metered_passes(String method, String path, String service) {
        assertThat(dialect.service(method, path)).isEqualTo(service == null ? null : Service.valueOf(service));
    }

    @Test
    void its_clients_are_known_by_path_or_version() {
        assertThat(dialect.addressed("/v1/messages/batches", header -> false)).isTrue();
        assertThat(dialect.addressed("/v1/models", "anthropic-version"::equals)).isTrue();
        assertThat(dialect.addressed("/v1/models", header -> false)).isFalse();
    }
}
