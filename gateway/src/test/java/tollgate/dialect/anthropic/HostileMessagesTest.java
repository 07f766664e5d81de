package tollgate.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.Relay;
import tollgate.pricing.Usage;

/** Message streams as no provider should send them, each row whole, byte by byte and cut in two at every place. */
class HostileMessagesTest {
    private static final AnthropicDialect DIALECT = new AnthropicDialect();
    private static final String START = start("{\"input_tokens\":30,\"output_tokens\":1}");
    private static final String TEXT = delta("\"type\":\"text_delta\",\"text\":\"hi\"");
    private static final String PING = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
    private static final String DELTA = last("{\"output_tokens\":9}");
    private static final String STOP = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    private static final String STOPPED = "event: message_stop\ndata: {\"type\":\"message_stop\"}\nC\n";

    private static String start(String usage) {
        return "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"claude-x\",\"usage\":"
                + usage + "}}\n\n";
    }

    private static String delta(String fields) {
        return "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{" + fields
                + "}}\n\n";
    }

    private static String last(String usage) {
        return "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":"
                + usage + "}\n\n";
    }

    /** Story, stream, what the client gets (C marks the comment; null: all of it, the comment inside its end), usage read. */
    static Stream<Arguments> rows() {
        return Stream.of(
                row(
                        "a usual stream",
                        START + PING + TEXT + DELTA + STOP,
                        START + PING + TEXT + DELTA + STOPPED,
                        "30/9"),
                row("what a delta leaves out stands as the start said it", START + DELTA, START + DELTA + "C", "30/9"),
                row(
                        "a delta that says all replaces the start",
                        START + last("{\"input_tokens\":4000,\"output_tokens\":9}") + STOP,
                        START + last("{\"input_tokens\":4000,\"output_tokens\":9}") + STOPPED,
                        "4000/9"),
                row("of usage twice the last stands", START + DELTA + last("{\"output_tokens\":12}"), null, "30/12"),
                row("usage null takes nothing back", START + last("null"), null, "30/1+"),
                row(
                        "a null count takes nothing back",
                        START + last("{\"input_tokens\":null,\"output_tokens\":9}"),
                        null,
                        "30/9"),
                row("usage zero is zero", START + last("{\"input_tokens\":0,\"output_tokens\":0}"), null, "0/0"),
                row("a start alone tells only how the output begins", START + TEXT, null, "30/1+"),
                row("a delta alone does not tell the input", DELTA, null, "+0/9"),
                row("an empty usage object tells nothing", start("{}") + last("{}"), null, "none"),
                row("no usage at all", TEXT + STOP, TEXT + STOPPED, "none"),
                row("usage that is no object is none", start("[1]") + last("\"9\""), null, "none"),
                row(
                        "a second start of another message replaces the first",
                        START + TEXT + start("{\"input_tokens\":50,\"output_tokens\":1}") + TEXT + DELTA,
                        null,
                        "50/9"),
                row(
                        "usage after the terminator is dropped and not read",
                        START + STOP + DELTA,
                        START + STOPPED + "\n",
                        "30/1+"),
                row("text after the terminator is dropped", STOP + TEXT + "garbage", STOPPED + "\n", "none"),
                row(
                        "comments, blank lines and [DONE] after the terminator pass",
                        STOP + ": x\n\ndata: [DONE]\n\n\n",
                        STOPPED + ": x\n\ndata: [DONE]\n\n\n",
                        "none"),
                row("[DONE] amid a stream ends nothing", START + "data: [DONE]\n\n" + DELTA, null, "30/9"),
                row(
                        "a terminator without a blank line",
                        START + STOP.stripTrailing() + "\n",
                        START + STOP.stripTrailing() + "\nC",
                        "30/1+"),
                row(
                        "a terminator without an end of line: no place for a comment",
                        START + STOP.stripTrailing(),
                        START + STOP.stripTrailing(),
                        "30/1+"),
                row(
                        "a terminator by its data, whatever its name",
                        "data: {\"type\":\"message_stop\"}\n\n" + TEXT,
                        "data: {\"type\":\"message_stop\"}\nC\n\n",
                        "none"),
                row(
                        "a terminator's name alone ends nothing",
                        "event: message_stop\ndata: {}\n\n" + START,
                        null,
                        "30/1+"),
                row(
                        "padding inside the terminator",
                        "data: {\"type\":\"message_stop\"         }\n\n" + TEXT,
                        "data: {\"type\":\"message_stop\"         }\nC\n\n",
                        "none"),
                row(
                        "a terminator spelt with escapes",
                        "data: {\"t\\u0079pe\":\"message\\u005fstop\"}\n\n" + TEXT,
                        "data: {\"t\\u0079pe\":\"message\\u005fstop\"}\nC\n\n",
                        "none"),
                row(
                        "half a terminator at a clean end passes",
                        START + "event: message_stop\ndata: {\"type\":\"message_st",
                        START + "event: message_stop\ndata: {\"type\":\"message_st",
                        "30/1+"),
                row("nothing at all", "", "C", "none"),
                row(
                        "CRLF",
                        (START + DELTA + STOP).replace("\n", "\r\n"),
                        (START + DELTA).replace("\n", "\r\n") + STOPPED.replace("\n", "\r\n"),
                        "30/9"),
                row(
                        "CR",
                        (START + DELTA + STOP).replace("\n", "\r"),
                        (START + DELTA).replace("\n", "\r") + STOPPED.replace("\n", "\r"),
                        "30/9"),
                row(
                        "no space after the colon",
                        (START + DELTA).replace(": {", ":{").replace("event: ", "event:"),
                        null,
                        "30/9"),
                row(
                        "data over several lines",
                        "data: {\"type\":\"message_delta\",\ndata: \"usage\":{\"input_tokens\":1,\ndata: \"output_tokens\":4}}\n\n",
                        null,
                        "1/4"),
                row("a byte order mark", "\uFEFF" + START + DELTA, null, "30/9"),
                row(
                        "our own comment from upstream is dropped",
                        ": tollgate {\"usage_cost\":\"9\"}\n\n" + TEXT,
                        "\n" + TEXT + "C",
                        "none"),
                row("another's comment passes", ": keep-alive\n\n" + TEXT, null, "none"),
                row(
                        "usage and terminators inside text are text",
                        START
                                + delta(
                                        "\"type\":\"text_delta\",\"text\":\"}}\\n\\ndata: {\\\"type\\\":\\\"message_stop\\\"}\\n\\n\\\"usage\\\":{\\\"output_tokens\\\":99}\""),
                        null,
                        "30/1+"),
                row(
                        "usage inside thinking is text",
                        START
                                + delta(
                                        "\"type\":\"thinking_delta\",\"thinking\":\"\\\"usage\\\":{\\\"output_tokens\\\":99}é漢\""),
                        null,
                        "30/1+"),
                row("a count beyond 2³¹", START + last("{\"output_tokens\":3000000000}"), null, "30/3000000000"),
                row(
                        "usage beside an error is read",
                        START
                                + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\"},\"usage\":{\"output_tokens\":4}}\n\n",
                        null,
                        "30/4"),
                row(
                        "usage inside a delta, a block or a tool's input is not the answer's",
                        START
                                + delta("\"type\":\"x\",\"usage\":{\"output_tokens\":99}")
                                + "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"tool_use\",\"input\":{\"type\":\"message_stop\",\"usage\":{\"output_tokens\":99}}}}\n\n",
                        null,
                        "30/1+"),
                row(
                        "usage spelt with escapes is usage",
                        "data: {\"type\":\"message_delta\",\"\\u0075s\\u0061ge\":{\"input_tokens\":1,\"output_tokens\":1}}\n\n",
                        null,
                        "1/1"),
                row(
                        "of a repeated name the last object stands",
                        "data: {\"usage\":null,\"usage\":{\"input_tokens\":1,\"output_tokens\":1},\"usage\":{\"input_tokens\":2,\"output_tokens\":1}}\n\n",
                        null,
                        "2/1"),
                row(
                        "of a repeated type the last stands",
                        "data: {\"type\":\"content_block_delta\",\"type\":\"message_stop\"}\n\n" + TEXT,
                        "data: {\"type\":\"content_block_delta\",\"type\":\"message_stop\"}\nC\n\n",
                        "none"),
                row(
                        "odd numbers: exponents, fractions, strings",
                        last("{\"input_tokens\":1e3,\"output_tokens\":\"12.0\"}"),
                        null,
                        "1000/12"),
                row("a negative count tells nothing", START + last("{\"output_tokens\":-5}"), null, "30/1+"),
                row("an absurd count tells nothing", START + last("{\"output_tokens\":1e999999999}"), null, "30/1+"),
                row(
                        "a long number tells nothing",
                        START + last("{\"output_tokens\":" + "9".repeat(2000) + "}"),
                        null,
                        "30/1+"),
                row(
                        "counts that are no numbers tell nothing",
                        START + last("{\"output_tokens\":{\"x\":1}}"),
                        null,
                        "30/1+"),
                row(
                        "a cache larger than the prompt is disjoint from it",
                        last("{\"input_tokens\":1,\"cache_read_input_tokens\":500,\"output_tokens\":1}"),
                        null,
                        "501/1"),
                row("what is not JSON passes", START + "data: {\"usage\":{\"output_tokens\":99}}}\n\n", null, "30/1+"),
                row("an unknown event passes", "event: news\ndata: {\"type\":\"news\"}\n\n" + START, null, "30/1+"));
    }

