package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RateTest {
    @ParameterizedTest
    @CsvSource({
        "2.50,  MILLION,  0.0000025",
        "25,    THOUSAND, 0.025",
        "100,   EACH,     100",
        "0.006, MINUTE,   0.0001",
        "0.04,  HOUR,     0.000011111111111111",
        "7200,  HOUR,     2",
    })
    void a_unit_of_it_costs(String usd, Per per, String each) {
        assertThat(new Rate(new BigDecimal(usd), per).perUnit()).hasToString(each);
    }

    @Test
    void rates_of_different_measures_compare_by_the_unit() {
        Rate perThousand = new Rate(new BigDecimal("0.002"), Per.THOUSAND);
        assertThat(perThousand.atLeast(Rate.perMillion("2"))).isTrue();
        assertThat(Rate.perMillion("2").atLeast(perThousand)).isTrue();
        assertThat(perThousand.atLeast(Rate.perMillion("2.000001"))).isFalse();
        assertThat(perThousand.atLeast(Rate.perMillion("1.999999"))).isTrue();
    }

    @Test
    void a_rate_is_within_what_providers_ask_and_written_plainly() {
        assertThat(new Rate(new BigDecimal("1E+3"), Per.MILLION)).hasToString("1000 usd_per_million");
        assertThat(new Rate(new BigDecimal("2.500"), Per.EACH)).hasToString("2.5 usd_each");
        assertThatCode(() -> Rate.perMillion("10000").check(UnitClass.INPUT)).doesNotThrowAnyException();
        assertThatThrownBy(() -> Rate.perMillion("10000.000001").check(UnitClass.INPUT))
                .hasMessageContaining("(expected: 0..10000 with up to 18 decimals)");
        assertThatThrownBy(() -> Rate.perMillion("-0.1").check(UnitClass.INPUT)).hasMessageContaining("-0.1");
        assertThatCode(() -> Rate.each("1000").check(UnitClass.IMAGE)).doesNotThrowAnyException();
        assertThatCode(() -> Rate.each("0.000000000000000001").check(UnitClass.IMAGE))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Rate.each("0.0000000000000000001").check(UnitClass.IMAGE))
                .hasMessageContaining("18 decimals");
        assertThatThrownBy(() -> new Rate(new BigDecimal("0.1"), Per.MINUTE).check(UnitClass.INPUT))
                .hasMessageContaining("usd_per_minute.input (expected: a class of seconds, or another measure)");
    }
}
