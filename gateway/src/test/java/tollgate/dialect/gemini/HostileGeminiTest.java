package tollgate.dialect.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.Relay;
import tollgate.dialect.Service;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Streams and answers that nobody should send, in both forms of a stream. */
class HostileGeminiTest {
    private static final GeminiDialect DIALECT = new GeminiDialect();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String piece(String text, String usage) {
        String told = usage.isEmpty() ? "" : ",\"usageMetadata\":" + usage + ",\"modelVersion\":\"m\"";
        return "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + text + "\"}]}}]" + told + "}";
    }

    private static String framed(Form form, String... documents) {
        return form == Form.SEQUENCE
                ? "[" + String.join(",\n", documents) + "]"
                : String.join(
                        "",
                        List.of(documents).stream()
                                .map(each -> "data: " + each + "\r\n\r\n")
                                .toList());
    }

    /** Read whole, byte by byte and in pieces: always the same bytes and the same usage. */
    private static AnswerFacts read(Form form, String body) {
        byte[] bytes = utf8(body);
        AnswerFacts first = null;
        for (int slice : new int[] {bytes.length, 1, 2, 3, 7}) {
            Relay relay = Relay.of(DIALECT, Service.CHAT, bytes, form).scanAll(Math.max(1, slice));
            assertThat(relay.text()).isEqualTo(body);
            if (first == null) {
                first = relay.facts();
            }
            assertThat(relay.facts().usage()).isEqualTo(first.usage());
            assertThat(relay.facts().contentBytes()).isEqualTo(first.contentBytes());
            assertThat(relay.facts().events()).isEqualTo(first.events());
            assertThat(relay.facts().error()).isEqualTo(first.error());
        }
        return Objects.requireNonNull(first);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "as documented                     | {\"promptTokenCount\":5,\"candidatesTokenCount\":3,\"totalTokenCount\":8} | 5 | 3 | no",
                "thoughts are output               | {\"promptTokenCount\":5,\"candidatesTokenCount\":3,\"thoughtsTokenCount\":9} | 5 | 12 | no",
                "prompts of tools are input        | {\"promptTokenCount\":5,\"toolUsePromptTokenCount\":7,\"candidatesTokenCount\":3} | 12 | 3 | no",
                "the cached are within the prompt  | {\"promptTokenCount\":5,\"cachedContentTokenCount\":4,\"candidatesTokenCount\":3} | 5 | 3 | no",
                "more cached than there are        | {\"promptTokenCount\":5,\"cachedContentTokenCount\":9,\"candidatesTokenCount\":3} | 5 | 3 | yes",
                "a total that hides a bucket       | {\"promptTokenCount\":5,\"candidatesTokenCount\":3,\"totalTokenCount\":80} | 5 | 3 | yes",
                "as texts                          | {\"promptTokenCount\":\"5\",\"candidatesTokenCount\":\"3\"} | 5 | 3 | no",
                "as 12.0 and 1e1                   | {\"promptTokenCount\":12.0,\"candidatesTokenCount\":1e1} | 12 | 10 | no",
                "beyond 2^31                       | {\"promptTokenCount\":3000000000,\"candidatesTokenCount\":3} | 3000000000 | 3 | no",
                "repeated: the last one            | {\"promptTokenCount\":9,\"promptTokenCount\":5,\"candidatesTokenCount\":3} | 5 | 3 | no",
                "unknown fields                    | {\"promptTokenCount\":5,\"candidatesTokenCount\":3,\"newTokenCount\":7} | 5 | 3 | no",
                "null details                      | {\"promptTokenCount\":5,\"candidatesTokenCount\":3,\"promptTokensDetails\":null} | 5 | 3 | no",
                "details that are too few          | {\"promptTokenCount\":5,\"candidatesTokenCount\":3,\"candidatesTokensDetails\":[{\"modality\":\"IMAGE\",\"tokenCount\":2}]} | 5 | 3 | no",
                "details that are too many         | {\"promptTokenCount\":5,\"candidatesTokenCount\":3,\"candidatesTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":20}]} | 5 | 3 | yes",
                "a zero is told                    | {\"promptTokenCount\":0,\"candidatesTokenCount\":0,\"totalTokenCount\":0} | 0 | 0 | no",
                "below zero tells nothing          | {\"promptTokenCount\":-5,\"candidatesTokenCount\":3} | -1 | -1 | no",
                "absurd tells nothing              | {\"promptTokenCount\":1e30,\"candidatesTokenCount\":3} | -1 | -1 | no",
                "no number tells nothing           | {\"promptTokenCount\":{},\"candidatesTokenCount\":3} | -1 | -1 | no",
                "nothing                           | {} | -1 | -1 | no",
                "null                              | null | -1 | -1 | no",
                "how it is billed alone            | {\"trafficType\":\"ON_DEMAND\"} | -1 | -1 | no",
            })
    void what_a_usage_object_means(String story, String usage, long input, long output, String doubtful) {
        for (Form form : List.of(Form.EVENTS, Form.SEQUENCE)) {
            AnswerFacts facts = read(form, framed(form, piece("a", ""), piece("b", usage)));
            Usage told = facts.usage();
            assertThat(told == null ? -1 : told.inputTokens()).as("%s", form).isEqualTo(input);
            assertThat(told == null ? -1 : told.outputTokens()).as("%s", form).isEqualTo(output);
            assertThat(facts.usageDoubtful()).as("%s", form).isEqualTo(doubtful.equals("yes"));
        }
    }

    @Test
    void the_last_snapshot_stands_whole_though_it_has_less() {
        for (Form form : List.of(Form.EVENTS, Form.SEQUENCE)) {
            AnswerFacts facts = read(
                    form,
                    framed(
                            form,
                            piece(
                                    "a",
                                    "{\"promptTokenCount\":169,\"candidatesTokenCount\":21,\"cachedContentTokenCount\":50}"),
                            piece("b", "{\"promptTokenCount\":79,\"candidatesTokenCount\":30}")));
            Usage usage = Objects.requireNonNull(facts.usage());
            assertThat(usage.units(UnitClass.INPUT)).isEqualTo(79);
            assertThat(usage.units(UnitClass.CACHED_INPUT)).isZero();
            assertThat(usage.units(UnitClass.OUTPUT)).isEqualTo(30);
            assertThat(facts.usageReports()).isEqualTo(2);
        }
    }

    @Test
    void text_that_looks_like_usage_an_error_or_the_end_is_text() {
        for (Form form : List.of(Form.EVENTS, Form.SEQUENCE)) {
            String fooling = "}]}}],\\\"usageMetadata\\\":{\\\"promptTokenCount\\\":0}} ] , [DONE] data: \\\\";
            AnswerFacts facts = read(
                    form,
                    framed(
                            form,
                            piece("a", "{\"promptTokenCount\":5,\"candidatesTokenCount\":3}"),
                            piece(fooling, ""),
                            "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"args\":{\"usageMetadata\":"
                                    + "{\"promptTokenCount\":0},\"error\":{\"code\":500},\"modelVersion\":\"x\"}}}]}}]}"));
            assertThat(Objects.requireNonNull(facts.usage()).inputTokens()).isEqualTo(5);
            assertThat(facts.usageReports()).isEqualTo(1);
            assertThat(facts.error()).isFalse();
            assertThat(facts.model()).isEqualTo("m");
            assertThat(facts.malformed()).isZero();
        }
    }

    @Test
    void text_that_nobody_has_counted_yet_is_not_a_zero_and_a_zero_without_text_is() {
        String told = "{\"promptTokenCount\":46,\"totalTokenCount\":46}";
        assertThat(read(Form.EVENTS, framed(Form.EVENTS, piece("said", told))).outputUntold())
                .isTrue();
        assertThat(read(Form.EVENTS, framed(Form.EVENTS, piece("", told))).outputUntold())
                .isFalse();
        String last = piece("said", told).replace("\"content\"", "\"finishReason\":\"STOP\",\"content\"");
        assertThat(read(Form.EVENTS, framed(Form.EVENTS, last)).outputUntold()).isFalse();
        assertThat(read(Form.EVENTS, framed(Form.EVENTS, piece("", "{\"candidatesTokenCount\":4}")))
                        .inputUntold())
                .isTrue();
    }

    @Test
    void an_error_amid_a_stream_is_one_whatever_was_told_before() {
        for (Form form : List.of(Form.EVENTS, Form.SEQUENCE)) {
            AnswerFacts facts = read(
                    form,
                    framed(
                            form,
                            piece("a", "{\"promptTokenCount\":5,\"candidatesTokenCount\":3}"),
                            "{\"error\":{\"code\":503,\"message\":\"m\",\"status\":\"UNAVAILABLE\"}}"));
            assertThat(facts.error()).isTrue();
            assertThat(facts.errorCode()).isEqualTo("503");
            assertThat(Objects.requireNonNull(facts.usage()).outputTokens()).isEqualTo(3);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a search of Gemini 2.5 is one grounded prompt, gemini-2.5-pro, grounded_prompt, 1",
        "each search of Gemini 3 is one, gemini-3-flash-preview, web_search, 3",
        "of a model nobody named each is one, , web_search, 3",
    })
    void searches_bill_beside_tokens(String story, @Nullable String model, String unit, long count) {
        String named = model == null ? "" : ",\"modelVersion\":\"" + model + "\"";
        String searched = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"groundingMetadata\":"
                + "{\"webSearchQueries\":[\"x\",\"y\",\"z\"],\"groundingChunks\":[{\"web\":{\"uri\":\"u\"}}]}}]"
                + ",\"usageMetadata\":{\"promptTokenCount\":5,\"candidatesTokenCount\":3}" + named + "}";
        for (Form form : List.of(Form.EVENTS, Form.SEQUENCE)) {
            // each piece repeats what was searched so far
            AnswerFacts facts = read(form, framed(form, searched, searched));
            Usage usage = Objects.requireNonNull(facts.usage());
            assertThat(usage.units(Objects.requireNonNull(UnitClass.of(unit)))).isEqualTo(count);
            assertThat(usage.inputTokens()).isEqualTo(5);
            assertThat(usage.units(UnitClass.MAPS_QUERY)).isZero();
        }
        Relay whole = Relay.whole(DIALECT, utf8(searched.replace("\"web\"", "\"maps\"")))
                .scanAll(3);
        assertThat(Objects.requireNonNull(whole.facts().usage()).units(UnitClass.MAPS_QUERY))
                .isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "sound, some of it cached | {\"promptTokenCount\":100,\"cachedContentTokenCount\":40,\"cacheTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":30},{\"modality\":\"TEXT\",\"tokenCount\":10}],\"promptTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":80},{\"modality\":\"TEXT\",\"tokenCount\":20}],\"candidatesTokenCount\":1} | input=10, cached_input=10, cached_audio_input=30, output=1, audio_input=50",
                "a picture made           | {\"promptTokenCount\":10,\"candidatesTokenCount\":1304,\"candidatesTokensDetails\":[{\"modality\":\"IMAGE\",\"tokenCount\":1290}]} | input=10, output=14, image_output=1290",
                "a film seen is a prompt  | {\"promptTokenCount\":10,\"promptTokensDetails\":[{\"modality\":\"VIDEO\",\"tokenCount\":9}],\"candidatesTokenCount\":1} | input=10, output=1",
            })
    void modalities_are_told_apart_where_they_are_priced_apart(String story, String usage, String units) {
        AnswerFacts facts = read(Form.EVENTS, framed(Form.EVENTS, piece("a", usage)));
        assertThat(Objects.requireNonNull(facts.usage()).text()).isEqualTo(units);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "the usual one, '\"serviceTier\":\"standard\"', standard",
        "in capitals, '\"serviceTier\":\"FLEX\"', flex",
        "as Vertex has it, '\"trafficType\":\"ON_DEMAND_PRIORITY\"', priority",
        "as Vertex usually has it, '\"trafficType\":\"ON_DEMAND\"', ",
    })
    void the_tier_that_answered_is_told(String story, String field, @Nullable String tier) {
        String usage = "{\"promptTokenCount\":5,\"candidatesTokenCount\":3," + field + "}";
        assertThat(read(Form.EVENTS, framed(Form.EVENTS, piece("a", usage))).serviceTier())
                .isEqualTo(tier);
    }

    @Test
    void comments_of_others_pass_ours_do_not_and_there_is_no_place_for_one() {
        String told = piece("a", "{\"promptTokenCount\":5,\"candidatesTokenCount\":3}");
        String body = ": ping\r\n\r\ndata: " + told + "\r\n\r\n: tollgate {}\r\n\r\n";
        Relay relay = Relay.stream(DIALECT, body, false).announcing().scanAll(1);
        assertThat(relay.text()).isEqualTo(": ping\r\n\r\ndata: " + told + "\r\n\r\n\r\n");
        assertThat(relay.scanner.commentAt()).isNegative();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "an empty array          | []              | 0 | 0",
                "a lone document         | {\"candidates\":[]} | 1 | 0",
                "no JSON at all          | <html>          | 0 | 1",
                "numbers                 | [1,2]           | 0 | 1",
                "nothing                 | ``              | 0 | 0",
                "spaces                  | ` \r\n `        | 0 | 0",
                "an end without a begin  | ]               | 0 | 1",
                "an end inside           | [{\"a\":[}]     | 1 | 1",
            })
    void what_is_no_sequence_is_told_apart(String story, String body, int events, int malformed) {
        Relay relay = Relay.of(DIALECT, Service.CHAT, utf8(body), Form.SEQUENCE).scanAll(1);
        assertThat(relay.facts().events()).isEqualTo(events);
        assertThat(relay.facts().malformed()).isEqualTo(malformed);
    }

    @Test
    void what_follows_the_end_of_an_array_is_dropped_and_counted() {
        Relay relay = Relay.of(DIALECT, Service.CHAT, utf8("[{\"candidates\":[]}]\n{\"a\":1}\n"), Form.SEQUENCE)
                .scanAll(1);
        assertThat(relay.text()).isEqualTo("[{\"candidates\":[]}]\n\n");
        assertThat(relay.facts().bytesAfterTerminator()).isEqualTo(7);
        assertThat(relay.facts().complete()).isTrue();
    }

    @Test
    void elements_leave_whole_the_bracket_waits_and_a_long_one_flows() {
        AnswerScanner scanner = DIALECT.scanner(Service.CHAT, new AnswerShape(Form.SEQUENCE, false, false));
        scan(scanner, "[{\"candidates\":[]}");
        assertThat(scanner.releasable()).isEqualTo(18);
        scan(scanner, ",\r\n{\"candi");
        assertThat(scanner.releasable()).isEqualTo(18);
        scan(scanner, "dates\":[]}\n]\n");
        assertThat(scanner.terminated()).isTrue();
        assertThat(scanner.releasable()).isEqualTo(38);
        scanner.settled();
        assertThat(scanner.releasable()).isEqualTo(41);

        AnswerScanner flowing = DIALECT.scanner(Service.CHAT, new AnswerShape(Form.SEQUENCE, false, false));
        scan(flowing, "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + "x".repeat(70_000));
        assertThat(flowing.releasable()).isGreaterThan(70_000);
        flowing.end(false);
        assertThat(flowing.tornEvent()).isTrue();
        assertThat(flowing.facts().contentBytes()).isEqualTo(70_000);
    }

    @Test
    void a_cut_leaves_whole_elements_behind_which_an_error_fits() {
        AnswerScanner scanner = DIALECT.scanner(Service.CHAT, new AnswerShape(Form.SEQUENCE, false, false));
        scan(scanner, "[{\"candidates\":[]},\n{\"cand");
        scanner.end(false);
        scanner.settled();
        assertThat(scanner.releasable()).isEqualTo(18);
        assertThat(scanner.tornEvent()).isFalse();
    }

    @Test
    void the_charge_goes_into_the_last_piece_s_usage_which_waits_for_it() {
        String last = "{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":5}}";
        for (Form form : List.of(Form.EVENTS, Form.SEQUENCE)) {
            String body = framed(form, piece("a", "{\"promptTokenCount\":5}"), last);
            for (int cut = 0; cut < body.length(); cut++) {
                AnswerScanner scanner = DIALECT.scanner(Service.CHAT, new AnswerShape(form, false, true));
                scan(scanner, body.substring(0, cut));
                scan(scanner, body.substring(cut));
                assertThat(scanner.releasable()).isLessThanOrEqualTo(body.indexOf(last));
                scanner.end(true);
                scanner.settled();
                assertThat(scanner.costAt()).as("cut at %d", cut).isEqualTo(body.lastIndexOf("}}"));
                assertThat(scanner.releasable()).isEqualTo(body.length());
            }
        }
    }

    @Test
    void random_bytes_end_and_release_no_more_than_there_is() {
        String alphabet = "{}[]\",:\\ \n\r0ae-";
        for (long seed = 1; seed <= 3_000; seed++) {
            Random random = new Random(seed);
            StringBuilder body = new StringBuilder("[{\"candidates\":[]}");
            for (int i = random.nextInt(60); i > 0; i--) {
                body.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            byte[] bytes = utf8(body.toString());
            Relay.of(DIALECT, Service.CHAT, bytes, Form.SEQUENCE).scanAll(1 + random.nextInt(9));
            Relay.of(DIALECT, Service.CHAT, bytes, Form.SEQUENCE)
                    .scan(random.nextInt(bytes.length))
                    .end(false);
        }
    }

    private static void scan(AnswerScanner scanner, String text) {
        scanner.scan(Unpooled.wrappedBuffer(utf8(text)));
    }
}
