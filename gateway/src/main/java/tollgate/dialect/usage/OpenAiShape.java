package tollgate.dialect.usage;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import tollgate.pricing.UnitClass;

/**
 * OpenAI's objects and those of everybody who copies them: {@code prompt_tokens}/{@code completion_tokens} of chat and
 * embeddings, {@code input_tokens}/{@code output_tokens} of responses, pictures, sound and realtime. Both sides are
 * totals; details are shares of them.
 */
final class OpenAiShape implements Shape {
    private static final int THOUSANDTHS = 3;

    @Override
    public boolean recognises(Counts counts) {
        return counts.hasAny("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "total_tokens");
    }

    @Override
    public List<Reported.Part> read(Counts counts, Predicate<UnitClass> apart) {
        Counts promptDetails = first(
                counts, "prompt_tokens_details", "input_tokens_details", "input_token_details", "prompt_token_details");
        Counts answerDetails =
                first(counts, "completion_tokens_details", "output_tokens_details", "output_token_details");
        long prompt = counts.count("prompt_tokens", "input_tokens");
        long answer = counts.count("completion_tokens", "output_tokens");
        long total = counts.count("total_tokens");
        long audio = promptDetails.count("audio_tokens");
        long reasoning = answerDetails.has("reasoning_tokens")
                ? answerDetails.count("reasoning_tokens")
                : counts.count("reasoning_tokens");
        if (!counts.hasAny("prompt_tokens", "input_tokens") && !counts.hasAny("completion_tokens", "output_tokens")) {
            prompt = total;
        }
        BigDecimal seconds = counts.decimal("prompt_audio_seconds", "billable_audio_seconds");
        boolean bySeconds = seconds.signum() > 0 && apart.test(UnitClass.AUDIO_SECOND);
        if (bySeconds && total == prompt + answer + audio) {
            total -= audio;
            audio = 0;
        }
        long hidden = total - prompt - answer;
        if (hidden > 0 && total > 0) {
            // some count sound of the prompt, or thinking, in the total alone; what nothing explains is the dearer
            // side's
            if (hidden == audio) {
                prompt += hidden;
            } else {
                if (hidden != reasoning) {
                    counts.doubt("total_tokens: " + total + " (expected: " + (prompt + answer)
                            + "); the rest is taken for thinking");
                }
                answer += hidden;
                reasoning = Math.max(reasoning, hidden);
            }
        } else if (hidden < 0 && counts.has("total_tokens")) {
            counts.doubt("total_tokens: " + total + " (expected: " + (prompt + answer) + ")");
        }
        Split split = new Split(counts, apart)
                .prompt(prompt, prompt(counts, promptDetails, audio))
                .answer(answer, answer(counts, promptDetails, answerDetails, answer, reasoning));
        if (bySeconds) {
            split.usage().set(UnitClass.AUDIO_SECOND, seconds.setScale(THOUSANDTHS, RoundingMode.CEILING));
        }
        beside(counts, split);
        return parts(counts, split);
    }

    private static Split.Prompt prompt(Counts counts, Counts details, long audio) {
        long cached = details.has("cached_tokens")
                ? details.count("cached_tokens")
                : counts.count("prompt_cache_hit_tokens", "cached_tokens", "num_cached_tokens");
        Counts ofWhich = details.at("cached_tokens_details");
        return new Split.Prompt(
                cached,
                ofWhich.count("audio_tokens"),
                ofWhich.count("image_tokens"),
                details.count("cache_write_tokens", "cache_creation_tokens"),
                audio,
                details.count("image_tokens"),
                details.count("video_tokens"));
    }

    /** Pictures' objects count text and pictures of the prompt, but of an answer without details all is pictures. */
    private static Split.Answer answer(
            Counts counts, Counts promptDetails, Counts details, long answer, long reasoning) {
        boolean pictures = counts.has("input_tokens_details")
                && promptDetails.hasAny("image_tokens", "text_tokens")
                && !promptDetails.has("cached_tokens")
                && !counts.has("output_tokens_details");
        return new Split.Answer(
                reasoning,
                details.count("audio_tokens"),
                pictures ? answer : details.count("image_tokens"),
                details.count("video_tokens"));
    }

    /** What bills outside of the tokens. */
    private static void beside(Counts counts, Split split) {
        split.add(UnitClass.CITATION, counts.count("citation_tokens"));
        split.add(UnitClass.SEARCH_QUERY, counts.count("num_search_queries"));
        if (counts.has("search_context_size")) {
            split.add(UnitClass.REQUEST, 1);
        }
        Counts xai = counts.at("server_side_tool_usage_details");
        split.add(UnitClass.WEB_SEARCH, xai.count("web_search_calls"));
        split.add(UnitClass.CODE_SESSION, xai.count("code_interpreter_calls"));
        split.add(UnitClass.FILE_SEARCH, xai.count("file_search_calls", "document_search_calls"));
        split.add(UnitClass.TOOL_CALL, xai.count("x_search_calls"));
        split.add(UnitClass.WEB_SEARCH, counts.at("tool_usage").at("web_search").count("num_requests"));
    }

    private List<Reported.Part> parts(Counts counts, Split split) {
        List<Reported.Part> parts = new ArrayList<>();
        parts.add(new Reported.Part(null, split.usage().build()));
        Counts pictures = counts.at("tool_usage").at("image_gen");
        if (pictures.count("total_tokens") > 0) {
            counts.doubt("tool_usage.image_gen: " + pictures.count("total_tokens")
                    + " tokens of another model (expected: to be priced by the model of the picture tool)");
        }
        return parts;
    }

    private static Counts first(Counts counts, String... names) {
        for (String name : names) {
            if (counts.has(name)) {
                return counts.at(name);
            }
        }
        return counts.at(names[0]);
    }
}
