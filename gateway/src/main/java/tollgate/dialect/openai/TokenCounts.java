package tollgate.dialect.openai;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.answer.UsageReport;
import tollgate.dialect.json.Jackson;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The counts of one usage object as the wire has them: {@code prompt} and {@code completion} ({@code input} and {@code
 * output} in Responses) are totals, the others
 * shares of them. Absent counts are 0; of the two totals it is told whether they were.
 *
 * @param promptUntold neither the prompt nor a total that tells it was stated
 * @param completionUntold the same of the completion
 * @param doubtful something in it was negative, absurd, contradictory or no number
 * @param cost what the provider says that it costs, up to the nano-dollar; null: it does not say
 */
record TokenCounts(
        long prompt,
        long completion,
        long cached,
        long cacheWrite,
        long audioInput,
        long imageInput,
        long audioOutput,
        long imageOutput,
        long reasoning,
        boolean promptUntold,
        boolean completionUntold,
        boolean doubtful,
        @Nullable Usd cost) {

    /**
     * The counts as disjoint classes. Shares larger than what they are shares of are cut, in the order cached, written
     * to cache, sound, pictures; OpenAI's own classes are always listed, others where there were any.
     */
    Usage usage() {
        Usage.Builder usage = Usage.builder();
        long left = prompt;
        long fromCache = Math.min(cached, left);
        left -= fromCache;
        left -= share(usage, UnitClass.CACHE_WRITE, cacheWrite, left);
        left -= share(usage, UnitClass.AUDIO_INPUT, audioInput, left);
        left -= share(usage, UnitClass.IMAGE_INPUT, imageInput, left);
        usage.set(UnitClass.INPUT, left).set(UnitClass.CACHED_INPUT, fromCache);
        long generated = completion;
        generated -= share(usage, UnitClass.AUDIO_OUTPUT, audioOutput, generated);
        generated -= share(usage, UnitClass.IMAGE_OUTPUT, imageOutput, generated);
        return usage.set(UnitClass.OUTPUT, generated).build();
    }

    private static long share(Usage.Builder usage, UnitClass unit, long count, long left) {
        long share = Math.min(count, left);
        if (share > 0) {
            usage.set(unit, share);
        }
        return share;
    }

    /** Reads a usage object as a report of its own: the last one of an answer stands. */
    static @Nullable UsageReport report(byte[] bytes, int length, int rank) {
        TokenCounts counts = read(bytes, length, false);
        return counts == null
                ? null
                : new UsageReport(
                        counts.usage(),
                        counts.reasoning,
                        counts.promptUntold,
                        counts.completionUntold,
                        counts.doubtful,
                        null,
                        null,
                        counts.cost);
    }

    /**
     * Reads a usage object of a service whose answers have no tokens: the prompt, or a total that is told alone. Tokens of
     * an answer are listed only where somebody reports any.
     */
    static @Nullable UsageReport promptReport(byte[] bytes, int length, int rank) {
        TokenCounts counts = read(bytes, length, true);
        if (counts == null) {
            return null;
        }
        Usage.Builder prompt = Usage.builder();
        counts.usage().asMap().forEach((unit, count) -> {
            if (unit == UnitClass.INPUT || count > 0) {
                prompt.set(unit, count);
            }
        });
        boolean answered = counts.completion > 0;
        return new UsageReport(
                prompt.build(), 0, counts.promptUntold, false, counts.doubtful || answered, null, null, counts.cost);
    }

    /**
     * Reads a usage object; null when it states neither prompt nor completion, or cannot be read.
     *
     * @param totalTells a total that stands alone is the prompt
     */
    static @Nullable TokenCounts read(byte[] bytes, int length, boolean totalTells) {
        try (JsonParser parser = Jackson.parser(bytes, 0, length)) {
            parser.nextToken();
            Reader reader = new Reader(parser);
            reader.object(0);
            return reader.counts(totalTells);
        } catch (JacksonException unreadable) {
            return null;
        }
    }

    /** One pass over a usage object. Later vendors' places for cached tokens fill in where OpenAI's own is absent. */
    private static final class Reader {
        private static final int ROOT = 0;
        private static final int PROMPT_DETAILS = 1;
        private static final int COMPLETION_DETAILS = 2;
        private static final int ELSEWHERE = 3;
        private static final int COST = 4;
        /** One answer that costs more is nobody's. */
        private static final BigDecimal MOST_USD = BigDecimal.valueOf(1_000_000);

        private static final int TICKS = 10;
        private static final int NANO = 9;
        private static final long ABSENT = -1;

        private final JsonParser parser;
        private long prompt = ABSENT;
        private long completion = ABSENT;
        private long input = ABSENT;
        private long output = ABSENT;
        private long total = ABSENT;
        private long cached = ABSENT;
        private long cachedElsewhere = ABSENT;
        private long cacheWrite = ABSENT;
        private long audioInput = ABSENT;
        private long imageInput = ABSENT;
        private long audioOutput = ABSENT;
        private long imageOutput = ABSENT;
        private long reasoning = ABSENT;
        private boolean doubtful;
        private @Nullable Usd cost;
        /** A router asked with somebody's own key: the cost it tells is its fee alone. */
        private boolean ownKey;

        Reader(JsonParser parser) {
            this.parser = parser;
        }

        void object(int place) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.START_OBJECT) {
                    object(
                            place != ROOT
                                    ? ELSEWHERE
                                    : switch (name) {
                                        case "prompt_tokens_details", "input_tokens_details" -> PROMPT_DETAILS;
                                        case "completion_tokens_details", "output_tokens_details" -> COMPLETION_DETAILS;
                                        case "cost" -> COST;
                                        default -> ELSEWHERE;
                                    });
                } else if (parser.currentToken() == JsonToken.START_ARRAY) {
                    parser.skipChildren();
                } else {
                    switch (place) {
                        case ROOT -> root(name);
                        case PROMPT_DETAILS -> promptDetail(name);
                        case COMPLETION_DETAILS -> completionDetail(name);
                        case COST -> {
                            if (name.equals("total_cost")) {
                                cost(0);
                            }
                        }
                        default -> {}
                    }
                }
            }
        }

        private void root(String name) {
            switch (name) {
                case "prompt_tokens" -> prompt = told(prompt);
                case "completion_tokens" -> completion = told(completion);
                case "input_tokens" -> input = told(input);
                case "output_tokens" -> output = told(output);
                case "total_tokens" -> total = count(total);
                case "prompt_cache_hit_tokens", "cached_tokens", "num_cached_tokens" ->
                    cachedElsewhere = count(cachedElsewhere);
                case "cost" -> cost(0);
                case "is_byok" -> ownKey = parser.currentToken() == JsonToken.VALUE_TRUE;
                case "cost_in_usd_ticks" -> cost(TICKS);
                default -> {}
            }
        }

        private void promptDetail(String name) {
            switch (name) {
                case "cached_tokens" -> cached = count(cached);
                case "cache_write_tokens" -> cacheWrite = count(cacheWrite);
                case "audio_tokens" -> audioInput = count(audioInput);
                case "image_tokens" -> imageInput = count(imageInput);
                default -> {}
            }
        }

        private void completionDetail(String name) {
            switch (name) {
                case "reasoning_tokens" -> reasoning = count(reasoning);
                case "audio_tokens" -> audioOutput = count(audioOutput);
                case "image_tokens" -> imageOutput = count(imageOutput);
                default -> {}
            }
        }

        /** Dollars, or so small a part of them; what is none tells nothing. */
        private @Nullable Usd told() {
            return ownKey ? null : cost;
        }

        private void cost(int decimals) {
            BigDecimal number = Jackson.number(parser);
            if (number != null && number.signum() >= 0 && number.scale() < 2 * Long.SIZE) {
                BigDecimal usd = number.movePointLeft(decimals);
                if (usd.compareTo(MOST_USD) <= 0) {
                    cost = new Usd(usd.setScale(NANO, RoundingMode.CEILING)
                            .unscaledValue()
                            .longValueExact());
                    return;
                }
            }
            doubtful |= parser.currentToken() != JsonToken.VALUE_NULL;
        }

        /** A count below zero tells nothing. */
        private long told(long before) {
            BigDecimal number = Jackson.number(parser);
            long count = count(before);
            return number != null && number.signum() < 0 ? ABSENT : count;
        }

        private long count(long before) {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return before;
            }
            BigDecimal number = Jackson.number(parser);
            if (number == null) {
                doubtful = true;
                return before;
            }
            long count = Jackson.count(number);
            doubtful |= count < 0 || count == Jackson.LARGEST_COUNT;
            return Math.max(0, count);
        }

        @Nullable
        TokenCounts counts(boolean totalTells) {
            // of Responses; where somebody names both, those of chat go first
            prompt = prompt == ABSENT ? input : prompt;
            completion = completion == ABSENT ? output : completion;
            if (prompt == ABSENT && completion == ABSENT && totalTells) {
                prompt = total;
            }
            if (prompt == ABSENT && completion == ABSENT) {
                return null;
            }
            boolean promptUntold = prompt == ABSENT && total == ABSENT;
            boolean completionUntold = completion == ABSENT && total == ABSENT;
            long out = Math.max(0, completion);
            long in = prompt != ABSENT ? prompt : Math.max(0, total - out);
            long hidden = Math.max(0, total - in - out);
            if (hidden > 0) {
                // Some count audio input, or thinking, in the total alone; what the total has and nothing explains is
                // taken for thinking, the dearer side, and doubtful.
                if (hidden == audioInput) {
                    in += hidden;
                } else {
                    out += hidden;
                    doubtful |= hidden != reasoning;
                    reasoning = reasoning == ABSENT ? hidden : reasoning;
                }
            }
            doubtful |= total != ABSENT && total < in + out;
            long fromCache = Math.max(0, cached != ABSENT ? cached : cachedElsewhere);
            doubtful |= fromCache + Math.max(0, cacheWrite) > in;
            return new TokenCounts(
                    in,
                    out,
                    fromCache,
                    Math.max(0, cacheWrite),
                    Math.max(0, audioInput),
                    Math.max(0, imageInput),
                    Math.max(0, audioOutput),
                    Math.max(0, imageOutput),
                    Math.max(0, reasoning),
                    promptUntold,
                    completionUntold,
                    doubtful,
                    told());
        }
    }
}
