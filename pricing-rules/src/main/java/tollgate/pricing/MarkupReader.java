package tollgate.pricing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads the {@code markups} of a file. Stateless. */
final class MarkupReader {
    static final List<String> MARKUP = List.of("customer", "plan", "model", "percent", "fixed_usd", "note");

    /** What a reader of {@code tollgate.pricing.plan} may look for; a gateway that ignored it would charge another sum. */
    private static final List<String> COUNTED = List.of("plans", "bundles", "free_quotas", "volume_tiers", "credits");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern MODEL = Pattern.compile("[^*]{0,255}\\*?");

    private MarkupReader() {}

    /** Refuses what depends on how much was used before: nothing counts that yet. */
    static void refuseCounted(String file, Node root) {
        if (root instanceof MappingNode fields) {
            for (NodeTuple field : fields.getValue()) {
                if (field.getKeyNode() instanceof ScalarNode name && COUNTED.contains(name.getValue())) {
                    throw new InvalidRateCard(YamlFields.at(file, name) + name.getValue()
                            + ": not built yet, for nothing counts what was used in a period (expected: markups)");
                }
            }
        }
    }

    static List<MarkupRules.Rule> read(YamlFields file) {
        List<MarkupRules.Rule> rules = new ArrayList<>();
        for (Node node : file.items("markups")) {
            YamlFields fields = new YamlFields(file.file(), node, MARKUP);
            MarkupRules.Rule rule = rule(fields, YamlFields.at(file.file(), node));
            for (MarkupRules.Rule before : rules) {
                if (before.sameAs(rule)) {
                    throw fields.invalid("a markup of the same is at " + before.written() + " already");
                }
            }
            rules.add(rule);
        }
        return rules;
    }

    private static MarkupRules.Rule rule(YamlFields fields, String at) {
        String customer = name(fields, "customer", NAME, "a customer's id");
        String plan = name(fields, "plan", NAME, "a name of letters, digits, '.', '_' and '-'");
        String model = name(fields, "model", MODEL, "a model's name, or the beginning of one and *");
        if (customer == null && plan == null && model == null) {
            throw fields.invalid("for everybody and everything (expected: customer, plan or model; "
                    + "prices.markup_percent is for all others)");
        }
        if (!fields.has("percent") && !fields.has("fixed_usd")) {
            throw fields.invalid("no markup (expected: percent, fixed_usd or both)");
        }
        Markup markup = RatesReader.checked(fields, () -> markup(fields));
        return new MarkupRules.Rule(customer, plan, model, markup, at.substring(0, at.length() - 2));
    }

    private static Markup markup(YamlFields fields) {
        Markup percent = fields.has("percent") ? Markup.percent(fields.decimal("percent")) : Markup.NONE;
        return fields.has("fixed_usd") ? percent.plusFixed(fields.amount("fixed_usd")) : percent;
    }

    private static @Nullable String name(YamlFields fields, String field, Pattern form, String expected) {
        if (!fields.has(field)) {
            return null;
        }
        String name = fields.text(field);
        if (!form.matcher(name).matches()) {
            throw fields.invalidField(field, field + ": " + YamlFields.quoted(name) + " (expected: " + expected + ")");
        }
        return name;
    }
}
