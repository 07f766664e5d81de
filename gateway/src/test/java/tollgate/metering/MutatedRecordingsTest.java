package tollgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Dialect;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Service;
import tollgate.dialect.anthropic.AnthropicDialect;
import tollgate.dialect.bedrock.BedrockDialect;
import tollgate.dialect.gemini.GeminiDialect;
import tollgate.dialect.openai.OpenAiDialect;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usd;

/** Recorded answers with bytes lost, doubled, turned and torn: read to their end, and never charged below nothing or absurdly. */
final class MutatedRecordingsTest {
    private static final int SEEDS = Integer.getInteger("tollgate.dialect.mutations", 40_000);
    private static final int LONGEST = 30_000;
    private static final WhoPays WHO_PAYS = new WhoPays(HoldSettings.DEFAULTS);
    private static final byte[][] PIECES = Stream.of(
                    "\n\n",
                    "\r",
                    "data: ",
                    "event: error\n",
                    "[DONE]",
                    "\"",
                    "{",
                    "}",
                    "\\",
                    "-",
                    "9999999999999999999",
                    "1e308",
                    "null",
                    "\"usage\":{",
                    "\"type\":\"message_stop\"",
                    "\"type\":\"response.completed\",",
                    "\"container_id\":\"c\",",
                    "\"usageMetadata\":{\"promptTokenCount\":",
                    "\u0000",
                    ":",
                    ": tollgate ")
            .map(piece -> piece.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);

    static Stream<Arguments> dialects() {
        return Stream.of(
                Arguments.of(new AnthropicDialect(), Service.CHAT, SEEDS, Recordings.messages()),
                Arguments.of(new OpenAiDialect(), Service.CHAT, SEEDS, Recordings.chat()),
                Arguments.of(
                        new GeminiDialect(), Service.CHAT, SEEDS / 5, Recordings.in("gemini", "gw-gemini", "vertex")),
                Arguments.of(
                        new BedrockDialect(),
                        Service.CHAT,
                        SEEDS / 5,
                        Recordings.in("bedrock-converse", "bedrock-converse-stream")),
                // a fifth of the others' number: what is their own is only the document
                Arguments.of(
                        new OpenAiDialect(),
                        Service.RESPONSES,
                        SEEDS / 5,
                        Recordings.in("openai-responses", "azure-responses", "deepseek-responses", "xai-responses")));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("dialects")
    void a_broken_answer_is_read_to_its_end_and_charged_within_bounds(
            Dialect dialect, Service service, int seeds, List<Recording> recordings) {
        Assumptions.assumeFalse(recordings.isEmpty(), "no recordings here");
        List<Recording> chosen =
                recordings.stream().filter(each -> each.body().length < LONGEST).toList();
        List<byte[]> bodies = new ArrayList<>();
        chosen.forEach(each -> bodies.add(each.body()));
        HoldPlan plan = Requests.plan(Requests.request(4_000L, 1, 40_000));
        Usd most = plan.want().plus(HoldSettings.DEFAULTS.maxOverrun());
        for (long seed = 1; seed <= seeds; seed++) {
            Random random = new Random(seed);
            int picked = random.nextInt(bodies.size());
            byte[] body = mutated(random, bodies.get(picked));
            String story = "seed " + seed + " of " + chosen.get(picked);
            AnswerScanner scanner = dialect.scanner(
                    service,
                    new AnswerShape(form(dialect, chosen.get(picked)), random.nextBoolean(), random.nextBoolean()));
            long released = 0;
            for (int at = 0; at < body.length; ) {
                int length = Math.min(body.length - at, 1 + random.nextInt(2_000));
                scanner.scan(Unpooled.wrappedBuffer(body, at, length));
                at += length;
                assertThat(scanner.releasable()).as(story).isBetween(released, (long) at);
                released = scanner.releasable();
            }
            boolean clean = random.nextBoolean();
            scanner.end(clean);
            scanner.settled();
            assertThat(scanner.releasable()).as(story).isBetween(released, (long) body.length);
            assertThat(scanner.commentAt()).as(story).isLessThanOrEqualTo(body.length);
            Observed observed = Observed.of(scanner.facts());
            if (observed.usage() != null) {
                for (UnitClass unit : observed.usage().asMap().keySet()) {
                    assertThat(observed.usage().units(unit)).as(story).isNotNegative();
                }
            }
            assertThat(observed.contentBytes()).as(story).isBetween(0L, (long) body.length);
            for (Ending ending : List.of(
                    new Ending.Complete(),
                    new Ending.UpstreamCut(true),
                    new Ending.UpstreamCut(false),
                    new Ending.ClientGone(true))) {
                Settlement settled = WHO_PAYS.settle(plan, plan.want(), ending, observed);
                assertThat(settled.total()).as(story).isBetween(Usd.ZERO, most);
                assertThat(settled.disputed().nano()).as(story).isNotNegative();
            }
        }
    }

    private static AnswerShape.Form form(Dialect dialect, Recording recording) {
        return !recording.stream()
                ? AnswerShape.Form.WHOLE
                : dialect.name().equals("bedrock") ? AnswerShape.Form.FRAMES : AnswerShape.Form.EVENTS;
    }

    private static byte[] mutated(Random random, byte[] original) {
        byte[] body = original;
        for (int i = 1 + random.nextInt(6); i > 0 && body.length > 0; i--) {
            int at = random.nextInt(body.length);
            int length = Math.min(body.length - at, 1 + random.nextInt(40));
            body = switch (random.nextInt(7)) {
                case 0 -> turned(body, at, (byte) random.nextInt(256));
                case 1 -> joined(Arrays.copyOf(body, at), Arrays.copyOfRange(body, at + length, body.length));
                case 2 -> joined(Arrays.copyOf(body, at + length), Arrays.copyOfRange(body, at, body.length));
                case 3 ->
                    joined(
                            Arrays.copyOf(body, at),
                            joined(PIECES[random.nextInt(PIECES.length)], Arrays.copyOfRange(body, at, body.length)));
                case 4 -> Arrays.copyOf(body, at);
                case 5 -> digits(random, body, at);
                default -> joined(body, Arrays.copyOfRange(body, at, body.length));
            };
        }
        return body.length > 4 * LONGEST ? Arrays.copyOf(body, 4 * LONGEST) : body;
    }

    private static byte[] turned(byte[] body, int at, byte to) {
        byte[] changed = body.clone();
        changed[at] = to;
        return changed;
    }

    /** Other digits from a place on, where there are any near. */
    private static byte[] digits(Random random, byte[] body, int at) {
        byte[] changed = body.clone();
        for (int i = at; i < Math.min(body.length, at + 200); i++) {
            if (changed[i] >= '0' && changed[i] <= '9') {
                changed[i] = (byte) (random.nextInt(12) == 0 ? '-' : '0' + random.nextInt(10));
            }
        }
        return changed;
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
