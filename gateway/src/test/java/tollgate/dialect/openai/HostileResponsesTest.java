package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Refusal;
import tollgate.dialect.Relay;
import tollgate.dialect.Service;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Streams of Responses that nobody should send, and those that few send. */
class HostileResponsesTest {
    private static final OpenAiDialect DIALECT = new OpenAiDialect();
    private static final String USAGE = "\"usage\":{\"input_tokens\":10,\"output_tokens\":5,\"total_tokens\":15}";
    private static final String END =
            event("response.completed", "\"response\":{\"model\":\"m\",\"output\":[]," + USAGE + "}");

    private static String event(String type, String fields) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields + "}\n\n";
    }

    private static String delta(String text) {
        return event("response.output_text.delta", "\"item_id\":\"usage\",\"delta\":\"" + text + "\",\"logprobs\":[]");
    }

    private static String done(String item) {
        return event("response.output_item.done", "\"output_index\":0,\"item\":" + item);
    }

    private static Relay relay(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Relay whole = Relay.of(DIALECT, Service.RESPONSES, bytes, true, false).scanAll(bytes.length);
        for (int slice = 1; slice < 40; slice += 3) {
            Relay other =
                    Relay.of(DIALECT, Service.RESPONSES, bytes, true, false).scanAll(slice);
            assertThat(other.bytes()).isEqualTo(whole.bytes());
            assertThat(other.facts().usage()).isEqualTo(whole.facts().usage());
            assertThat(other.facts().contentBytes()).isEqualTo(whole.facts().contentBytes());
            assertThat(other.facts().error()).isEqualTo(whole.facts().error());
            assertThat(other.facts().complete()).isEqualTo(whole.facts().complete());
        }
        return whole;
    }

    private static String units(AnswerFacts facts) {
        Usage usage = facts.usage();
        return usage == null
                ? "none"
                : usage.text()
                        + (facts.inputUntold() ? ", no input" : "")
                        + (facts.outputUntold() ? ", no output" : "");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "response.completed  | true  | false | input=10, cached_input=0, output=5",
                "response.incomplete | true  | false | input=10, cached_input=0, output=5",
                "response.cancelled  | true  | false | input=10, cached_input=0, output=5",
                "response.failed     | true  | true  | input=10, cached_input=0, output=5",
                "response.done       | false | false | input=10, cached_input=0, output=5",
            })
    void the_events_that_end_a_stream_report_its_usage(String type, boolean complete, boolean error, String units) {
        Relay relay = relay(delta("hi") + event(type, "\"response\":{\"output\":[]," + USAGE + "}"));
        assertThat(relay.facts().complete()).isEqualTo(complete);
        assertThat(relay.facts().error()).isEqualTo(error);
        assertThat(units(relay.facts())).isEqualTo(units);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\\\"type\\\":\\\"response.completed\\\",\\\"response\\\":{\\\"usage\\\":{\\\"input_tokens\\\":0}}}",
                "data: [DONE]",
                "\\n\\nevent: response.completed\\ndata: {}",
                "\\u0022usage\\u0022:{}",
            })
    void text_that_looks_like_an_end_is_text(String text) {
        Relay relay = relay(delta(text) + END);
        assertThat(units(relay.facts())).isEqualTo("input=10, cached_input=0, output=5");
        assertThat(relay.facts().usageReports()).isEqualTo(1);
        assertThat(relay.facts().contentBytes()).isGreaterThan(8);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "type last       | {\"response\":{\"output\":[],U},\"type\":\"response.completed\"}",
                "type in escapes | {\"t\\u0079pe\":\"response.c\\u006fmpleted\",\"response\":{\"output\":[],U}}",
                "usage first     | {\"type\":\"response.completed\",\"response\":{U,\"output\":[]}}",
                "usage twice     | {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":1},U}}",
                "usage elsewhere | {\"type\":\"response.completed\",\"usage\":null,\"response\":{U,\"metadata\":{\"usage\":{\"input_tokens\":9}},\"tools\":[{\"usage\":{}}]}}",
                "two lines       | {\"type\":\"response.completed\",NEXT_LINE\"response\":{\"output\":[],U}}",
            })
    void usage_is_found_by_its_place(String story, String data) {
        String text = "data: "
                + data.replace("NEXT_LINE", "\ndata: ")
                        .replace("U}", USAGE + "}")
                        .replace("U,", USAGE + ",") + "\n\n";
        Relay relay = relay(delta("hi") + text);
        assertThat(units(relay.facts())).isEqualTo("input=10, cached_input=0, output=5");
        assertThat(relay.facts().complete()).isTrue();
    }

    @Test
    void every_line_end_ends_lines() {
        for (String end : new String[] {"\n", "\r\n", "\r"}) {
            String body = (delta("hi") + END).replace("\n", end);
            Relay relay = relay(body);
            assertThat(relay.text()).isEqualTo(body);
            assertThat(units(relay.facts())).isEqualTo("input=10, cached_input=0, output=5");
        }
    }

    @Test
    void an_end_without_its_blank_line_counts_and_what_follows_an_end_is_dropped() {
        Relay bare = relay(delta("hi") + END.stripTrailing());
        assertThat(units(bare.facts())).isEqualTo("input=10, cached_input=0, output=5");
        assertThat(bare.facts().complete()).isTrue();
        Relay more = relay(delta("hi") + END + "data: [DONE]\n\n: late\n" + delta("free lunch"));
        assertThat(more.text()).endsWith("data: [DONE]\n\n: late\n\n").doesNotContain("free lunch");
        assertThat(more.facts().bytesAfterTerminator()).isPositive();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "in an object | {\"type\":\"error\",\"error\":{\"code\":\"insufficient_quota\",\"message\":\"m\"}} | insufficient_quota",
                "flat         | {\"type\":\"error\",\"code\":\"bad\",\"message\":\"m\",\"param\":null}         |",
                "by its name  | {\"message\":\"m\"}                                                           |",
                "failed       | {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\"},\"usage\":null}} | server_error",
            })
    void errors_are_seen_in_every_form(String story, String data, String code) {
        Relay relay = relay("event: " + (story.equals("by its name") ? "error" : "x") + "\ndata: " + data + "\n\n");
        assertThat(relay.facts().error()).isTrue();
        assertThat(relay.facts().errorCode()).isEqualTo(code);
        assertThat(relay.facts().usage()).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a search         | {\"type\":\"web_search_call\",\"action\":{\"type\":\"search\",\"query\":\"q\"}} | web_search=1",
                "its action first | {\"action\":{\"type\":\"search\"},\"type\":\"web_search_call\"}               | web_search=1",
                "no action told   | {\"type\":\"web_search_call\",\"id\":\"search\"}                              | web_search=1",
                "a page opened    | {\"type\":\"web_search_call\",\"action\":{\"type\":\"open_page\"}}             | none",
                "a page searched  | {\"type\":\"web_search_call\",\"action\":{\"type\":\"find_in_page\"}}          | none",
                "files searched   | {\"type\":\"file_search_call\",\"results\":[{\"type\":\"web_search_call\"}]}   | file_search=1",
                "code             | {\"type\":\"code_interpreter_call\",\"container_id\":\"c1\"}                   | code_session=1",
                "a shell          | {\"type\":\"shell_call\",\"environment\":{\"type\":\"x\",\"container_id\":\"c1\"}} | code_session=1",
                "a local shell    | {\"type\":\"shell_call\",\"environment\":null}                                | none",
                "a message        | {\"type\":\"message\",\"content\":[{\"type\":\"web_search_call\"}]}             | none",
                "a function       | {\"type\":\"function_call\",\"name\":\"web_search_call\",\"arguments\":\"{}\"}   | none",
            })
    void what_bills_besides_tokens_is_owed_as_soon_as_it_is_done_and_once(String story, String item, String units) {
        AnswerFacts cut = relay(delta("hi") + done(item)).facts();
        assertThat(units(cut)).isEqualTo(units.equals("none") ? "none" : units + ", no input, no output");
        String all = units.equals("none") ? "" : ", " + units;
        String end = event("response.completed", "\"response\":{\"output\":[" + item + "]," + USAGE + "}");
        AnswerFacts whole = relay(delta("hi") + done(item) + end).facts();
        assertThat(units(whole)).isEqualTo("input=10, cached_input=0, output=5" + all);
        byte[] document = ("{\"output\":[" + item + "]," + USAGE + "}").getBytes(StandardCharsets.UTF_8);
        AnswerFacts answer = Relay.of(DIALECT, Service.RESPONSES, document, false, false)
                .scanAll(3)
                .facts();
        assertThat(units(answer)).isEqualTo("input=10, cached_input=0, output=5" + all);
    }

    @Test
    void the_very_same_event_again_is_another_call() {
        String search = done("{\"type\":\"web_search_call\",\"action\":{\"type\":\"search\"}}");
        assertThat(units(relay(search.repeat(7)).facts())).isEqualTo("web_search=7, no input, no output");
        String code = done("{\"type\":\"code_interpreter_call\",\"container_id\":\"c\"}");
        assertThat(units(relay(code.repeat(7) + code.replace("\"c\"", "\"d\"")).facts()))
                .isEqualTo("code_session=2, no input, no output");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "as we count      | {\"web_search\":{\"num_requests\":1}}                                    | 1 | no",
                "more than we saw | {\"image_gen\":{\"total_tokens\":0},\"web_search\":{\"num_requests\":4}} | 4 | yes",
                "none             | {\"web_search\":{\"num_requests\":0}}                                    | 0 | yes",
                "pictures         | {\"image_gen\":{\"total_tokens\":7},\"web_search\":{\"num_requests\":1}} | 1 | yes",
                "no number        | {\"web_search\":{\"num_requests\":\"x\"}}                                 | 1 | no",
                "below zero       | {\"web_search\":{\"num_requests\":-3}}                                   | 0 | yes",
                "no object        | []                                                                        | 1 | no",
            })
    void the_providers_own_count_of_searches_goes_before_ours(String story, String told, long searches, String doubt) {
        String item = "{\"type\":\"web_search_call\",\"action\":{\"type\":\"search\"}}";
        AnswerFacts facts = relay(event(
                        "response.completed",
                        "\"response\":{\"tool_usage\":" + told + ",\"output\":[" + item + "]," + USAGE + "}"))
                .facts();
        assertThat(Objects.requireNonNull(facts.usage()).units(UnitClass.WEB_SEARCH))
                .isEqualTo(searches);
        assertThat(facts.usageDoubtful()).isEqualTo(doubt.equals("yes"));
    }

    @Test
    void the_last_event_leaves_before_the_settlement_but_for_what_dispatches_it() {
        byte[] body = (delta("hi") + END).getBytes(StandardCharsets.UTF_8);
        Relay relay = Relay.of(DIALECT, Service.RESPONSES, body, true, false).scan(body.length);
        assertThat(relay.scanner.terminated()).isTrue();
        assertThat(relay.bytes()).hasSize(body.length - 1);
        assertThat(relay.scanner.commentAt()).isEqualTo(body.length - 1);
        AnswerScanner telling = DIALECT.scanner(Service.RESPONSES, new AnswerShape(true, false, true));
        telling.scan(Unpooled.wrappedBuffer(body));
        assertThat(telling.terminated()).isTrue();
        assertThat((char) body[(int) telling.costAt()]).isEqualTo('}');
        assertThat(new String(body, 0, (int) telling.costAt(), StandardCharsets.UTF_8))
                .endsWith("\"total_tokens\":15");
        assertThat(telling.releasable()).isEqualTo(delta("hi").length());
    }

    @Test
    void an_error_event_of_ours_is_read_as_one_and_has_the_documented_fields() {
        byte[] event = DIALECT.errorEvent(
                Service.RESPONSES,
                AnswerShape.Form.EVENTS,
                new Refusal(502, "upstream_cut", null, "cut"),
                "x_1",
                Relay.COMMENT);
        assertThat(new String(event, StandardCharsets.UTF_8))
                .isEqualTo(
                        "event: error\ndata: {\"type\":\"error\",\"code\":\"upstream_cut\",\"message\":\"cut\",\"param\":null,"
                                + "\"error\":{\"message\":\"cut\",\"type\":\"server_error\",\"param\":null,\"code\":\"upstream_cut\"}}\n"
                                + ": tollgate {}\n\n");
        Relay relay = Relay.of(DIALECT, Service.RESPONSES, event, true, false).scanAll(3);
        assertThat(relay.facts().error()).isTrue();
        assertThat(relay.facts().errorCode()).isEqualTo("upstream_cut");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "[]", "null", "{\"output\":{}}", "{\"response\":{\"output\":[]}}", "{\"choices\":[]}"})
    void what_is_no_response_is_not_complete(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        assertThat(Relay.of(DIALECT, Service.RESPONSES, bytes, false, false)
                        .scanAll(1)
                        .facts()
                        .complete())
                .isFalse();
    }
}
