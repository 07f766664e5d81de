package tollgate.dialect.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.Refusal;
import tollgate.dialect.Relay;
import tollgate.dialect.RequestReading;
import tollgate.dialect.Service;
import tollgate.dialect.Splice;
import tollgate.dialect.SplicePoints;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Ollama's answers, as its documentation has them, and as nobody should send them; requests. */
class OllamaDialectTest {
    private static final OllamaDialect DIALECT = new OllamaDialect();
    private static final String LINE =
            "{\"model\":\"llama3.2\",\"created_at\":\"2026-08-04T08:52:19Z\",\"message\":{\"role\":\"assistant\",\"content\":\"The\"},\"done\":false}\n";
    private static final String LAST =
            "{\"model\":\"llama3.2\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"total_duration\":4883583458,\"load_duration\":1334875,\"prompt_eval_count\":26,\"prompt_eval_duration\":342546000,\"eval_count\":298,\"eval_duration\":4535599000}\n";

    private static AnswerFacts read(Service service, Form form, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        AnswerFacts first = null;
        for (int cut = 0; cut <= bytes.length; cut++) {
            Relay relay = Relay.of(DIALECT, service, bytes, form).scan(cut).scanAll(Math.max(1, bytes.length));
            assertThat(relay.text()).as("cut at %d", cut).isEqualTo(body);
            first = first == null ? relay.facts() : first;
            assertThat(relay.facts().usage()).as("cut at %d", cut).isEqualTo(first.usage());
            assertThat(relay.facts().contentBytes()).as("cut at %d", cut).isEqualTo(first.contentBytes());
            assertThat(relay.facts().boundUnits()).as("cut at %d", cut).isEqualTo(first.boundUnits());
            assertThat(relay.facts().complete()).as("cut at %d", cut).isEqualTo(first.complete());
        }
        return Objects.requireNonNull(first);
    }

    @Test
    void a_stream_of_lines_is_counted_by_its_last_one() {
        AnswerFacts facts = read(Service.CHAT, Form.SEQUENCE, LINE + LINE + LAST);
        assertThat(Objects.requireNonNull(facts.usage()).text()).isEqualTo("input=26, output=298, gpu_second=4.884");
        assertThat(facts.model()).isEqualTo("llama3.2");
        assertThat(facts.contentBytes()).isEqualTo(6);
        assertThat(facts.events()).isEqualTo(3);
        assertThat(facts.complete()).isTrue();
        assertThat(facts.usageDoubtful()).isFalse();
    }

