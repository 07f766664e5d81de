package tollgate.dialect.usage;

import java.util.List;
import java.util.function.Predicate;
import tollgate.pricing.UnitClass;

/** Ollama's last line. */
final class OllamaShape implements Shape {
    @Override
    public boolean recognises(Counts counts) {
        return counts.hasAny("prompt_eval_count", "eval_count");
    }

    @Override
    public List<Reported.Part> read(Counts counts, Predicate<UnitClass> apart) {
        Split split = new Split(counts, apart)
                .prompt(
                        counts.count("prompt_eval_count"),
                        Split.Prompt.cached(counts.count("prompt_eval_cached_count")))
                .answer(counts.count("eval_count"), Split.Answer.reasoning(0));
        return List.of(new Reported.Part(null, split.usage().build()));
    }
}
