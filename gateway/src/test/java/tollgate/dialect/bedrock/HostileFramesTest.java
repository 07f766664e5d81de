package tollgate.dialect.bedrock;

import static org.assertj.core.api.Assertions.assertThat;
import static tollgate.dialect.bedrock.BedrockSamples.chunk;
import static tollgate.dialect.bedrock.BedrockSamples.event;
import static tollgate.dialect.bedrock.BedrockSamples.frame;
import static tollgate.dialect.bedrock.BedrockSamples.joined;
import static tollgate.dialect.bedrock.BedrockSamples.metadata;
import static tollgate.dialect.bedrock.BedrockSamples.text;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.Relay;
import tollgate.dialect.Service;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Streams of frames as nobody should send them: metered by what can be understood, and never altered on the way. */
class HostileFramesTest {
    private static final String USAGE = "{\"inputTokens\":7,\"outputTokens\":3,\"totalTokens\":10}";
    private static final String CLAUDE_BODY =
            "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":9,\"messages\":[]}";

    private static Relay stream(byte[] body) {
        return Relay.of(BedrockSamples.DIALECT, Service.CHAT, body, Form.FRAMES);
    }

    private static Usage usage(AnswerFacts facts) {
        return Objects.requireNonNull(facts.usage());
    }

    @ParameterizedTest
    @CsvSource({
        "a length of nothing, 0, 0",
        "a length below the smallest frame, 15, 0",
        "a length beyond all bounds, 2147483647, 0",
        "a length below zero, -1, 0",
        "a head longer than the frame, 100, 90",
        "a head beyond all bounds, 20000000, 19000000",
        "a head below zero, 100, -1",
    })
    void a_length_that_cannot_be_passes_on_and_nothing_behind_it_is_read(String story, int total, int head) {
        ByteBuffer prelude = ByteBuffer.allocate(12).putInt(total).putInt(head);
        CRC32 checksum = new CRC32();
        checksum.update(prelude.array(), 0, 8);
        byte[] hostile = prelude.putInt((int) checksum.getValue()).array();
        byte[] body = joined(text("Hello"), hostile, text("more"), metadata(USAGE));
        int behind = text("more").length + metadata(USAGE).length;
        for (int slice : new int[] {1, 13, body.length}) {
            Relay relay = stream(body).scanAll(slice);
            assertThat(relay.bytes()).as(story).isEqualTo(body);
            AnswerFacts facts = relay.facts();
            assertThat(facts.usage()).as(story).isNull();
            assertThat(facts.contentBytes()).as("what may be text counts").isEqualTo(5 + behind);
            assertThat(facts.malformed()).isEqualTo(1);
            assertThat(facts.complete()).isFalse();
        }
    }

    /** At any byte but those that no checksum covers there are none: the last four are the checksum itself. */
    @Test
    void a_byte_turned_anywhere_in_a_frame_is_noticed_and_its_usage_is_not_believed() {
        byte[] before = text("Hello");
        byte[] last = metadata(USAGE);
        for (int at = 0; at < last.length; at++) {
            byte[] turned = last.clone();
            turned[at] ^= 0x10;
            byte[] body = joined(before, turned);
            Relay relay = stream(body).scanAll(body.length);
            assertThat(relay.bytes()).as("byte %d", at).isEqualTo(body);
            assertThat(relay.facts().usage()).as("byte %d", at).isNull();
            assertThat(relay.facts().malformed()).as("byte %d", at).isEqualTo(1);
            assertThat(relay.facts().complete()).as("byte %d", at).isFalse();
        }
    }

    @Test
    void after_a_checksum_that_is_wrong_a_cut_can_only_be_told_by_an_abort() {
        byte[] turned = text("more");
        turned[turned.length - 1] ^= 1;
        byte[] body = joined(text("Hello"), turned, text("again"));
        Relay relay = stream(body).scan(body.length).end(false);
        assertThat(relay.bytes()).isEqualTo(body);
        assertThat(relay.scanner.tornEvent()).isTrue();
    }

