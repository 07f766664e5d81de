package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UsdTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0.00",
        "1, 1000000000, 1.00",
        "0.0012, 1200000, 0.0012",
        "0.000000001, 1, 0.000000001",
        "25.5, 25500000000, 25.50",
        "9000000, 9000000000000000, 9000000.00"
    })
    void an_amount_is_read_and_written_exactly(String text, long nano, String written) {
        assertThat(Usd.parse(text)).isEqualTo(new Usd(nano)).hasToString(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-1", "+1", "1e3", "NaN", ".5", "1.", "0x10", " 1", "0.0000000001", "9000000.000000001"})
    void anything_but_a_plain_amount_is_refused(String text) {
        assertThatThrownBy(() -> Usd.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0.0000000001, 1", "0.000000001, 1", "0.0000000011, 2", "0, 0"})
    void a_charge_is_rounded_up_once(BigDecimal exact, long nano) {
        assertThat(Usd.roundUp(exact).nano()).isEqualTo(nano);
    }

    @Test
    void the_largest_amounts_either_way_are_amounts() {
        assertThat(Usd.ZERO.minus(new Usd(Usd.MAX_NANO))).hasToString("-9000000.00");
        assertThat(new Usd(-Usd.MAX_NANO).plus(new Usd(Usd.MAX_NANO))).isEqualTo(Usd.ZERO);
    }

    @Test
    void sums_never_leave_what_redis_counts_exactly() {
        Usd most = new Usd(Usd.MAX_NANO);
        assertThatThrownBy(() -> most.plus(new Usd(1))).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Usd.ZERO.minus(most).minus(new Usd(1))).isInstanceOf(ArithmeticException.class);
    }
}
