package tollgate.pricing;

import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads the {@code markups} of a file. Stateless. */
final class MarkupReader {
    static final List<String> MARKUP = List.of("customer", "plan", "model", "percent", "fixed_usd", "note");

    /** What others call such rules: the complaint says what they are called here. */
    private static final List<String> COUNTED = List.of("plans", "free_quotas", "credits");

    private MarkupReader() {}

    /** Refuses what has another name here. */
    static void refuseCounted(String file, Node root) {
        if (root instanceof MappingNode fields) {
            for (NodeTuple field : fields.getValue()) {
                if (field.getKeyNode() instanceof ScalarNode name && COUNTED.contains(name.getValue())) {
                    throw new InvalidRateCard(YamlFields.at(file, name) + name.getValue()
                            + ": no such list (expected: markups, bundles, volume_tiers; a free quota is a bundle, "
                            + "a credit a grant to a wallet, and a plan what these name)");
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
                if (before.whom().equals(rule.whom())) {
                    throw fields.invalid("a markup of the same is at " + before.written() + " already");
                }
            }
            rules.add(rule);
        }
        return rules;
    }

    private static MarkupRules.Rule rule(YamlFields fields, String at) {
        Whom whom = WhomReader.read(fields);
        if (whom.customer() == null && whom.plan() == null && whom.model() == null) {
            throw fields.invalid("for everybody and everything (expected: customer, plan or model; "
                    + "prices.markup_percent is for all others)");
        }
        if (!fields.has("percent") && !fields.has("fixed_usd")) {
            throw fields.invalid("no markup (expected: percent, fixed_usd or both)");
        }
        Markup markup = RatesReader.checked(fields, () -> markup(fields));
        return new MarkupRules.Rule(whom, markup, at.substring(0, at.length() - 2));
    }

    private static Markup markup(YamlFields fields) {
        Markup percent = fields.has("percent") ? Markup.percent(fields.decimal("percent")) : Markup.NONE;
        return fields.has("fixed_usd") ? percent.plusFixed(fields.amount("fixed_usd")) : percent;
    }
}
