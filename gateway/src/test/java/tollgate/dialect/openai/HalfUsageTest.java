package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Service;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Usage objects that tell less than they should. */
class HalfUsageTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "both                 | {\"prompt_tokens\":10,\"completion_tokens\":5}                         | 10 | 5 | no  | no",
                "a zero is told       | {\"prompt_tokens\":0,\"completion_tokens\":0}                          | 0  | 0 | no  | no",
                "only the prompt      | {\"prompt_tokens\":10}                                                 | 10 | 0 | no  | yes",
                "only the completion  | {\"completion_tokens\":5}                                              | 0  | 5 | yes | no",
                "null is not told     | {\"prompt_tokens\":null,\"completion_tokens\":5}                       | 0  | 5 | yes | no",
                "below zero           | {\"prompt_tokens\":-10,\"completion_tokens\":5}                        | 0  | 5 | yes | no",
                "below zero, the other | {\"prompt_tokens\":10,\"completion_tokens\":-0.5}                     | 10 | 0 | no  | yes",
                "no number            | {\"prompt_tokens\":10,\"completion_tokens\":\"many\"}                  | 10 | 0 | no  | yes",
                "the total tells      | {\"prompt_tokens\":10,\"total_tokens\":15}                             | 10 | 5 | no  | no",
                "the total tells too  | {\"completion_tokens\":5,\"total_tokens\":15}                          | 10 | 5 | no  | no",
                "a total of the prompt | {\"prompt_tokens\":10,\"total_tokens\":10}                            | 10 | 0 | no  | no",
            })
    void what_a_usage_object_does_not_tell_is_not_taken_for_zero(
            String story, String usage, long input, long output, String inputUntold, String outputUntold) {
        AnswerScanner scanner = new OpenAiDialect().scanner(Service.CHAT, new AnswerShape(false, false, false));
        scanner.scan(Unpooled.copiedBuffer(
                "{\"model\":\"m\",\"choices\":[{\"message\":{\"content\":\"hi there\"}}],\"usage\":" + usage + "}",
                StandardCharsets.UTF_8));
        scanner.end(true);
        AnswerFacts facts = scanner.facts();
        Usage reported = Objects.requireNonNull(facts.usage());
        assertThat(reported.units(UnitClass.INPUT)).isEqualTo(input);
        assertThat(reported.units(UnitClass.OUTPUT)).isEqualTo(output);
        assertThat(facts.inputUntold()).isEqualTo(inputUntold.equals("yes"));
        assertThat(facts.outputUntold()).isEqualTo(outputUntold.equals("yes"));
    }
}
