package tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandingTest {
    private static final Duration REST = Duration.ofMillis(200);

    private static Standing standing(int concurrent) {
        return new Standing("u", new Standing.Settings(20, 50, REST, 2), new Capacity(concurrent, 0), new Health("u"));
    }

    private static void fail(Standing standing, int times, @Nullable Duration rest) {
        for (int i = 0; i < times; i++) {
            Passage through = standing.pass(true);
            if (through != null) {
                through.failed(rest);
                through.close();
            }
        }
    }

    @Test
    void after_failures_nothing_passes_and_then_only_probes_until_they_tell() {
        Standing standing = standing(0);
        fail(standing, 5, null);
        assertThat(standing.state()).isEqualTo(Standing.State.OPEN);
        assertThat(standing.pass(true)).isNull();
        assertThat(standing.restLeft()).isPositive().isLessThanOrEqualTo(REST);
        List<Passage> probes = new ArrayList<>();
        await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(5)).until(() -> {
            Passage through = standing.pass(true);
            if (through != null) {
                probes.add(through);
            }
            return through != null;
        });
        probes.add(Objects.requireNonNull(standing.pass(true)));
        assertThat(standing.pass(true)).as("a third at once").isNull();
        probes.forEach(Passage::answered);
        probes.forEach(Passage::close);
        assertThat(standing.state()).isEqualTo(Standing.State.CLOSED);
        assertThat(standing.underWay()).isZero();
    }

    @Test
    void a_probe_that_tells_nothing_leaves_its_place_to_another() {
        Standing standing = standing(0);
        fail(standing, 5, null);
        await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(5)).until(() -> {
            Passage through = standing.pass(true);
            if (through != null) {
                through.close();
            }
            return through != null;
        });
        for (int i = 0; i < 50; i++) {
            Objects.requireNonNull(standing.pass(true)).close();
        }
        assertThat(standing.state()).isEqualTo(Standing.State.HALF_OPEN);
    }

    @Test
    void it_rests_for_as_long_as_it_asks_but_not_for_ever() {
        Standing standing = standing(0);
        fail(standing, 1, Duration.ofSeconds(30));
        assertThat(standing.pass(true)).isNull();
        assertThat(standing.restLeft()).isBetween(Duration.ofSeconds(25), Duration.ofSeconds(30));
        Standing other = standing(0);
        fail(other, 1, Duration.ofDays(300));
        assertThat(other.restLeft()).isLessThanOrEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void where_there_is_no_other_everything_passes_while_it_rests() {
        Standing standing = standing(0);
        fail(standing, 20, Duration.ofSeconds(30));
        Passage through = Objects.requireNonNull(standing.pass(false));
        through.answered();
        through.close();
        assertThat(standing.state()).isEqualTo(Standing.State.OPEN);
    }

    @Test
    void no_more_pass_at_once_than_may_and_each_place_is_given_back_once() {
        Standing standing = standing(3);
        List<Passage> inside = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            inside.add(Objects.requireNonNull(standing.pass(true)));
        }
        assertThat(standing.pass(true)).isNull();
        assertThat(standing.pass(false)).isNull();
        inside.getFirst().close();
        inside.getFirst().close();
        assertThat(standing.underWay()).isEqualTo(2);
        inside.set(0, Objects.requireNonNull(standing.pass(true)));
        assertThat(standing.pass(true)).isNull();
        inside.forEach(Passage::close);
        assertThat(standing.underWay()).isZero();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "retry-after,    7,                              7000",
        "Retry-After,    0,                              0",
        "retry-after-ms, 250,                            250",
        "retry-after,    Thu, ",
        "retry-after,    99999999999999999999, ",
        "retry-after,    -1, ",
        "retry-after,    'Fri, 31 Dec 1999 23:59:59 GMT', 0",
    })
    void how_long_an_upstream_wants_not_to_be_asked(String name, String value, @Nullable Long millis) {
        Duration read = RetryAfter.of(new DefaultHttpHeaders().add(name, value));
        assertThat(read).isEqualTo(millis == null ? null : Duration.ofMillis(millis));
    }

    @Test
    void a_date_is_a_time_from_now() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(90).atZone(ZoneOffset.UTC));
        assertThat(RetryAfter.of(new DefaultHttpHeaders().add("retry-after", date)))
                .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(90));
    }
}
