package tollgate.dialect.answer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of document that was read before: from which place it led to which, and what it counted. Reading is
 * decided by place and bytes alone, so where both are the same again the stretch can be jumped over, and comparing
 * arrays is many times faster than reading them. Events of a stream differ in little but their text.
 */
final class Stretch {
    private static final int LONGEST = 2048;

    private byte[] bytes = {};
    private int length;
    private long startPlace;
    private long startObjects;
    private long endPlace;
    private long endObjects;
    private long units;
    private long counted;
    private long countedApart;
    private long fromPlace;
    private long fromObjects;
    private long fromUnits;
    private long fromCounted;
    private long fromCountedApart;
    private RepeatedText.@Nullable Said model;
    private RepeatedText.@Nullable Said tier;

    boolean matches(long place, long openObjects, byte[] a, int from, int to) {
        return length > 0
                && to - from >= length
                && place == startPlace
                && openObjects == startObjects
                && Arrays.equals(a, from, from + length, bytes, 0, length);
    }

    /** A stretch that may be learnt begins here; what is known stays known until {@link #learn}. */
    void begin(long place, long openObjects, long units, long counted, long countedApart) {
        fromPlace = place;
        fromObjects = openObjects;
        fromUnits = units;
        fromCounted = counted;
        fromCountedApart = countedApart;
    }

    /** Learns what was read since {@link #begin}, in place of what was known; what is too long is not worth it. */
    void learn(long place, long openObjects, long units, long counted, long countedApart, byte[] a, int from, int to) {
        length = 0;
        if (to - from > LONGEST || fromPlace < 0 || place < 0) {
            return;
        }
        length = to - from;
        if (bytes.length < length) {
            bytes = new byte[Math.min(LONGEST, length + length / 4)];
        }
        System.arraycopy(a, from, bytes, 0, length);
        startPlace = fromPlace;
        startObjects = fromObjects;
        endPlace = place;
        endObjects = openObjects;
        this.units = units - fromUnits;
        this.counted = counted - fromCounted;
        this.countedApart = countedApart - fromCountedApart;
    }

    /** What the stretch says of the model and the tier; null for nothing. */
    void says(RepeatedText.@Nullable Said model, RepeatedText.@Nullable Said tier) {
        this.model = model;
        this.tier = tier;
    }

    int length() {
        return length;
    }

    long endPlace() {
        return endPlace;
    }

    long endObjects() {
        return endObjects;
    }

    long units() {
        return units;
    }

    long counted() {
        return counted;
    }

    long countedApart() {
        return countedApart;
    }

    RepeatedText.@Nullable Said model() {
        return model;
    }

    RepeatedText.@Nullable Said tier() {
        return tier;
    }
}