    @Test
    void the_last_event_waits_for_the_settlement_and_nothing_follows_it() {
        byte[] first = joined(event("messageStart", "{\"role\":\"assistant\"}"), text("Hello"));
        byte[] body = joined(first, metadata(USAGE));
        byte[] all = joined(body, text("unpaid"), metadata(USAGE));
        for (int slice : new int[] {1, 40, all.length}) {
            AnswerScanner scanner =
                    BedrockSamples.DIALECT.scanner(Service.CHAT, new AnswerShape(Form.FRAMES, false, true));
            for (int at = 0; at < all.length; at += slice) {
                scanner.scan(Unpooled.wrappedBuffer(all, at, Math.min(slice, all.length - at)));
            }
            assertThat(scanner.terminated()).isTrue();
            assertThat(scanner.releasable()).isEqualTo(first.length);
            assertThat(scanner.commentAt()).isEqualTo(-1);
            assertThat(scanner.costAt()).isEqualTo(-1);
            Relay relay = stream(all).scanAll(slice);
            assertThat(relay.bytes()).isEqualTo(body);
            assertThat(relay.facts().bytesAfterTerminator()).isEqualTo(all.length - body.length);
            assertThat(usage(relay.facts()).outputTokens()).isEqualTo(3);
        }
    }

    @Test
    void an_exception_ends_the_stream_and_is_named() {
        byte[] failed = frame(
                "exception",
                "modelStreamErrorException",
                "{\"message\":\"usage\",\"usage\":{\"inputTokens\":9}}".getBytes(StandardCharsets.UTF_8));
        byte[] body = joined(text("Hello"), failed);
        Relay relay = stream(body).scanAll(3);
        assertThat(relay.bytes()).isEqualTo(body);
        assertThat(relay.facts().error()).isTrue();
        assertThat(relay.facts().errorCode()).isEqualTo("modelStreamErrorException");
        assertThat(relay.facts().usage()).isNull();
        assertThat(relay.facts().contentBytes()).isEqualTo(5);
    }

