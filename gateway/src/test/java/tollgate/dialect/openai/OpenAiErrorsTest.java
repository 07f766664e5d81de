package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

class OpenAiErrorsTest {
    private final OpenAiDialect dialect = new OpenAiDialect();

    @Test
    void a_refusal_has_the_shape_that_openai_libraries_read() {
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
                        "{\"error\":{\"message\":\"The wallet has \\\"too little\\\".\",\"type\":\"insufficient_funds\","
                                + "\"param\":null,\"code\":\"insufficient_funds\",\"affordable\":120,\"available\":\"0.01\","
                                + "\"needed\":\"0.02\"}}");
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "400, invalid_request_error",
        "401, invalid_request_error",
        "402, insufficient_funds",
        "403, permission_error",
        "404, invalid_request_error",
        "413, invalid_request_error",
        "429, rate_limit_error",
        "500, server_error",
        "502, server_error",
        "503, server_error",
        "504, server_error",
    })
    void the_type_follows_the_status(int status, String type) {
        assertThat(dialect.error(new Refusal(status, "c", "p", "m"), null).text())
                .isEqualTo("{\"error\":{\"message\":\"m\",\"type\":\"" + type + "\",\"param\":\"p\",\"code\":\"c\"}}");
    }

    @Test
    void an_error_event_is_one_whole_block_with_the_comment_inside() {
        Refusal refusal = new Refusal(502, "upstream_cut", null, "line\nbreak");
        String event = "data: {\"error\":{\"message\":\"line\\nbreak\",\"type\":\"server_error\",\"param\":null,"
                + "\"code\":\"upstream_cut\"}}\n";
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
        Relay relay = Relay.stream(new OpenAiDialect(), event, true).scanAll(3);
        assertThat(relay.facts().error()).isTrue();
        assertThat(relay.facts().errorCode()).isEqualTo("upstream_cut");
    }

    @Test
    void details_are_strings_or_whole_numbers() {
        assertThatThrownBy(() -> new Refusal(402, "c", null, "m", Map.of("x", new Object())))
                .hasMessageContaining("details.x");
        assertThatThrownBy(() -> new Refusal(200, "c", null, "m")).hasMessageContaining("200");
    }
}
