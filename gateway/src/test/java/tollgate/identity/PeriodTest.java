package tollgate.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeriodTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a minute,               MINUTE, UTC, 2026-03-10T12:34:56Z, 2026-03-10T12:34:00Z, 2026-03-10T12:35:00Z, 2026-03-10T12:36:00Z",
        "an hour off by a half,  HOUR, Asia/Kolkata, 2026-03-10T12:10:00Z, 2026-03-10T11:30:00Z, 2026-03-10T12:30:00Z, 2026-03-10T13:30:00Z",
        "the hour that is twice, HOUR, Europe/Vienna, 2026-10-25T01:10:00Z, 2026-10-25T01:00:00Z, 2026-10-25T02:00:00Z, 2026-10-25T03:00:00Z",
        "a day of 23 hours,      DAY, Europe/Vienna, 2026-03-29T12:00:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z, 2026-03-30T22:00:00Z",
        "a day of 25 hours,      DAY, Europe/Vienna, 2026-10-25T12:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z, 2026-10-26T23:00:00Z",
        "a day without midnight, DAY, America/Sao_Paulo, 2018-11-04T12:00:00Z, 2018-11-04T03:00:00Z, 2018-11-05T02:00:00Z, 2018-11-06T02:00:00Z",
        "a week from Monday,     WEEK, UTC, 2026-03-15T23:59:59.999Z, 2026-03-09T00:00:00Z, 2026-03-16T00:00:00Z, 2026-03-23T00:00:00Z",
        "February,               MONTH, Pacific/Auckland, 2026-02-10T00:00:00Z, 2026-01-31T11:00:00Z, 2026-02-28T11:00:00Z, 2026-03-31T11:00:00Z",
        "its first instant,      MONTH, UTC, 2026-03-01T00:00:00Z, 2026-03-01T00:00:00Z, 2026-04-01T00:00:00Z, 2026-05-01T00:00:00Z",
    })
    void a_window_is_that_of_the_zones_calendar(
            String story, Period period, String zone, Instant now, Instant start, Instant end, Instant nextEnd) {
        assertThat(period.at(now, ZoneId.of(zone))).isEqualTo(new Period.Window(start, end, nextEnd));
    }

    @Test
    void every_instant_is_in_its_window_and_the_next_one_begins_where_it_ends() {
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            Instant now = Instant.ofEpochSecond(1_700_000_000L + random.nextInt(200_000_000));
            ZoneId zone = ZoneId.of(
                    new String[] {"Europe/Vienna", "America/New_York", "Asia/Kolkata", "UTC"}[random.nextInt(4)]);
            for (Period period : Period.values()) {
                if (period != Period.LIFETIME) {
                    Period.Window window = period.at(now, zone);
                    assertThat(now).isBetween(window.start(), window.end().minusNanos(1));
                    Period.Window next = period.at(window.end(), zone);
                    assertThat(next.start()).as(period + " " + now + " " + zone).isEqualTo(window.end());
                    assertThat(next.end()).isEqualTo(window.nextEnd());
                }
            }
        }
    }
}
