package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LimitsTest {
    @ParameterizedTest
    @CsvSource({
        "0,          1,          0,          0, 0,          'context: 0 (expected: 1..1000000000)'",
        "1000000001, 1,          0,          0, 0,          'context: 1000000001 (expected: 1..1000000000)'",
        "10,         0,          0,          0, 0,          'max_output_tokens: 0 (expected: 1..1000000000)'",
        "10,         11,         0,          0, 0,          'max_output_tokens: 11 (expected: at most context, 10)'",
        "10,         1,          -1,         0, 0,          'typical_output: -1 (expected: 0..1000000000)'",
        "10,         1,          1000000001, 0, 0,          'typical_output: 1000000001'",
        "10,         1,          0,         -1, 0,          'image_tokens.low: -1 (expected: 0..1000000000)'",
        "10,         1,          0,          0, 1000000001, 'image_tokens.high: 1000000001'",
        "10,         1,          0,          2, 1,          'image_tokens.low: 2 (expected: at most high, 1)'",
    })
    void what_no_model_has_is_refused(long context, long output, long typical, long low, long high, String message) {
        assertThatThrownBy(() -> new Limits(context, output, true, typical, low, high))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void the_ends_of_the_ranges_are_within() {
        assertThat(new Limits(1, 1, true, 0, 0, 0).context()).isEqualTo(1);
        long most = 1_000_000_000;
        assertThat(new Limits(most, most, true, most, most, most).imageTokensHigh())
                .isEqualTo(most);
    }
}
