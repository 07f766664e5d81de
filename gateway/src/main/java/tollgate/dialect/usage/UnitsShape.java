package tollgate.dialect.usage;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.Predicate;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/**
 * What is counted in other units than tokens: pictures ({@code n}), spoken characters, seconds of sound or video, pages,
 * trained tokens, seconds of a processor. Where an answer has no usage object, the request says as much.
 */
final class UnitsShape implements Shape {
    private static final int THOUSANDTHS = 3;

    @Override
    public boolean recognises(Counts counts) {
        return counts.hasAny(
                "n",
                "input_characters",
                "characters",
                "seconds",
                "pages_processed",
                "trained_tokens",
                "gpu_seconds",
                "duration");
    }

    @Override
    public List<Reported.Part> read(Counts counts, Predicate<UnitClass> apart) {
        Usage.Builder usage = Usage.builder();
        if (counts.has("n")) {
            usage.set(UnitClass.IMAGE, counts.count("n"));
        }
        if (counts.hasAny("input_characters", "characters")) {
            usage.set(UnitClass.CHARACTER, counts.count("input_characters", "characters"));
        }
        if (counts.hasAny("seconds", "duration")) {
            boolean video = apart.test(UnitClass.VIDEO_SECOND) && !apart.test(UnitClass.AUDIO_SECOND);
            usage.set(
                    video ? UnitClass.VIDEO_SECOND : UnitClass.AUDIO_SECOND,
                    thousandths(counts, "seconds", "duration"));
        }
        if (counts.has("pages_processed")) {
            boolean annotated = counts.has("pages_processed_annotation");
            usage.set(UnitClass.PAGE, counts.count("pages_processed"));
            if (annotated) {
                usage.set(UnitClass.ANNOTATED_PAGE, counts.count("pages_processed_annotation"));
            }
        }
        if (counts.has("trained_tokens")) {
            usage.set(UnitClass.TRAINING_TOKEN, counts.count("trained_tokens"));
        }
        if (counts.has("gpu_seconds")) {
            usage.set(UnitClass.GPU_SECOND, thousandths(counts, "gpu_seconds"));
        }
        return List.of(new Reported.Part(null, usage.build()));
    }

    private static BigDecimal thousandths(Counts counts, String... names) {
        return counts.decimal(names).setScale(THOUSANDTHS, RoundingMode.CEILING);
    }
}
