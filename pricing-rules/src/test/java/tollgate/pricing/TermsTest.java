package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TermsTest {
    @Test
    void terms_are_alike_where_moment_region_and_what_was_asked_for_are() {
        Terms terms =
                Terms.STANDARD.at(Instant.ofEpochSecond(90_061)).tier("flex").region("EU");
        assertThat(terms)
                .isEqualTo(Terms.STANDARD.region("eu").tier("FLEX").at(Instant.ofEpochSecond(90_061)))
                .hasSameHashCodeAs(Terms.STANDARD.region("eu").tier("FLEX").at(Instant.ofEpochSecond(90_061)))
                .hasToString(terms.toString());
        for (Terms other : List.of(
                terms.at(Instant.EPOCH),
                terms.tier("batch"),
                terms.region("us"),
                terms.region(null),
                terms.with(Attribute.SIZE, "big"))) {
            assertThat(other).isNotEqualTo(terms).doesNotHaveSameHashCodeAs(terms);
        }
        assertThat(terms).isNotEqualTo("flex");
        assertThat(terms.toString()).contains("flex", "eu", "1970-01-02T01:01:01Z");
        assertThat(terms.secondOfDay()).isEqualTo(3_661);
    }

    @Test
    void the_same_again_is_the_same_object_and_nothing_said_is_null() {
        Terms big = Terms.STANDARD.with(Attribute.SIZE, "big");
        assertThat(big.with(Attribute.SIZE, "big")).isSameAs(big);
        assertThat(big.with(Attribute.SIZE, null)).isEqualTo(Terms.STANDARD);
        assertThat(big.tier("auto").tier()).isNull();
        assertThat(big.region("global").region()).isNull();
    }
}
