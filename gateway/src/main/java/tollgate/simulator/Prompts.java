package tollgate.simulator;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What may be one text, one list of token numbers, or a list of either. */
final class Prompts {
    private Prompts() {}

    /** One prompt. */
    record Prompt(String text, long tokens) {}

    /** All of them; none where it is nothing of the kind. */
    static List<Prompt> of(JsonNode given) {
        List<Prompt> prompts = new ArrayList<>();
        if (given.isString()) {
            prompts.add(text(given.asString()));
        } else if (given.path(0).isNumber()) {
            prompts.add(new Prompt("tokens", given.size()));
        } else {
            for (JsonNode each : given) {
                prompts.add(each.isString() ? text(each.asString()) : new Prompt("tokens", each.size()));
            }
        }
        return prompts;
    }

    private static Prompt text(String text) {
        return new Prompt(text, Tokens.count(text));
    }

    /** Tokens of all of them. */
    static long tokens(List<Prompt> prompts) {
        return prompts.stream().mapToLong(Prompt::tokens).sum();
    }
}
