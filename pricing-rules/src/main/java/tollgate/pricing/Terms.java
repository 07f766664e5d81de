package tollgate.pricing;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How something was done, as far as prices depend on it: service tier, region, moment, and what was asked for. Immutable
 * and thread-safe.
 */
@SuppressWarnings("EnumOrdinal") // an array by attribute lives and dies with the process
public final class Terms {
    /** Nothing special, in 1970: for cards without hours. */
    public static final Terms STANDARD = new Terms(null, 0, new String[Attribute.values().length]);

    /** What providers call the tier that is none, and a tier that is not decided yet. */
    private static final Set<String> NO_TIER = Set.of(
            "", "default", "standard", "auto", "on_demand", "on-demand", "service_tier_unspecified", "standard_only");

    private static final Set<String> NO_REGION = Set.of("", "global", "not_available", "default");

    private final @Nullable String region;
    private final long epochSecond;
    private final @Nullable String[] attributes;

    private Terms(@Nullable String region, long epochSecond, @Nullable String[] attributes) {
        this.region = region;
        this.epochSecond = epochSecond;
        this.attributes = attributes;
    }

    /** The same at a moment. */
    public Terms at(Instant moment) {
        return new Terms(region, moment.getEpochSecond(), attributes);
    }

    /** The same in a service tier as an answer names it; {@code default}, {@code auto} and their like are none. */
    public Terms tier(@Nullable String name) {
        String plain = name == null ? "" : name.toLowerCase(Locale.ROOT);
        return with(Attribute.TIER, NO_TIER.contains(plain) ? null : plain.equals("batches") ? "batch" : plain);
    }

    /** The same in a region as an answer names it; {@code global} and its like are none. */
    public Terms region(@Nullable String name) {
        String plain = name == null ? "" : name.toLowerCase(Locale.ROOT);
        return new Terms(NO_REGION.contains(plain) ? null : plain, epochSecond, attributes);
    }

    /** The same with what was asked for; null: not said. */
    public Terms with(Attribute attribute, @Nullable String value) {
        if (Objects.equals(attributes[attribute.ordinal()], value)) {
            return this;
        }
        @Nullable String[] changed = attributes.clone();
        changed[attribute.ordinal()] = value;
        return new Terms(region, epochSecond, changed);
    }

    /** The service tier; null: none. */
    public @Nullable String tier() {
        return attributes[Attribute.TIER.ordinal()];
    }

    /** The region; null: none. */
    public @Nullable String region() {
        return region;
    }

    /** The moment. */
    public Instant at() {
        return Instant.ofEpochSecond(epochSecond);
    }

    /** What was asked for; null: not said. */
    public @Nullable String value(Attribute attribute) {
        return attributes[attribute.ordinal()];
    }

    long secondOfDay() {
        return Math.floorMod(epochSecond, 86_400L);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Terms terms
                && epochSecond == terms.epochSecond
                && Objects.equals(region, terms.region)
                && Arrays.equals(attributes, terms.attributes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(region, epochSecond, Arrays.hashCode(attributes));
    }

    @Override
    public String toString() {
        return Arrays.toString(attributes) + " " + region + " " + at();
    }
}
