package tollgate.pricing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the {@code bundles} of a file. Stateless. */
final class BundleReader {
    static final List<String> BUNDLE = List.of("name", "customer", "plan", "model", "tokens", "per", "note");

    /** What a counter in Redis may be called. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]{1,48}");

    private BundleReader() {}

    static List<BundleRules.Rule> read(YamlFields file) {
        List<BundleRules.Rule> rules = new ArrayList<>();
        for (Node node : file.items("bundles")) {
            YamlFields fields = new YamlFields(file.file(), node, BUNDLE);
            Whom whom = WhomReader.read(fields);
            for (BundleRules.Rule before : rules) {
                if (before.whom().equals(whom)) {
                    throw fields.invalid("a bundle of the same is at " + before.written() + " already");
                }
            }
            String at = YamlFields.at(file.file(), node);
            rules.add(new BundleRules.Rule(whom, bundle(fields), at.substring(0, at.length() - 2)));
        }
        return rules;
    }

    private static TokenBundle bundle(YamlFields fields) {
        fields.text("name");
        String name = WhomReader.name(fields, "name", NAME, "up to 48 letters, digits and '_'");
        long tokens = fields.whole("tokens");
        TokenBundle.Per per = per(fields);
        return RatesReader.checked(fields, () -> new TokenBundle(String.valueOf(name), tokens, per));
    }

    private static TokenBundle.Per per(YamlFields fields) {
        String per = fields.text("per");
        return Arrays.stream(TokenBundle.Per.values())
                .filter(each -> each.wireName().equals(per))
                .findFirst()
                .orElseThrow(() -> fields.invalidField(
                        "per",
                        "per: " + YamlFields.quoted(per) + " (expected: "
                                + Arrays.stream(TokenBundle.Per.values())
                                        .map(TokenBundle.Per::wireName)
                                        .collect(Collectors.joining(", "))
                                + ")"));
    }
}
