package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.Relay;
import tollgate.pricing.Usage;

/** Streams as no provider should send them, each row whole, byte by byte and cut in two at every place. */
class HostileStreamsTest {
    private static final String TEXT =
            "data: {\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\n";
    private static final String USAGE = usage("[]", 3, 2);
    private static final String DONE = "data: [DONE]\n\n";

    private static String usage(String choices, int input, int output) {
        return "data: {\"choices\":" + choices + ",\"usage\":{\"prompt_tokens\":" + input + ",\"completion_tokens\":"
                + output + "}}\n\n";
    }

    /** Story, stream, what the client gets (C marks the comment), and the usage read: none, or input/output. */
    static Stream<Arguments> rows() {
        return Stream.of(
                row("usage is hidden, the rest passes", TEXT + USAGE + DONE, TEXT + "data: [DONE]\nC\n", "3/2"),
                row(
                        "usage beside choices is not hidden",
                        usage("[{}]", 3, 2) + DONE,
                        usage("[{}]", 3, 2) + "data: [DONE]\nC\n",
                        "3/2"),
                row(
                        "usage null is none",
                        "data: {\"choices\":[],\"usage\":null}\n\n",
                        "data: {\"choices\":[],\"usage\":null}\n\nC",
                        "none"),
                row("usage zero is zero", usage("[]", 0, 0) + DONE, "data: [DONE]\nC\n", "0/0"),
                row("of usage twice the last stands", USAGE + usage("[]", 5, 7) + DONE, "data: [DONE]\nC\n", "5/7"),
                row(
                        "usage null after an object takes nothing back",
                        USAGE + "data: {\"usage\":null}\n\n",
                        "data: {\"usage\":null}\n\nC",
                        "3/2"),
                row("usage need not be last", USAGE + TEXT + DONE, TEXT + "data: [DONE]\nC\n", "3/2"),
                row(
                        "usage after the terminator is dropped and not read",
                        TEXT + DONE + USAGE,
                        TEXT + "data: [DONE]\nC\n\n",
                        "none"),
                row("text after the terminator is dropped", DONE + TEXT + "garbage", "data: [DONE]\nC\n\n", "none"),
                row(
                        "comments, blank lines and terminators after one pass",
                        DONE + ": x\n\n" + DONE + "\n",
                        "data: [DONE]\nC\n: x\n\n" + DONE + "\n",
                        "none"),
                row("no terminator: the comment ends the body", TEXT + USAGE, TEXT + "C", "3/2"),
                row("nothing at all", "", "C", "none"),
                row("terminator without a blank line", TEXT + "data: [DONE]\n", TEXT + "data: [DONE]\nC", "none"),
                row(
                        "terminator without an end of line: no place for a comment",
                        TEXT + "data: [DONE]",
                        TEXT + "data: [DONE]",
                        "none"),
                row("usage without a blank line is read and hidden", TEXT + USAGE.stripTrailing(), TEXT + "C", "3/2"),
                row("half an event at a clean end passes", TEXT + "data: {\"usa", TEXT + "data: {\"usa", "none"),
                row(
                        "CRLF",
                        (TEXT + USAGE + DONE).replace("\n", "\r\n"),
                        TEXT.replace("\n", "\r\n") + "data: [DONE]\r\nC\r\n",
                        "3/2"),
                row(
                        "CR",
                        (TEXT + USAGE + DONE).replace("\n", "\r"),
                        TEXT.replace("\n", "\r") + "data: [DONE]\rC\r",
                        "3/2"),
                row(
                        "no space after the colon",
                        "data:{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\ndata:[DONE]\n\n",
                        "data:[DONE]\nC\n",
                        "1/1"),
                row(
                        "data over several lines",
                        "data: {\"choices\":[],\ndata: \"usage\":{\"prompt_tokens\":1,\ndata: \"completion_tokens\":4}}\n\n",
                        "C",
                        "1/4"),
                row("a byte order mark", "\uFEFF" + TEXT + USAGE + DONE, "\uFEFF" + TEXT + "data: [DONE]\nC\n", "3/2"),
                row(
                        "an event name before the terminator",
                        "event: done\n" + DONE,
                        "event: done\ndata: [DONE]\nC\n",
                        "none"),
                row(
                        "a comment inside the terminator's block stays before ours",
                        "data: [DONE]\n: x\n\n",
                        "data: [DONE]\n: x\nC\n",
                        "none"),
                row(
                        "our own comment from upstream is dropped",
                        ": tollgate {\"usage_cost\":\"9\"}\n\n" + TEXT,
                        "\n" + TEXT + "C",
                        "none"),
                row(
                        "our own comment inside an event is dropped",
                        "data: {\"a\":1}\n:tollgate {}\n\n",
                        "data: {\"a\":1}\n\nC",
                        "none"),
                row("another's comment passes", ": tollbooth\n\n" + TEXT, ": tollbooth\n\n" + TEXT + "C", "none"),
                row(
                        "usage inside content is text",
                        "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\":{\\\"prompt_tokens\\\":9}\"}}]}\n\n",
                        "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\":{\\\"prompt_tokens\\\":9}\"}}]}\n\nC",
                        "none"),
                row(
                        "usage inside tool arguments is not the answer's",
                        "data: {\"choices\":[{\"delta\":{\"usage\":{\"prompt_tokens\":9}}}]}\n\n",
                        "data: {\"choices\":[{\"delta\":{\"usage\":{\"prompt_tokens\":9}}}]}\n\nC",
                        "none"),
                row(
                        "a terminator inside content is text",
                        "data: {\"a\":\"data: [DONE]\\n\\n\"}\n\n" + DONE,
                        "data: {\"a\":\"data: [DONE]\\n\\n\"}\n\ndata: [DONE]\nC\n",
                        "none"),
                row(
                        "usage spelt with escapes is usage",
                        "data: {\"\\u0075s\\u0061ge\":{\"prompt_tokens\":1,\"completion_tokens\":1},\"choices\":[]}\n\n",
                        "C",
                        "1/1"),
                row(
                        "of a repeated name the last object stands",
                        "data: {\"usage\":null,\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1},\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":1},\"choices\":[]}\n\n",
                        "C",
                        "2/1"),
                row(
                        "usage of a vendor, twice in one event, counts once",
                        "data: {\"x_groq\":{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":7}},\"choices\":[{}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n",
                        "data: {\"x_groq\":{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":7}},\"choices\":[{}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\nC",
                        "1/2"),
                row(
                        "usage inside a choice",
                        "data: {\"choices\":[{\"usage\":{\"prompt_tokens\":6,\"completion_tokens\":7}}]}\n\n",
                        "data: {\"choices\":[{\"usage\":{\"prompt_tokens\":6,\"completion_tokens\":7}}]}\n\nC",
                        "6/7"),
                row(
                        "odd numbers: exponents, fractions, strings",
                        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1e3,\"completion_tokens\":\"12.0\"}}\n\n",
                        "C",
                        "1000/12"),
                row(
                        "negative counts are none",
                        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":2}}\n\n",
                        "C",
                        "0/2"),
                row(
                        "absurd counts are cut",
                        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1e999999999,\"completion_tokens\":2}}\n\n",
                        "C",
                        "1000000000000000/2"),
                row(
                        "usage without counts is none",
                        "data: {\"choices\":[],\"usage\":{}}\n\n" + DONE,
                        "data: [DONE]\nC\n",
                        "none"),
                row(
                        "usage that is no object is none",
                        "data: {\"choices\":[],\"usage\":[1]}\n\n",
                        "data: {\"choices\":[],\"usage\":[1]}\n\nC",
                        "none"),
                row(
                        "an error beside usage passes and is read",
                        "data: {\"choices\":[],\"error\":{\"code\":1},\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n",
                        "data: {\"choices\":[],\"error\":{\"code\":1},\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\nC",
                        "1/1"),
                row(
                        "what is not JSON passes",
                        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}}\n\n",
                        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}}\n\nC",
                        "none"));
    }

    private static Arguments row(String story, String stream, String relayed, String usage) {
        return Arguments.of(story, stream, relayed, usage);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void a_hostile_stream(String story, String stream, String relayed, String usage) {
        byte[] body = stream.getBytes(StandardCharsets.UTF_8);
        String expected = relayed.replace("C", new String(Relay.COMMENT, StandardCharsets.UTF_8));
        for (int cut = 0; cut <= body.length; cut++) {
            Relay relay = Relay.stream(new OpenAiDialect(), body, true)
                    .announcing()
                    .scan(cut)
                    .scanAll(body.length);
            assertThat(relay.text()).as("%s, cut at %d", story, cut).isEqualTo(expected);
            assertThat(read(relay.facts())).as("%s, cut at %d", story, cut).isEqualTo(usage);
        }
        Relay byByte =
                Relay.stream(new OpenAiDialect(), body, true).announcing().scanAll(1);
        assertThat(byByte.text()).isEqualTo(expected);
        assertThat(read(byByte.facts())).isEqualTo(usage);
    }

    private static String read(AnswerFacts facts) {
        Usage usage = facts.usage();
        return usage == null ? "none" : usage.inputTokens() + "/" + usage.outputTokens();
    }

    @Test
    void the_client_that_asked_for_usage_gets_it() {
        assertThat(Relay.stream(new OpenAiDialect(), TEXT + USAGE + DONE, false)
                        .scanAll(9)
                        .text())
                .isEqualTo(TEXT + USAGE + DONE);
    }

    @Test
    void the_last_block_waits_for_the_settlement() {
        Relay relay =
                Relay.stream(new OpenAiDialect(), TEXT + DONE + "\n", true).scan(1000);
        assertThat(relay.text()).isEqualTo(TEXT);
        assertThat(relay.scanner.terminated()).isTrue();
        assertThat(relay.end(true).text()).isEqualTo(TEXT + DONE + "\n");
    }

    @Test
    void a_cut_event_never_reaches_the_client_and_tears_nothing() {
        Relay relay = Relay.stream(new OpenAiDialect(), TEXT + TEXT.substring(0, 30), true)
                .announcing()
                .scan(1000);
        relay.end(false);
        assertThat(relay.text()).isEqualTo(TEXT);
        assertThat(relay.scanner.tornEvent()).isFalse();
        assertThat(relay.facts().complete()).isFalse();
    }

    @Test
    void usage_in_an_event_cut_before_its_blank_line_is_read() {
        Relay relay = Relay.stream(new OpenAiDialect(), TEXT + USAGE.strip(), true)
                .scan(1000)
                .end(false);
        assertThat(read(relay.facts())).isEqualTo("3/2");
        assertThat(relay.text()).isEqualTo(TEXT);
    }

    @Test
    void a_cut_after_the_terminator_is_a_complete_answer() {
        Relay relay = Relay.stream(new OpenAiDialect(), TEXT + "data: [DONE]\n", true)
                .announcing()
                .scan(1000)
                .end(false);
        assertThat(relay.facts().complete()).isTrue();
        assertThat(relay.text()).isEqualTo(TEXT + "data: [DONE]\n" + new String(Relay.COMMENT, StandardCharsets.UTF_8));
    }

    @Test
    void an_event_longer_than_the_limit_flows_and_is_still_read() {
        String big = "data: {\"choices\":[{\"delta\":{\"content\":\"" + "x".repeat(5_000_000)
                + "\"}}],\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":9}}\n\n";
        Relay relay = Relay.stream(new OpenAiDialect(), TEXT + big + DONE, true);
        relay.scan(TEXT.length() + 60_000);
        assertThat(relay.text()).isEqualTo(TEXT);
        relay.scan(10_000);
        assertThat(relay.bytes()).hasSize(TEXT.length() + 70_000);
        assertThat(relay.scanner.tornEvent()).isTrue();
        relay.scanAll(10_000);
        assertThat(relay.text()).isEqualTo(TEXT + big + DONE);
        assertThat(read(relay.facts())).isEqualTo("8/9");
        assertThat(relay.facts().contentBytes()).isEqualTo(5_000_002);
        assertThat(relay.scanner.tornEvent()).isFalse();
    }

    @Test
    void a_cut_inside_a_flowing_event_tears_it() {
        Relay relay = Relay.stream(new OpenAiDialect(), "data: " + "x".repeat(100_000), true)
                .scan(90_000)
                .end(false);
        assertThat(relay.bytes()).hasSize(90_000);
        assertThat(relay.scanner.tornEvent()).isTrue();
    }

    @Test
    void an_endless_line_after_the_terminator_is_dropped_as_it_comes() {
        Relay relay = Relay.stream(new OpenAiDialect(), DONE + "data: " + "x".repeat(100_000), true)
                .scan(30);
        relay.scanner.settled();
        relay.scan(50_000);
        assertThat(relay.text()).isEqualTo(DONE);
        assertThat(relay.scanner.releasable()).isEqualTo(50_030);
        relay.scanAll(1000);
        assertThat(relay.facts().bytesAfterTerminator()).isEqualTo(100_006);
    }

    @Test
    void keep_alive_comments_leave_at_once() {
        Relay relay =
                Relay.stream(new OpenAiDialect(), ": keep-alive\n" + TEXT, true).scan(13);
        assertThat(relay.text()).isEqualTo(": keep-alive\n");
    }

    @Test
    void errors_are_found_by_their_place() {
        assertThat(error("data: {\"error\":{\"code\":\"bad\",\"type\":\"t\"}}\n\n"))
                .isEqualTo("bad");
        assertThat(error("data: {\"error\":{\"code\":null,\"type\":\"t\"}}\n\n"))
                .isEqualTo("t");
        assertThat(error("data: {\"error\":\"words\"}\n\n")).isEqualTo("?");
        assertThat(error("event: error\ndata: {}\n\n")).isEqualTo("?");
        assertThat(error("data: {\"error\":null}\n\n")).isEqualTo("none");
        assertThat(error("data: {\"choices\":[{\"delta\":{\"error\":{}}}]}\n\n"))
                .isEqualTo("none");
        assertThat(error("event: errors\ndata: {}\n\n")).isEqualTo("none");
    }

    private static String error(String stream) {
        AnswerFacts facts =
                Relay.stream(new OpenAiDialect(), stream, true).scanAll(5).facts();
        return facts.error() ? Objects.requireNonNullElse(facts.errorCode(), "?") : "none";
    }

    @Test
    void generated_text_is_counted_as_utf_8_whatever_its_escapes() {
        AnswerFacts facts = Relay.stream(
                        new OpenAiDialect(),
                        "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"a\\u00e9\\u6f22\\ud83d\\ude00é\\n\"}},{\"delta\":{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"arguments\":\"{}\"}}]}}]}\n\n",
                        true)
                .scanAll(3)
                .facts();
        assertThat(facts.contentBytes()).isEqualTo(1 + 2 + 3 + 4 + 2 + 1 + 2);
        assertThat(facts.boundUnits()).isEqualTo(facts.contentBytes() + 9 + 1 + 32);
    }
}