    @Test
    void a_whole_answer_is_counted_and_so_is_one_whose_context_is_longer_than_anything_that_is_kept() {
        String context = "1,".repeat(20_000) + "1";
        String body = "{\"model\":\"m\",\"response\":\"Hi\",\"thinking\":\"hm\",\"done\":true,\"context\":[" + context
                + "],\"total_duration\":1,\"prompt_eval_count\":5,\"eval_count\":2}";
        Relay relay = Relay.of(DIALECT, Service.CHAT, body.getBytes(StandardCharsets.UTF_8), false, false)
                .scanAll(1_000);
        assertThat(relay.facts().complete()).isTrue();
        Usage usage = Objects.requireNonNull(relay.facts().usage());
        assertThat(usage.text()).isEqualTo("input=5, output=2, gpu_second=0.001");
        assertThat(relay.facts().contentBytes()).isEqualTo(4);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "cached within the prompt | \"prompt_eval_count\":26,\"prompt_eval_cached_count\":20,\"eval_count\":3 | 26 | 20 | 3 | false | false",
                "a prompt that is untold  | \"eval_count\":3            | 0 | 0 | 3 | true | false",
                "an answer that is untold | \"prompt_eval_count\":26    | 26 | 0 | 0 | false | true",
                "zeros are told           | \"prompt_eval_count\":0,\"eval_count\":0 | 0 | 0 | 0 | false | false",
                "repeated: the last       | \"prompt_eval_count\":9,\"prompt_eval_count\":26,\"eval_count\":3 | 26 | 0 | 3 | false | false",
                "fields in between        | \"prompt_eval_count\":26,\"new\":{\"eval_count\":9},\"eval_count\":3 | 26 | 0 | 3 | false | false",
                "nothing                  | \"load_duration\":1         | -1 | 0 | 0 | false | false",
                "below zero               | \"prompt_eval_count\":-1,\"eval_count\":3 | -1 | 0 | 0 | false | false",
                "absurd                   | \"prompt_eval_count\":1e99,\"eval_count\":3 | -1 | 0 | 0 | false | false",
            })
    void what_the_counts_mean(
            String story, String counts, long input, long cached, long output, boolean noInput, boolean noOutput) {
        AnswerFacts facts = read(
                Service.CHAT,
                Form.SEQUENCE,
                LINE + "{\"message\":{\"content\":\"\"},\"done\":true,\"total_duration\":1," + counts + "}\n");
        Usage usage = facts.usage();
        assertThat(usage == null ? -1 : usage.inputTokens()).isEqualTo(input);
        assertThat(usage == null ? 0 : usage.units(UnitClass.CACHED_INPUT)).isEqualTo(cached);
        assertThat(usage == null ? 0 : usage.outputTokens()).isEqualTo(output);
        assertThat(facts.inputUntold()).isEqualTo(noInput);
        assertThat(facts.outputUntold()).isEqualTo(noOutput);
    }

    @Test
    void vectors_are_their_prompt_alone() {
        AnswerFacts facts = read(
                Service.EMBEDDINGS,
                Form.WHOLE,
                "{\"model\":\"all-minilm\",\"embeddings\":[[0.01,-0.001]],\"total_duration\":14143917,\"prompt_eval_count\":8}");
        assertThat(Objects.requireNonNull(facts.usage()).inputTokens()).isEqualTo(8);
        assertThat(facts.outputUntold()).isFalse();
        assertThat(facts.complete()).isTrue();
    }

    @Test
    void text_is_never_taken_for_counts_an_error_or_the_end() {
        AnswerFacts facts = read(
                Service.CHAT,
                Form.SEQUENCE,
                LINE.replace("The", "}\\n{\\\"done\\\":true,\\\"eval_count\\\":1}")
                        + "{\"message\":{\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"done\":true,"
                        + "\"error\":\"x\",\"eval_count\":7}}}]},\"done\":false}\n" + LAST);
        assertThat(Objects.requireNonNull(facts.usage()).outputTokens()).isEqualTo(298);
        assertThat(facts.error()).isFalse();
        assertThat(facts.events()).isEqualTo(3);
    }

    @Test
    void an_error_line_amid_a_stream_is_one() {
        AnswerFacts facts = read(Service.CHAT, Form.SEQUENCE, LINE + "{\"error\":\"model runner stopped\"}\n");
        assertThat(facts.error()).isTrue();
        assertThat(facts.usage()).isNull();
        assertThat(facts.complete()).isFalse();
    }

    @Test
    void the_last_line_waits_for_the_settlement_and_the_charge_may_go_into_it() {
        AnswerScanner scanner = DIALECT.scanner(Service.CHAT, new AnswerShape(Form.SEQUENCE, false, true));
        scanner.scan(Unpooled.copiedBuffer(LINE + LAST, StandardCharsets.UTF_8));
        assertThat(scanner.terminated()).isTrue();
        assertThat(scanner.releasable()).isLessThanOrEqualTo(LINE.length());
        assertThat(scanner.costAt()).isEqualTo(LINE.length() + LAST.length() - 2L);
        assertThat(scanner.commentAt()).isNegative();
        scanner.end(true);
        scanner.settled();
        assertThat(scanner.releasable()).isEqualTo(LINE.length() + LAST.length());
    }

    @Test
    void a_line_leaves_with_its_end_and_not_before() {
        AnswerScanner scanner = DIALECT.scanner(Service.CHAT, new AnswerShape(Form.SEQUENCE, false, false));
        scanner.scan(Unpooled.copiedBuffer(LINE, StandardCharsets.UTF_8));
        assertThat(scanner.releasable()).isEqualTo(LINE.length());
        scanner.scan(Unpooled.copiedBuffer(LINE.stripTrailing(), StandardCharsets.UTF_8));
        assertThat(scanner.releasable()).isEqualTo(LINE.length());
        scanner.end(false);
        scanner.settled();
        // an error line fits behind it
        assertThat(scanner.releasable()).isEqualTo(LINE.length());
        assertThat(scanner.tornEvent()).isFalse();
    }

    private static RequestReading reading(String path, String body) {
        ByteBuf buffer = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
        return DIALECT.read(Objects.requireNonNull(DIALECT.service("POST", path)), path, buffer);
    }

    private static MeteredRequest understood(String path, String body) {
        RequestReading reading = reading(path, body);
        assertThat(reading).as(body).isInstanceOf(RequestReading.Understood.class);
        return ((RequestReading.Understood) reading).request();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "unasked it streams without end | ``                                              | true  | -1",
                "not to stream                  | ,\"stream\":false                               | false | -1",
                "a ceiling                      | ,\"options\":{\"num_predict\":42}               | true  | 42",
                "no ceiling                     | ,\"options\":{\"num_predict\":-1}               | true  | -1",
                "nothing is no ceiling          | ,\"options\":{\"num_predict\":0}                | true  | -1",
                "until the context is full      | ,\"options\":{\"num_predict\":-2}               | true  | -1",
                "null                           | ,\"options\":null,\"stream\":null               | true  | -1",
            })
    void what_is_asked_for(String story, String more, boolean stream, long ceiling) {
        MeteredRequest request = understood("/api/chat", "{\"model\":\"m\",\"messages\":[]" + more + "}");
        assertThat(request.stream()).isEqualTo(stream);
        assertThat(request.ceiling() == null ? -1 : request.ceiling()).isEqualTo(ceiling);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no options        | {\"model\":\"m\",\"prompt\":\"\"}                              | {\"options\":{\"num_predict\":50},\"model\":\"m\",\"prompt\":\"\"}",
                "others            | {\"model\":\"m\",\"prompt\":\"\",\"options\":{\"seed\":1}}      | {\"model\":\"m\",\"prompt\":\"\",\"options\":{\"num_predict\":50,\"seed\":1}}",
                "none in them      | {\"model\":\"m\",\"prompt\":\"\",\"options\":{}}              | {\"model\":\"m\",\"prompt\":\"\",\"options\":{\"num_predict\":50}}",
                "without end       | {\"model\":\"m\",\"prompt\":\"\",\"options\":{\"num_predict\":-1}} | {\"model\":\"m\",\"prompt\":\"\",\"options\":{\"num_predict\":50}}",
                "nothing           | {\"model\":\"m\",\"prompt\":\"\",\"options\":{\"num_predict\":0}}  | {\"model\":\"m\",\"prompt\":\"\",\"options\":{\"num_predict\":50}}",
                "a lower one stays | {\"model\":\"m\",\"prompt\":\"\",\"options\":{\"num_predict\":9}}  | {\"model\":\"m\",\"prompt\":\"\",\"options\":{\"num_predict\":9}}",
            })
    void a_ceiling_is_spliced_in(String story, String body, String expected) {
        ByteBuf original = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
        List<Splice> splices = understood("/api/generate", body).splicePoints().splices(true, 50L);
        ByteBuf changed = Splice.apply(original, splices, UnpooledByteBufAllocator.DEFAULT);
        assertThat(changed.toString(StandardCharsets.UTF_8)).isEqualTo(expected);
        changed.release();
    }

    @Test
    void an_answer_that_would_go_on_for_ever_is_always_told_where_to_end() {
        for (String endless : List.of("", ",\"options\":{}", ",\"options\":{\"num_predict\":-1}")) {
            SplicePoints points = understood("/api/generate", "{\"model\":\"m\",\"prompt\":\"\"" + endless + "}")
                    .splicePoints();
            assertThat(points.endless()).as(endless).isTrue();
        }
        String said = "{\"model\":\"m\",\"prompt\":\"\",\"options\":{\"num_predict\":9}}";
        assertThat(understood("/api/generate", said).splicePoints().endless()).isFalse();
    }

    @Test
    void text_weighs_wherever_it_stands_and_pictures_count() {
        String text = "x".repeat(1_000);
        for (String more : List.of(
                "\"system\":\"" + text + "\"",
                "\"suffix\":\"" + text + "\"",
                "\"new\":\"" + text + "\"",
                "\"format\":{\"d\":\"" + text + "\"}",
                "\"context\":[" + "1,".repeat(999) + "1]",
                "\"messages\":[{\"content\":\"" + text + "\"}]",
                "\"tools\":[{\"description\":\"" + text + "\"}]")) {
            MeteredRequest request = understood("/api/generate", "{\"model\":\"m\",\"prompt\":\"\"," + more + "}");
            assertThat(request.textBytes()).as(more).isGreaterThan(1_000);
        }
        MeteredRequest pictures = understood(
                "/api/chat",
                "{\"model\":\"m\",\"messages\":[{\"content\":\"a\",\"images\":[\"AAAA\",\"BBBB\"]}],\"images\":[\"CC\"]}");
        assertThat(pictures.images()).isEqualTo(new MeteredRequest.ImageCount(0, 3));
        MeteredRequest vectors = understood("/api/embed", "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"stream\":true}");
        assertThat(vectors.extent().prompts()).isEqualTo(2);
        assertThat(vectors.stream()).isFalse();
        assertThat(vectors.ceiling()).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no model          | {\"messages\":[]}                               | invalid_value | model",
                "no messages       | {\"model\":\"m\"}                              | invalid_value | messages",
                "a template        | {\"model\":\"m\",\"messages\":[],\"template\":\"{{ .Prompt }}\"} | unbounded_input | template",
                "two ceilings      | {\"model\":\"m\",\"messages\":[],\"options\":{\"num_predict\":1,\"num_predict\":9}} | repeated_parameter | options.num_predict",
                "a ceiling as text | {\"model\":\"m\",\"messages\":[],\"options\":{\"num_predict\":\"9\"}} | invalid_value | options.num_predict",
                "two models        | {\"model\":\"m\",\"model\":\"n\",\"messages\":[]} | repeated_parameter | model",
                "options in a list | {\"model\":\"m\",\"messages\":[],\"options\":[]} | invalid_value | options",
            })
    void what_could_be_read_in_two_ways_is_refused(String story, String body, String code, @Nullable String param) {
        RequestReading.Refused refused = (RequestReading.Refused) reading("/api/chat", body);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.param()).isEqualTo(param);
    }

    @Test
    void what_is_not_metered_is_not_served_and_refusals_are_a_text() {
        for (String path : List.of("/api/pull", "/api/create", "/api/embeddings", "/api/chat/", "/api/push")) {
            assertThat(DIALECT.service("POST", path)).as(path).isNull();
        }
        Refusal refusal = new Refusal(402, "insufficient_funds", null, "no money", Map.of("available", "0.10"));
        assertThat(DIALECT.error(refusal, "x_1").text())
                .isEqualTo("{\"error\":\"no money\",\"code\":\"insufficient_funds\",\"available\":\"0.10\"}");
        String event = new String(
                DIALECT.errorEvent(Service.CHAT, Form.SEQUENCE, refusal, "x_1", Relay.COMMENT), StandardCharsets.UTF_8);
        assertThat(event).endsWith("}\n");
        assertThat(read(Service.CHAT, Form.SEQUENCE, LINE + event).error()).isTrue();
    }
}