    @Test
    void text_that_looks_like_usage_is_text() {
        String fake = "}}{\\\"usage\\\":{\\\"inputTokens\\\":0,\\\"outputTokens\\\":0}}";
        byte[] body = joined(
                text(fake),
                event(
                        "contentBlockDelta",
                        "{\"delta\":{\"toolUse\":{\"input\":\"{\\\"usage\\\":{\\\"inputTokens\\\":1}}\"}}}"),
                event("contentBlockDelta", "{\"delta\":{\"usage\":{\"inputTokens\":1,\"outputTokens\":1}}}"),
                metadata(USAGE));
        Relay relay = stream(body).scanAll(5);
        assertThat(relay.bytes()).isEqualTo(body);
        assertThat(usage(relay.facts()).inputTokens()).isEqualTo(7);
        assertThat(relay.facts().usageReports()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "both names are one count | {\"inputTokens\":3,\"outputTokens\":1,\"cacheReadInputTokens\":5,\"cacheReadInputTokenCount\":5,\"cacheWriteInputTokens\":2,\"cacheWriteInputTokenCount\":2,\"totalTokens\":11} | 10 | 1 | false",
                "a total that says so makes the input inclusive | {\"inputTokens\":10,\"outputTokens\":1,\"cacheReadInputTokens\":5,\"totalTokens\":11} | 10 | 1 | true",
                "numbers in other forms | {\"inputTokens\":1e1,\"outputTokens\":2.0} | 10 | 2 | false",
                "provider tools that nobody priced | {\"inputTokens\":10,\"outputTokens\":2,\"serverToolUsage\":{\"x\":1}} | 10 | 2 | true",
            })
    void usage_is_made_sense_of(String story, String told, long input, long output, boolean doubtful) {
        AnswerFacts facts =
                stream(joined(text("Hello"), metadata(told))).scanAll(7).facts();
        assertThat(usage(facts).inputTokens()).as(story).isEqualTo(input);
        assertThat(usage(facts).outputTokens()).as(story).isEqualTo(output);
        assertThat(facts.usageDoubtful()).as(story).isEqualTo(doubtful);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"inputTokens\":-1,\"outputTokens\":3}",
                "{\"inputTokens\":null,\"outputTokens\":null}",
                "{}",
                "{\"inputTokens\":99999999999999999999,\"outputTokens\":3}",
                "{\"inputTokens\":\"many\",\"outputTokens\":3}"
            })
    void usage_that_cannot_be_is_none(String told) {
        assertThat(stream(joined(text("Hello"), metadata(told)))
                        .scanAll(7)
                        .facts()
                        .usage())
                .isNull();
    }

    @Test
    void a_frame_of_five_megabytes_flows_and_is_counted() {
        byte[] body = joined(text("x".repeat(5 << 20)), metadata(USAGE));
        Relay relay = stream(body).scan(200_000);
        assertThat(relay.bytes().length).isEqualTo(200_000);
        assertThat(relay.scanner.tornEvent()).isTrue();
        relay.scanAll(70_000);
        assertThat(relay.bytes()).isEqualTo(body);
        assertThat(relay.facts().contentBytes()).isEqualTo(5 << 20);
        assertThat(usage(relay.facts()).inputTokens()).isEqualTo(7);
    }

    @Test
    void a_body_that_ends_inside_a_frame_passes_and_is_flagged() {
        byte[] whole = joined(text("Hello"), metadata(USAGE));
        byte[] body = Arrays.copyOf(whole, whole.length - 1);
        Relay relay = stream(body).scanAll(11);
        assertThat(relay.bytes()).isEqualTo(body);
        assertThat(relay.facts().malformed()).isEqualTo(1);
        assertThat(relay.facts().usage()).isNull();
    }

    @Test
    void a_payload_that_is_no_json_is_one_bad_event() {
        byte[] body = joined(event("contentBlockDelta", "{\"delta\":"), event("x", ""), text("Hi"), metadata(USAGE));
        Relay relay = stream(body).scanAll(9);
        assertThat(relay.bytes()).isEqualTo(body);
        assertThat(relay.facts().malformed()).isEqualTo(2);
        assertThat(usage(relay.facts()).inputTokens()).isEqualTo(7);
    }

    @Test
    void a_tier_and_a_speed_are_read_beside_the_usage() {
        String told =
                "{\"performanceConfig\":{\"latency\":\"optimized\"},\"serviceTier\":{\"type\":\"default\"},\"usage\":"
                        + USAGE + "}";
        assertThat(stream(event("metadata", told)).scanAll(5).facts().serviceTier())
                .isEqualTo("optimized");
        assertThat(stream(event("metadata", told.replace("default", "flex").replace("optimized", "standard")))
                        .scanAll(5)
                        .facts()
                        .serviceTier())
                .isEqualTo("flex");
    }

    private static byte[] claude() {
        return joined(
                chunk("{\"type\":\"message_start\",\"message\":{\"model\":\"claude-haiku-4-5-20251001\",\"usage\":"
                        + "{\"input_tokens\":9,\"cache_creation_input_tokens\":4,\"cache_creation\":"
                        + "{\"ephemeral_1h_input_tokens\":4},\"output_tokens\":1}}}"),
                chunk(
                        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Grüße\"}}"),
                chunk("{\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":5}}"),
                chunk("{\"type\":\"message_stop\",\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":9}}"));
    }

    @Test
    void claudes_own_events_inside_chunks_are_read_at_every_split() {
        byte[] body = claude();
        for (int cut = 0; cut < body.length; cut++) {
            Relay relay = Relay.of(BedrockSamples.invoked(BedrockSamples.CLAUDE, true, CLAUDE_BODY, Map.of()), body)
                    .scan(cut)
                    .scanAll(body.length);
            AnswerFacts facts = relay.facts();
            assertThat(relay.bytes()).isEqualTo(body);
            assertThat(usage(facts).units(UnitClass.INPUT)).isEqualTo(9);
            assertThat(usage(facts).units(UnitClass.CACHE_WRITE_1H)).isEqualTo(4);
            assertThat(usage(facts).outputTokens()).isEqualTo(5);
            assertThat(facts.contentBytes()).isEqualTo(7);
            assertThat(facts.complete()).isTrue();
            assertThat(facts.malformed()).isZero();
            // at Anthropic's own prices its own name would settle it
            assertThat(facts.model()).isEqualTo("us.anthropic.claude-haiku-4-5-20251001-v1:0");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "us.meta.llama3-3-70b-instruct-v1%3A0, '{\"generation\":\"Hello\"}', '{\"prompt\":\"Hi\"}'",
        "mistral.mistral-large-2407-v1%3A0, '{\"outputs\":[{\"text\":\"Hello\"}]}', '{\"prompt\":\"Hi\"}'",
        "cohere.command-r-v1%3A0, '{\"text\":\"Hello\"}', '{\"message\":\"Hi\"}'",
        "amazon.titan-text-express-v1, '{\"outputText\":\"Hello\"}', '{\"inputText\":\"Hi\"}'",
        "amazon.nova-lite-v1%3A0, '{\"contentBlockDelta\":{\"delta\":{\"text\":\"Hello\"}}}', '{\"messages\":[]}'",
    })
    void other_families_are_metered_by_the_metrics_of_their_last_chunk(String model, String piece, String asked) {
        byte[] body = joined(
                chunk(piece),
                chunk("{\"x\":\"}\",\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":9,\"outputTokenCount\":2,"
                        + "\"cacheReadInputTokenCount\":3}}"));
        for (int cut = 0; cut < body.length; cut++) {
            Relay relay = Relay.of(BedrockSamples.invoked(model, true, asked, Map.of()), body)
                    .scan(cut)
                    .scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            assertThat(usage(relay.facts()).units(UnitClass.INPUT)).isEqualTo(9);
            assertThat(usage(relay.facts()).units(UnitClass.CACHED_INPUT)).isEqualTo(3);
            assertThat(usage(relay.facts()).outputTokens()).isEqualTo(2);
            assertThat(relay.facts().contentBytes()).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"bytes\":\"e30*\"}",
                "{\"bytes\":\"e3\"}",
                "{\"bytes\":\"e===\"}",
                "{\"bytes\":\"e30=e30=\"}",
                "{\"bytes\":\"\\u0065300=\"}",
                "{\"bytes\":\"e30=\",\"bytes\":\"e30=\"}",
                "{\"bytes\":7}",
                "{\"p\":{\"bytes\":\"e30=\"}}",
                "{\"bytes\":\"e30=\"",
                "[\"e30=\"]",
                ""
            })
    void a_chunk_without_one_document_in_base64_is_a_bad_event(String payload) {
        byte[] body = event("chunk", payload);
        Relay relay = Relay.of(BedrockSamples.invoked(BedrockSamples.CLAUDE, true, CLAUDE_BODY, Map.of()), body)
                .scanAll(3);
        assertThat(relay.bytes()).isEqualTo(body);
        assertThat(relay.facts().malformed()).isEqualTo(1);
        assertThat(relay.facts().events()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"bytes\":\"eyJ0eXBlIjoieD8/In0=\"}", "{\"p\":\"bytes\",\"bytes\":\"eyJ0eXBlIjoieD8\\/In0=\"}"
            })
    void a_solidus_may_be_escaped(String payload) {
        Relay relay = Relay.of(
                        BedrockSamples.invoked(BedrockSamples.CLAUDE, true, CLAUDE_BODY, Map.of()),
                        event("chunk", payload))
                .scanAll(1);
        assertThat(relay.facts().malformed()).isZero();
        assertThat(relay.facts().events()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_frame_without_usage_allocates_nothing(boolean chunks) {
        int events = 20_000;
        byte[] bytes = chunks
                ? chunk(
                        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hello\"}}")
                : text("hello");
        AnswerScanner scanner = chunks
                ? BedrockSamples.invoked(BedrockSamples.CLAUDE, true, CLAUDE_BODY, Map.of())
                : BedrockSamples.DIALECT.scanner(Service.CHAT, new AnswerShape(Form.FRAMES, false, false));
        ByteBuf slice = Unpooled.wrappedBuffer(bytes);
        scan(scanner, slice, events);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        scan(scanner, slice, events);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(events);
        assertThat(scanner.facts().events()).isEqualTo(2 * events);
    }

    private static void scan(AnswerScanner scanner, ByteBuf slice, int times) {
        for (int i = 0; i < times; i++) {
            scanner.scan(slice);
            scanner.releasable();
        }
    }
}
