package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.Allowance;
import tollgate.dialect.anthropic.AnthropicDialect;

/** What is left of a limit in each provider's own words: the samples are those of their documentation. */
class RateLimitFieldsTest {
    @ParameterizedTest(name = "{0} ms")
    @CsvSource({
        "0, 0s",
        "1, 1ms",
        "20, 20ms",
        "999, 999ms",
        "1000, 1s",
        "8640, 8.64s",
        "8007, 8.007s",
        "59999, 59.999s",
        "60000, 1m0s",
        "360000, 6m0s",
        "61001, 1m1.001s",
        "3600000, 1h0m0s",
        "90061500, 25h1m1.5s",
        "2592000000, 720h0m0s",
    })
    void a_duration_is_written_as_openai_writes_it(long ms, String text) {
        assertThat(RateLimitFields.duration(ms)).isEqualTo(text);
    }

    @Test
    void both_dialects_tell_limit_remaining_and_reset_in_fields_of_their_own() {
        Allowance left = new Allowance(Allowance.Of.TOKENS, 150_000, 149_984, 1_800_000_000_000L, 1_800_000_000_006L);
        Map<String, String> openai = new LinkedHashMap<>();
        new OpenAiDialect().tell(left, openai::put);
        assertThat(openai)
                .containsExactly(
                        Map.entry("x-ratelimit-limit-tokens", "150000"),
                        Map.entry("x-ratelimit-remaining-tokens", "149984"),
                        Map.entry("x-ratelimit-reset-tokens", "6ms"));
        Map<String, String> anthropic = new LinkedHashMap<>();
        new AnthropicDialect().tell(left, anthropic::put);
        assertThat(anthropic)
                .containsExactly(
                        Map.entry("anthropic-ratelimit-tokens-limit", "150000"),
                        Map.entry("anthropic-ratelimit-tokens-remaining", "149984"),
                        Map.entry("anthropic-ratelimit-tokens-reset", "2027-01-15T08:00:01Z"));
    }

    @Test
    void what_is_over_already_resets_now() {
        Map<String, String> fields = new LinkedHashMap<>();
        new OpenAiDialect().tell(new Allowance(Allowance.Of.REQUESTS, 1, 1, 1_000, 900), fields::put);
        assertThat(fields).containsEntry("x-ratelimit-reset-requests", "0s");
    }
}
