package tollgate.metering;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;

/**
 * The {@code holds} part of the configuration. Clamps only where the client gave no ceiling. Immutable.
 *
 * @param mode how much is held at a time, where the request allows it; else strict
 * @param trancheTokens output tokens, of all choices together, that one tranche pays for
 * @param life a hold that is not renewed for so long expires
 * @param maxExchange an exchange that lasts longer is ended and charged
 * @param minOutputTokens no ceiling is lowered below this, or below the model's own where that is less
 * @param maxOverrun how far one exchange may pass what was held before the rest of an absurd figure is disputed
 * @param inputCeiling the most tokens that a request is held for as its input where nobody can bound what it makes the
 *     model read; null: such requests are refused
 * @param mostOpen open holds that one wallet may have
 */
public record HoldSettings(
        HoldMode mode,
        long trancheTokens,
        Duration life,
        Duration maxExchange,
        long minOutputTokens,
        Usd maxOverrun,
        @Nullable Long inputCeiling,
        int mostOpen) {
    /** Tokens of a tranche where nobody says. */
    public static final long USUAL_TRANCHE = 2_000;

    /** Open holds of a wallet where nobody says. */
    public static final int USUAL_MOST_OPEN = 100_000;

    private static final long LEAST_TRANCHE = 64;
    private static final Duration LEAST_LIFE = Duration.ofSeconds(5);

    /** The settings of an empty configuration. */
    public static final HoldSettings DEFAULTS =
            new HoldSettings(Duration.ofSeconds(60), Duration.ofHours(1), 256, Usd.parse("10.00"), null);

    /** Strict ones. */
    public HoldSettings(
            Duration life, Duration maxExchange, long minOutputTokens, Usd maxOverrun, @Nullable Long inputCeiling) {
        this(
                HoldMode.STRICT,
                USUAL_TRANCHE,
                life,
                maxExchange,
                minOutputTokens,
                maxOverrun,
                inputCeiling,
                USUAL_MOST_OPEN);
    }

    /** Checks the ranges. */
    public HoldSettings {
        if (trancheTokens < LEAST_TRANCHE) {
            throw new IllegalArgumentException(
                    "holds.tranche_tokens: " + trancheTokens + " (expected: at least " + LEAST_TRANCHE + ")");
        }
        if (life.compareTo(LEAST_LIFE) < 0) {
            throw new IllegalArgumentException("holds.life_s: " + life.toSeconds() + " (expected: at least 5)");
        }
        if (maxExchange.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "holds.max_exchange_s: " + maxExchange.toSeconds() + " (expected: at least 1)");
        }
        if (minOutputTokens < 1) {
            throw new IllegalArgumentException(
                    "holds.min_output_tokens: " + minOutputTokens + " (expected: at least 1)");
        }
        if (inputCeiling != null && inputCeiling < 1) {
            throw new IllegalArgumentException("holds.input_ceiling: " + inputCeiling + " (expected: at least 1)");
        }
        if (mostOpen < 1) {
            throw new IllegalArgumentException("holds.max_open: " + mostOpen + " (expected: at least 1)");
        }
        if (maxOverrun.nano() < 0) {
            throw new IllegalArgumentException("holds.max_overrun: " + maxOverrun + " (expected: at least 0)");
        }
    }
}
