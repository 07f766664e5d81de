package tollgate.pricing;

import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the {@code volume_tiers} of a file. Stateless. */
final class VolumeReader {
    static final List<String> RULE = List.of("customer", "plan", "steps", "note");
    static final List<String> STEP = List.of("above_usd", "percent_off");

    private VolumeReader() {}

    static List<VolumeRules.Rule> read(YamlFields file) {
        List<VolumeRules.Rule> rules = new ArrayList<>();
        for (Node node : file.items("volume_tiers")) {
            YamlFields fields = new YamlFields(file.file(), node, RULE);
            Whom whom = WhomReader.read(fields);
            for (VolumeRules.Rule before : rules) {
                if (before.whom().equals(whom)) {
                    throw fields.invalid("volume tiers of the same are at " + before.written() + " already");
                }
            }
            String at = YamlFields.at(file.file(), node);
            rules.add(new VolumeRules.Rule(whom, tiers(fields), at.substring(0, at.length() - 2)));
        }
        return rules;
    }

    private static VolumeTiers tiers(YamlFields fields) {
        fields.node("steps");
        List<VolumeTiers.Step> steps = new ArrayList<>();
        for (Node node : fields.items("steps")) {
            YamlFields step = new YamlFields(fields.file(), node, STEP);
            steps.add(new VolumeTiers.Step(step.amount("above_usd"), step.decimal("percent_off")));
        }
        if (steps.isEmpty()) {
            throw fields.invalidField("steps", "steps: none (expected: above_usd and percent_off of each)");
        }
        return RatesReader.checked(fields, () -> new VolumeTiers(steps));
    }
}
