package tollgate.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

class AnnouncementTest {
    private static final Usage UNITS = Usage.builder()
            .set(UnitClass.INPUT, 1200)
            .set(UnitClass.CACHED_INPUT, 0)
            .set(UnitClass.OUTPUT, 250)
            .build();

    private static List<String> fields(Announcement announcement) {
        List<String> fields = new ArrayList<>();
        announcement.fields((name, value) -> fields.add(name + ": " + value));
        return fields;
    }

    private static String comment(Announcement announcement) {
        return new String(announcement.comment(), StandardCharsets.UTF_8);
    }

    @Test
    void everything_known_is_told() {
        Announcement told = new Announcement(
                new Announcement.Begun("x-1", Service.CHAT, 300L),
                "gpt-4o-2024-08-06",
                UNITS,
                true,
                new Usd(1_200_000),
                new Usd(4_998_800_000L));
        assertThat(fields(told))
                .containsExactlyInAnyOrder(
                        "X-Usage-Cost: 0.0012",
                        "X-Total-Tokens: 1450",
                        "X-Model: gpt-4o-2024-08-06",
                        "X-Request-Type: chat",
                        "X-Usage-Units: input=1200, cached_input=0, output=250",
                        "X-Wallet-Balance: 4.9988",
                        "X-Tollgate-Request-Id: x-1",
                        "X-Usage-Estimated: true",
                        "X-Tollgate-Clamped: 300");
        assertThat(comment(told))
                .isEqualTo(
                        ": tollgate {\"usage_cost\":\"0.0012\",\"total_tokens\":1450,\"model\":\"gpt-4o-2024-08-06\","
                                + "\"units\":{\"input\":1200,\"cached_input\":0,\"output\":250},\"balance\":\"4.9988\","
                                + "\"estimated\":true,\"id\":\"x-1\"}\n");
    }

    @Test
    void what_is_not_known_is_left_out() {
        Announcement told =
                new Announcement(new Announcement.Begun("x-1", Service.CHAT, null), null, null, false, Usd.ZERO, null);
        assertThat(fields(told))
                .containsExactlyInAnyOrder("X-Usage-Cost: 0.00", "X-Request-Type: chat", "X-Tollgate-Request-Id: x-1");
        assertThat(comment(told)).isEqualTo(": tollgate {\"usage_cost\":\"0.00\",\"id\":\"x-1\"}\n");
    }

    @Test
    void every_field_can_be_a_trailer() {
        Announcement told =
                new Announcement(new Announcement.Begun("x", Service.CHAT, 1L), "m", UNITS, true, Usd.ZERO, Usd.ZERO);
        List<String> names = List.of(Announcement.TRAILER_NAMES.split(", "));
        told.fields((name, value) -> assertThat(names).contains(name));
        assertThat(names).allMatch(Announcement::isOurs);
    }

    @Test
    void a_hostile_model_name_breaks_no_line() {
        Announcement told = new Announcement(
                new Announcement.Begun("x", Service.CHAT, null), "m\r\nX-Evil: 1\u2028é", null, false, Usd.ZERO, null);
        assertThat(fields(told)).contains("X-Model: m??X-Evil: 1??");
        assertThat(comment(told)).containsOnlyOnce("\n").doesNotContain("\r").endsWith("\n");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "x-usage-cost, true",
        "X-TOLLGATE-ANYTHING, true",
        "X-Model, true",
        "x-model-id, false",
        "x-request-id, false",
        "content-type, false",
    })
    void our_names_are_known_in_any_case(String name, boolean ours) {
        assertThat(Announcement.isOurs(name)).isEqualTo(ours);
    }
}
