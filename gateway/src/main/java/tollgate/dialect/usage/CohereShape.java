package tollgate.dialect.usage;

import java.util.List;
import java.util.function.Predicate;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;

/** Cohere's {@code billed_units}: what it bills, whatever {@code tokens} say. */
final class CohereShape implements Shape {
    @Override
    public boolean recognises(Counts counts) {
        return counts.has("billed_units");
    }

    @Override
    public List<Reported.Part> read(Counts counts, Predicate<UnitClass> apart) {
        Counts billed = counts.at("billed_units");
        Split split = new Split(counts, apart)
                .prompt(
                        billed.count("input_tokens") + billed.count("image_tokens"),
                        new Split.Prompt(0, 0, 0, 0, 0, billed.count("image_tokens"), 0))
                .add(UnitClass.SEARCH_QUERY, billed.count("search_units"))
                .add(UnitClass.INPUT_IMAGE, billed.count("images"));
        Usage.Builder usage = split.usage();
        if (billed.has("output_tokens")) {
            split.answer(billed.count("output_tokens"), Split.Answer.reasoning(0));
        }
        return List.of(new Reported.Part(null, usage.build()));
    }
}
