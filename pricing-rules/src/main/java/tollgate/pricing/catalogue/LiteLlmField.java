package tollgate.pricing.catalogue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of one of LiteLLM's price fields, taken apart: {@code input_cost_per_token_above_272k_tokens_priority}.
 *
 * @param stem what is priced: {@code input_cost_per_token}
 * @param abovePromptTokens of longer prompts only; 0: of every prompt
 * @param tier a service tier by our name; empty: the default
 */
record LiteLlmField(String stem, long abovePromptTokens, String tier) {
    private static final Pattern FORM =
            Pattern.compile("(.+?)(?:_above_(\\d{1,6})k_tokens)?(?:_(priority|flex|batches))?");

    /** Takes a name apart. */
    static LiteLlmField of(String name) {
        Matcher form = FORM.matcher(name);
        if (!form.matches()) {
            return new LiteLlmField(name, 0, "");
        }
        String thousands = form.group(2);
        String tier = form.group(3);
        return new LiteLlmField(
                form.group(1),
                thousands == null ? 0 : Long.parseLong(thousands) * 1_000,
                tier == null ? "" : tier.equals("batches") ? "batch" : tier);
    }

    /** The field is about money at all. */
    static boolean speaksOfPrices(String name) {
        return name.contains("cost")
                || name.contains("pricing")
                || name.contains("multiplier")
                || name.equals("provider_specific_entry");
    }
}
