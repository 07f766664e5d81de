package tollgate.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.dialect.AnswerShape.Form;
import tollgate.dialect.gemini.GeminiDialect;
import tollgate.dialect.ollama.OllamaDialect;
import tollgate.dialect.openai.OpenAiDialect;

/** Of an answer that cannot be read, or not any more, what reaches the client counts: nothing is relayed for nothing. */
class UnreadBytesTest {
    private static final String LINE = "{\"model\":\"m\",\"message\":{\"content\":\"The\"},\"done\":false}\n";
    private static final String LAST =
            "{\"model\":\"m\",\"message\":{\"content\":\"\"},\"done\":true,\"prompt_eval_count\":26,\"eval_count\":298}\n";
    private static final String GARBAGE = "data: what is this?\n";
    private static final int LONG = 200 * 1024;

    private static AnswerFacts lines(String body, int slices) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Relay relay = Relay.of(new OllamaDialect(), Service.CHAT, bytes, Form.SEQUENCE)
                .scanAll(slices);
        assertThat(relay.bytes()).isEqualTo(bytes);
        return relay.facts();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1 << 20})
    void a_line_that_is_no_document_counts_as_text_and_the_next_ones_are_read(int slices) {
        AnswerFacts facts = lines(GARBAGE + LINE + GARBAGE + LINE + LAST, slices);
        assertThat(Objects.requireNonNull(facts.usage()).text()).isEqualTo("input=26, output=298");
        assertThat(facts.complete()).isTrue();
        assertThat(facts.outputUntold()).isFalse();
        assertThat(facts.malformed()).isEqualTo(2);
        assertThat(facts.contentBytes()).isEqualTo(6 + 2 * (GARBAGE.length() - 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8_192, 1 << 20})
    void an_answer_of_no_document_at_all_counts_all_of_it(int slices) {
        AnswerFacts facts = lines("x".repeat(LONG), slices);
        assertThat(facts.contentBytes()).isEqualTo(LONG);
        assertThat(facts.boundUnits()).isGreaterThanOrEqualTo(LONG);
        assertThat(facts.usage()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8_192, 1 << 20})
    void an_array_that_breaks_off_into_something_else_is_not_told_by_the_report_before(int slices) {
        String piece = "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}],"
                + "\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":1,\"totalTokenCount\":4}}\n";
        byte[] bytes = (piece + "x".repeat(LONG)).getBytes(StandardCharsets.UTF_8);
        Relay relay = Relay.of(new GeminiDialect(), Service.CHAT, bytes, Form.SEQUENCE)
                .scanAll(slices);
        assertThat(relay.bytes()).isEqualTo(bytes);
        AnswerFacts facts = relay.facts();
        assertThat(facts.outputUntold()).isTrue();
        assertThat(facts.complete()).isFalse();
        assertThat(facts.contentBytes()).isEqualTo(2 + LONG);
        assertThat(facts.contentBytesAtUsage()).isEqualTo(2);
    }

    /** Such a stream is not garbled to its payer, so its prompt is charged; a report behind it stands. */
    @Test
    void events_that_are_no_documents_are_events_all_the_same() {
        String text = "data: plain text, not JSON\n\n";
        String usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n";
        Relay without = Relay.stream(new OpenAiDialect(), text + text, false).scanAll(5);
        assertThat(without.facts().events()).isEqualTo(2);
        assertThat(without.facts().malformed()).isEqualTo(2);
        assertThat(without.facts().usage()).isNull();
        Relay with = Relay.stream(new OpenAiDialect(), text + usage + "data: [DONE]\n\n", false)
                .scanAll(5);
        assertThat(Objects.requireNonNull(with.facts().usage()).text()).isEqualTo("input=3, cached_input=0, output=2");
        assertThat(with.facts().outputUntold()).isFalse();
    }

    /** Beyond what is withheld of one event it flows: what flowed counts, though the event never ends. */
    @ParameterizedTest
    @ValueSource(ints = {7, 8_192, 1 << 20})
    void an_event_that_is_cut_behind_all_that_is_withheld_counts_what_flowed(int slices) {
        String body = "data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + "x".repeat(LONG);
        Relay relay = Relay.stream(new OpenAiDialect(), body, true);
        for (int at = 0; at < body.length(); at += slices) {
            relay.scan(slices);
        }
        assertThat(relay.bytes().length).isGreaterThan(LONG / 2);
        relay.end(false);
        assertThat(relay.scanner.tornEvent()).isTrue();
        assertThat(relay.facts().contentBytes()).isEqualTo(LONG);
        assertThat(relay.facts().usage()).isNull();
    }

    @Test
    void a_line_that_is_cut_behind_all_that_is_withheld_counts_what_flowed() {
        String body = LINE + "{\"model\":\"m\",\"message\":{\"content\":\"" + "x".repeat(LONG);
        Relay relay = Relay.of(new OllamaDialect(), Service.CHAT, body.getBytes(StandardCharsets.UTF_8), Form.SEQUENCE);
        for (int at = 0; at < body.length(); at += 8_192) {
            relay.scan(8_192);
        }
        assertThat(relay.bytes().length).isGreaterThan(LONG / 2);
        relay.end(false);
        assertThat(relay.facts().contentBytes()).isEqualTo(3 + LONG);
    }
}
