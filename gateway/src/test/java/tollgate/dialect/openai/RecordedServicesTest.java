package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Relay;
import tollgate.dialect.Service;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Real answers of what is neither a conversation nor a response: embeddings, completions, moderations. */
class RecordedServicesTest {
    private static final OpenAiDialect DIALECT = new OpenAiDialect();

    private static Stream<Recording> some(List<Recording> found) {
        return found.isEmpty() ? Stream.of(Recording.NONE) : found.stream();
    }

    static Stream<Recording> embeddings() {
        return some(Recordings.in(
                "openai-embeddings",
                "azure-embeddings",
                "mistral-embeddings",
                "openrouter-embeddings",
                "perplexity-embeddings",
                "voyage-embeddings"));
    }

    static Stream<Recording> completions() {
        return some(Recordings.in("openai-completions"));
    }

    static Stream<Recording> moderations() {
        return some(Recordings.in("openai-moderations"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("embeddings")
    void embeddings_are_metered_by_their_prompt_alone_wherever_they_are_cut(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        for (int cut = 0; cut < body.length; cut += body.length - cut < 200 || cut < 200 ? 1 : 127) {
            Relay relay =
                    Relay.of(DIALECT, Service.EMBEDDINGS, body, false, false).scan(cut);
            assertThat(relay.bytes()).isEmpty();
            relay.scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            prompt(recording, relay.facts());
        }
        prompt(
                recording,
                Relay.of(DIALECT, Service.EMBEDDINGS, body, false, false)
                        .scanAll(1)
                        .facts());
    }

    private static void prompt(Recording recording, AnswerFacts facts) {
        assertThat(facts.complete()).isEqualTo(recording.status() == 200);
        if (recording.status() != 200) {
            assertThat(facts.usage()).isNull();
            return;
        }
        Usage usage = Objects.requireNonNull(facts.usage());
        assertThat(usage.asMap()).containsOnlyKeys(UnitClass.INPUT);
        assertThat(usage.units(UnitClass.INPUT)).isEqualTo(recording.input());
        assertThat(facts.usageDoubtful()).isFalse();
        assertThat(facts.model()).isNotEmpty();
        assertThat(facts.contentBytes()).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("completions")
    void completions_are_metered_wherever_they_are_cut(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        for (int cut = 0; cut < body.length; cut++) {
            Relay relay = Relay.of(DIALECT, Service.COMPLETIONS, body, recording.stream(), false)
                    .scan(cut)
                    .scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            Usage usage = Objects.requireNonNull(relay.facts().usage());
            assertThat(usage.inputTokens()).isEqualTo(recording.input());
            assertThat(usage.outputTokens()).isEqualTo(recording.output());
            assertThat(relay.facts().boundUnits() + 16).isGreaterThanOrEqualTo(recording.output());
            // "The new holiday is called ...", 16 tokens
            assertThat(relay.facts().contentBytes()).isBetween(16L, 120L);
            assertThat(relay.facts().complete()).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("moderations")
    void judgements_pass_and_tell_no_usage(Recording recording) {
        Assumptions.assumeTrue(!recording.equals(Recording.NONE), "no recordings here");
        byte[] body = recording.body();
        for (int cut = 0; cut < body.length; cut++) {
            Relay relay = Relay.of(DIALECT, Service.MODERATION, body, false, false)
                    .scan(cut)
                    .scanAll(body.length);
            assertThat(relay.bytes()).isEqualTo(body);
            assertThat(relay.facts().usage()).isNull();
            assertThat(relay.facts().complete()).isTrue();
            assertThat(relay.facts().model()).isEqualTo("omni-moderation-latest");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a prompt                | {\"prompt_tokens\":7,\"total_tokens\":7}                           | 7 | -1 | no",
                "a total alone           | {\"total_tokens\":7}                                              | 7 | -1 | no",
                "a zero is told          | {\"prompt_tokens\":0}                                             | 0 | -1 | no",
                "null                    | null                                                            | -1 | -1 | no",
                "nothing                 | {}                                                              | -1 | -1 | no",
                "below zero              | {\"prompt_tokens\":-7}                                            | -1 | -1 | no",
                "as a fraction           | {\"prompt_tokens\":7.2}                                           | 8 | -1 | no",
                "tokens of an answer     | {\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10} | 7 | 3 | yes",
                "a total above the prompt | {\"prompt_tokens\":7,\"total_tokens\":9}                        | 7 | 2 | yes",
                "no answer is no answer  | {\"prompt_tokens\":7,\"completion_tokens\":0}                      | 7 | -1 | no",
            })
    void what_an_embedding_reports(String story, String usage, long input, long output, String doubtful) {
        String text =
                "{\"model\":\"m\",\"data\":[{\"usage\":{\"prompt_tokens\":999},\"embedding\":\"AAAA\"}],\"usage\":"
                        + usage + "}";
        AnswerFacts facts = Relay.of(DIALECT, Service.EMBEDDINGS, text.getBytes(StandardCharsets.UTF_8), false, false)
                .scanAll(5)
                .facts();
        assertThat(facts.complete()).isTrue();
        Usage reported = facts.usage();
        if (input < 0) {
            assertThat(reported == null || facts.inputUntold()).isTrue();
            return;
        }
        assertThat(Objects.requireNonNull(reported).units(UnitClass.INPUT)).isEqualTo(input);
        assertThat(reported.units(UnitClass.OUTPUT)).isEqualTo(Math.max(0, output));
        assertThat(facts.usageDoubtful()).isEqualTo(doubtful.equals("yes"));
    }

    @Test
    void what_is_no_answer_of_its_service_is_not_complete() {
        for (String body : List.of("[]", "{}", "{\"data\":{}}", "{\"data\":[]", "{\"choices\":[]}", "\"data\"", "")) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            assertThat(Relay.of(DIALECT, Service.EMBEDDINGS, bytes, false, false)
                            .scanAll(1)
                            .facts()
                            .complete())
                    .as(body)
                    .isFalse();
        }
    }
}
