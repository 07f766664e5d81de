package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.pricing.InvalidRateCard;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.PriceSettings;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/** An operator changes a rate card while the gateway runs. */
final class PriceKeeperTest {
    private static final Duration NEVER = Duration.ofDays(1);
    private static final String CARD = """
            provider: ours
            source: a contract
            seen: 2026-08-01
            models:
              - model: ours
                usd_per_million: { input: "1", output: "1" }
            """;

    @TempDir
    private Path folder;

    private final MetricsTelemetry telemetry = new MetricsTelemetry();

    private PriceKeeper keeper(Path file, Duration every) {
        return PriceKeeper.open(new PriceSettings(true, List.of(file), Markup.NONE, null), every, telemetry);
    }

    private static Usd million(PriceKeeper keeper, String at) {
        Instant when = Instant.parse(at);
        ModelRates rates = ((Resolution.Priced) keeper.get().resolve("ours", when)).rates();
        return rates.amount(
                Usage.builder().set(UnitClass.INPUT, 1_000_000).build(), Terms.STANDARD.at(when), Markup.NONE);
    }

    @Test
    void a_changed_card_is_taken_over_once_it_is_written_and_one_request_keeps_its_book() throws Exception {
        Path file = Files.writeString(folder.resolve("own.yaml"), CARD);
        try (PriceKeeper keeper = keeper(file, NEVER)) {
            var before = keeper.get();
            Files.writeString(file, CARD.replace("input: \"1\"", "input: \"2\""));
            keeper.look();
            assertThat(keeper.get()).as("seen once: it may still be written").isSameAs(before);
            keeper.look();
            assertThat(million(keeper, "2026-11-25T00:00:00Z")).isEqualTo(Usd.parse("2"));
            assertThat(before).isNotSameAs(keeper.get());
            assertThat(telemetry.text()).contains("tollgate_price_reloads_total{result=\"applied\"} 1");
        }
    }

    static List<String> broken() {
        return List.of(
                "input: \"-1\"",
                "input: \"0\"",
                "input: \"1e-6\"",
                "inptu: \"1\"",
                "input: [1",
                "input: " + "[".repeat(200_000),
                "input: \"1\", input: \"2\"");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void an_invalid_card_is_refused_whole_and_the_old_one_kept(String broken) throws Exception {
        Path file = Files.writeString(folder.resolve("own.yaml"), CARD);
        try (PriceKeeper keeper = keeper(file, NEVER)) {
            var before = keeper.get();
            Files.writeString(file, CARD.replace("input: \"1\"", broken));
            keeper.look();
            keeper.look();
            keeper.look();
            assertThat(keeper.get()).isSameAs(before);
            assertThat(telemetry.text())
                    .contains("tollgate_price_reloads_total{result=\"refused\"} 1")
                    .contains("tollgate_price_files_refused 1");

            Files.writeString(file, CARD.replace("input: \"1\"", "input: \"3\""));
            keeper.look();
            keeper.look();
            assertThat(million(keeper, "2026-11-25T00:00:00Z")).isEqualTo(Usd.parse("3"));
            assertThat(telemetry.text()).contains("tollgate_price_files_refused 0");
        }
    }

    @Test
    void a_file_that_vanishes_leaves_the_prices_in_force() throws Exception {
        Path file = Files.writeString(folder.resolve("own.yaml"), CARD);
        try (PriceKeeper keeper = keeper(file, NEVER)) {
            Files.delete(file);
            keeper.look();
            keeper.look();
            assertThat(million(keeper, "2026-11-25T00:00:00Z")).isEqualTo(Usd.parse("1"));
        }
    }

    @Test
    void a_change_announced_for_a_day_applies_from_that_day_on() throws Exception {
        Path file = Files.writeString(folder.resolve("own.yaml"), CARD);
        try (PriceKeeper keeper = keeper(file, Duration.ofMillis(20))) {
            Files.writeString(file, CARD.replace("    usd_per", "    effective_until: 2027-01-01\n    usd_per") + """
                      - model: ours
                        effective_from: 2027-01-01
                        usd_per_million: { input: "5", output: "5" }
                    """);
            long since = System.nanoTime();
            while (keeper.get().cards().stream()
                            .filter(card -> card.model().equals("ours"))
                            .count()
                    < 2) {
                assertThat(System.nanoTime() - since)
                        .isLessThan(Duration.ofSeconds(30).toNanos());
                Thread.sleep(5);
            }
            assertThat(million(keeper, "2026-12-31T23:59:59Z")).isEqualTo(Usd.parse("1"));
            assertThat(million(keeper, "2027-01-01T00:00:00Z")).isEqualTo(Usd.parse("5"));
        }
    }

    @Test
    void at_the_start_an_invalid_card_stops_the_gateway() throws Exception {
        Path file = Files.writeString(folder.resolve("own.yaml"), CARD.replace("models", "modles"));
        assertThatThrownBy(() -> keeper(file, NEVER))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageContaining("own.yaml:4: unknown field 'modles' (expected: models)");
    }
}
