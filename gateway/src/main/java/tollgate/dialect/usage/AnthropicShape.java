package tollgate.dialect.usage;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/**
 * Anthropic's object. Its sides of the prompt are disjoint already; cache writes are split by their life, and a rest
 * that the split does not explain is priced at the one life that was used, else at five minutes. {@code iterations} tell
 * apart generations that the totals do not have.
 */
final class AnthropicShape implements Shape {
    private static final List<String> BESIDE_THE_TOTALS = List.of("compaction", "advisor_message");

    @Override
    public boolean recognises(Counts counts) {
        return counts.hasAny(
                "cache_creation_input_tokens",
                "cache_read_input_tokens",
                "cache_creation",
                "server_tool_use",
                "iterations",
                "inference_geo");
    }

    @Override
    public List<Reported.Part> read(Counts counts, Predicate<UnitClass> apart) {
        List<Reported.Part> parts = new ArrayList<>();
        List<Counts> iterations = counts.items("iterations");
        boolean more =
                iterations.stream().anyMatch(each -> BESIDE_THE_TOTALS.contains(String.valueOf(each.text("type"))));
        boolean fallback = iterations.stream().anyMatch(each -> "fallback_message".equals(each.text("type")));
        long own = iterations.stream()
                .filter(each -> "message".equals(each.text("type")) || each.text("type") == null)
                .mapToLong(AnthropicShape::tokens)
                .sum();
        if (fallback) {
            counts.doubt("iterations: a hop was declined (its bill is not told)");
        }
        if (more && !fallback && own >= tokens(counts)) {
            for (Counts iteration : iterations) {
                parts.add(new Reported.Part(
                        iteration.text("model"), usage(iteration, apart).build()));
            }
        } else {
            if (own > 0 && own < tokens(counts)) {
                counts.doubt("iterations: " + own + " tokens (expected: all " + tokens(counts) + " of the totals)");
            }
            parts.add(new Reported.Part(null, usage(counts, apart).build()));
            if (more && !fallback) {
                iterations.stream()
                        .filter(each -> BESIDE_THE_TOTALS.contains(String.valueOf(each.text("type"))))
                        .forEach(each -> parts.add(new Reported.Part(
                                each.text("model"), usage(each, apart).build())));
            }
        }
        Counts tools = counts.at("server_tool_use");
        long searches = tools.count("web_search_requests");
        long sessions = tools.count("code_execution_requests");
        if (searches > 0 || sessions > 0) {
            Usage first = parts.getFirst().usage();
            Usage.Builder fees = Usage.builder();
            if (searches > 0) {
                fees.set(UnitClass.WEB_SEARCH, searches);
            }
            if (sessions > 0) {
                fees.set(UnitClass.CODE_SESSION, sessions);
            }
            parts.set(0, new Reported.Part(parts.getFirst().model(), first.plus(fees.build())));
        }
        return parts;
    }

    private static long tokens(Counts counts) {
        return counts.count("input_tokens")
                + counts.count("cache_read_input_tokens")
                + counts.count("cache_creation_input_tokens")
                + counts.count("output_tokens");
    }

    private static Usage.Builder usage(Counts counts, Predicate<UnitClass> apart) {
        long written = counts.count("cache_creation_input_tokens");
        Counts lives = counts.at("cache_creation");
        long hour = lives.count("ephemeral_1h_input_tokens");
        long minutes = lives.count("ephemeral_5m_input_tokens");
        if (hour + minutes > written) {
            counts.doubt("cache_creation: " + (hour + minutes) + " (expected: at most cache_creation_input_tokens, "
                    + written + ")");
            written = counts.has("cache_creation_input_tokens") ? written : hour + minutes;
            hour = Math.min(hour, written);
            minutes = Math.min(minutes, written - hour);
        }
        long rest = written - hour - minutes;
        boolean restForAnHour = hour > 0 && minutes == 0;
        Split split = new Split(counts, apart)
                .add(UnitClass.CACHED_INPUT, counts.count("cache_read_input_tokens"))
                .add(UnitClass.CACHE_WRITE_1H, hour + (restForAnHour ? rest : 0))
                .add(UnitClass.CACHE_WRITE_5M, minutes + (restForAnHour ? 0 : rest))
                .answer(
                        counts.count("output_tokens"),
                        Split.Answer.reasoning(
                                counts.at("output_tokens_details").count("thinking_tokens")));
        return split.usage().add(UnitClass.INPUT, counts.count("input_tokens"));
    }
}