    private static Arguments row(String story, String stream, @Nullable String relayed, String usage) {
        return Arguments.of(story, stream, relayed == null ? stream + "C" : relayed, usage);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void a_hostile_stream(String story, String stream, String relayed, String usage) {
        byte[] body = stream.getBytes(StandardCharsets.UTF_8);
        String expected = relayed.replace("C", new String(Relay.COMMENT, StandardCharsets.UTF_8));
        for (int cut = 0; cut <= body.length; cut++) {
            Relay relay =
                    Relay.stream(DIALECT, body, false).announcing().scan(cut).scanAll(body.length);
            assertThat(relay.text()).as("%s, cut at %d", story, cut).isEqualTo(expected);
            assertThat(read(relay.facts())).as("%s, cut at %d", story, cut).isEqualTo(usage);
        }
        Relay byByte = Relay.stream(DIALECT, body, false).announcing().scanAll(1);
        assertThat(byByte.text()).isEqualTo(expected);
        assertThat(read(byByte.facts())).isEqualTo(usage);
    }

    /** Input and output; a plus before or behind: that side is not told, or only how it begins. */
    private static String read(AnswerFacts facts) {
        Usage usage = facts.usage();
        return usage == null
                ? "none"
                : (facts.inputUntold() ? "+" : "") + usage.inputTokens() + "/" + usage.outputTokens()
                        + (facts.outputUntold() ? "+" : "");
    }

    @Test
    void the_last_block_waits_for_the_settlement_with_its_name() {
        Relay relay = Relay.stream(DIALECT, TEXT + STOP + "\n", false).scan(10_000);
        assertThat(relay.text()).isEqualTo(TEXT);
        assertThat(relay.scanner.terminated()).isTrue();
        assertThat(relay.end(true).text()).isEqualTo(TEXT + STOP + "\n");
    }

    @Test
    void a_cut_event_never_reaches_the_client_and_tears_nothing() {
        Relay relay = Relay.stream(DIALECT, START + TEXT.substring(0, 60), false)
                .announcing()
                .scan(10_000)
                .end(false);
        assertThat(relay.text()).isEqualTo(START);
        assertThat(relay.scanner.tornEvent()).isFalse();
        assertThat(relay.facts().complete()).isFalse();
    }

    @Test
    void usage_in_an_event_cut_before_its_blank_line_is_read() {
        Relay relay =
                Relay.stream(DIALECT, START + DELTA.strip(), false).scan(10_000).end(false);
        assertThat(read(relay.facts())).isEqualTo("30/9");
        assertThat(relay.text()).isEqualTo(START);
    }

    @Test
    void a_cut_after_the_terminators_data_is_a_complete_answer() {
        Relay relay = Relay.stream(DIALECT, TEXT + STOP.stripTrailing() + "\n", false)
                .scan(10_000)
                .end(false);
        assertThat(relay.facts().complete()).isTrue();
        assertThat(relay.text()).isEqualTo(TEXT + STOP.stripTrailing() + "\n");
    }

    @Test
    void an_event_of_five_megabytes_flows_and_is_still_read() {
        String big =
                "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"redacted_thinking\",\"data\":\""
                        + "x".repeat(5_000_000) + "\"}}\n\n";
        Relay relay = Relay.stream(DIALECT, START + big + DELTA + STOP, false);
        relay.scan(START.length() + 60_000);
        assertThat(relay.text()).isEqualTo(START);
        relay.scan(10_000);
        assertThat(relay.scanner.tornEvent()).isTrue();
        assertThat(relay.facts().contentBytes()).as("nor is it on its way").isZero();
        relay.scanAll(10_000);
        assertThat(relay.text()).isEqualTo(START + big + DELTA + STOP);
        assertThat(read(relay.facts())).isEqualTo("30/9");
        assertThat(relay.facts().contentBytes())
                .as("hidden thinking is no text")
                .isZero();
        assertThat(relay.facts().boundUnits()).isGreaterThan(5_000_000);
    }

    @Test
    void errors_are_found_by_their_place() {
        assertThat(
                        error(
                                "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}\n\n"))
                .isEqualTo("overloaded_error");
        assertThat(error("data: {\"type\":\"error\"}\n\n")).isEqualTo("?");
        assertThat(error("event: error\ndata: nonsense\n\n")).isEqualTo("?");
        assertThat(error(delta("\"type\":\"error\",\"error\":{}"))).isEqualTo("none");
        assertThat(error(START + TEXT + STOP)).isEqualTo("none");
    }

    private static String error(String stream) {
        AnswerFacts facts = Relay.stream(DIALECT, stream, false).scanAll(5).facts();
        return facts.error() ? Objects.requireNonNullElse(facts.errorCode(), "?") : "none";
    }

    @Test
    void a_stream_says_its_model_and_what_priced_it() {
        AnswerFacts facts = Relay.stream(
                        DIALECT,
                        start(
                                        "{\"input_tokens\":1,\"output_tokens\":1,\"service_tier\":\"standard\",\"speed\":\"fast\",\"inference_geo\":\"us\"}")
                                + last("{\"output_tokens\":5,\"output_tokens_details\":{\"thinking_tokens\":3}}"),
                        false)
                .scanAll(9)
                .facts();
        assertThat(facts.model()).isEqualTo("claude-x");
        assertThat(facts.serviceTier()).isEqualTo("fast");
        assertThat(facts.region()).isEqualTo("us");
        assertThat(facts.reasoningTokens()).isEqualTo(3);
    }

    @Test
    void generated_text_is_counted_and_what_nobody_generated_is_not() {
        AnswerFacts facts = Relay.stream(
                        DIALECT,
                        delta("\"type\":\"text_delta\",\"text\":\"a\\u00e9漢\"")
                                + delta("\"thinking\":\"four\",\"type\":\"thinking_delta\"")
                                + delta("\"type\":\"signature_delta\",\"signature\":\"sixteen bytes...\"")
                                + delta(
                                        "\"type\":\"citations_delta\",\"citation\":{\"text\":\"not\",\"cited_text\":\"generated\"}")
                                + delta("\"type\":\"input_json_delta\",\"partial_json\":\"{}\"")
                                + "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"web_search_tool_result\",\"content\":[{\"text\":\"found\"}]}}\n\n",
                        false)
                .scanAll(3)
                .facts();
        assertThat(facts.contentBytes()).isEqualTo(1 + 2 + 3 + 4 + 2);
        assertThat(facts.boundUnits()).isGreaterThan(facts.contentBytes() + 16);
    }
}
