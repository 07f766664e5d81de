package tollgate.dialect.usage;

import java.util.function.Predicate;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/**
 * Cuts totals into disjoint classes. Shares larger than what they are shares of are cut and doubted, in the order
 * cached, written to a cache, sound, pictures, moving pictures; what no share takes is plain text. Classes that the model
 * does not price apart stay in their parents where they are one for every provider (reasoning, cached sound, video).
 */
final class Split {
    private final Counts counts;
    private final Predicate<UnitClass> apart;
    private final Usage.Builder usage = Usage.builder();

    Split(Counts counts, Predicate<UnitClass> apart) {
        this.counts = counts;
        this.apart = apart;
    }

    /** Shares of a prompt; those of a modality include its cached tokens. */
    record Prompt(long cached, long cachedAudio, long cachedImage, long written, long audio, long image, long video) {
        static Prompt cached(long cached) {
            return new Prompt(cached, 0, 0, 0, 0, 0, 0);
        }
    }

    /** Shares of an answer. */
    record Answer(long reasoning, long audio, long image, long video) {
        static Answer reasoning(long reasoning) {
            return new Answer(reasoning, 0, 0, 0);
        }
    }

    Split prompt(long total, Prompt shares) {
        long left = total;
        long cachedAudio = apart.test(UnitClass.CACHED_AUDIO_INPUT) ? shares.cachedAudio : 0;
        long cachedImage = apart.test(UnitClass.CACHED_IMAGE_INPUT) ? shares.cachedImage : 0;
        left -= take(UnitClass.CACHED_AUDIO_INPUT, cachedAudio, left);
        left -= take(UnitClass.CACHED_IMAGE_INPUT, cachedImage, left);
        left -= take(UnitClass.CACHED_INPUT, Math.max(0, shares.cached - cachedAudio - cachedImage), left);
        left -= take(UnitClass.CACHE_WRITE, shares.written, left);
        left -= modality(UnitClass.AUDIO_INPUT, shares.audio, shares.cachedAudio, left, shares.cached);
        left -= modality(UnitClass.IMAGE_INPUT, shares.image, shares.cachedImage, left, shares.cached);
        if (apart.test(UnitClass.VIDEO_INPUT)) {
            left -= take(UnitClass.VIDEO_INPUT, Math.min(shares.video, left), left);
        }
        usage.add(UnitClass.INPUT, left);
        return this;
    }

    Split answer(long total, Answer shares) {
        long left = total;
        left -= take(UnitClass.AUDIO_OUTPUT, shares.audio, left);
        left -= take(UnitClass.IMAGE_OUTPUT, shares.image, left);
        if (apart.test(UnitClass.VIDEO_OUTPUT)) {
            left -= take(UnitClass.VIDEO_OUTPUT, shares.video, left);
        }
        if (apart.test(UnitClass.REASONING_OUTPUT)) {
            left -= take(UnitClass.REASONING_OUTPUT, shares.reasoning, left);
        }
        usage.add(UnitClass.OUTPUT, left);
        return this;
    }

    Split add(UnitClass unit, long count) {
        if (count > 0) {
            usage.add(unit, count);
        }
        return this;
    }

    Usage.Builder usage() {
        return usage;
    }

    /** What of a modality was not cached; where nobody says which tokens were cached, some of it may have been. */
    private long modality(UnitClass unit, long count, long cached, long left, long cachedOfAny) {
        long fresh = Math.max(0, count - cached);
        return take(unit, cachedOfAny > 0 ? Math.min(fresh, left) : fresh, left);
    }

    private long take(UnitClass unit, long count, long left) {
        long share = Math.min(count, left);
        if (count > left) {
            counts.doubt(
                    unit.wireName() + ": " + count + " (expected: at most what is left of the total, " + left + ")");
        }
        add(unit, share);
        return share;
    }
}
