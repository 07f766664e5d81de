package tollgate.pricing.check;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import tollgate.pricing.Per;
import tollgate.pricing.RateCardFile;
import tollgate.pricing.yaml.UnreadableYaml;
import tollgate.pricing.yaml.YamlText;

/** The cards of a file with the line of every figure. The text was accepted by {@link RateCardFile} beforehand. */
final class WrittenFile {
    private static final int MOST_CODE_POINTS = 16 << 20;
    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
    private static final int DAY = 10;

    private final String file;
    private final Map<String, Node> root;
    private final Map<String, Node> defaults;

    private WrittenFile(String file, Map<String, Node> root) {
        this.file = file;
        this.root = root;
        this.defaults = fields(root.get("defaults"));
    }

    /**
     * The cards of a text.
     *
     * @throws tollgate.pricing.InvalidRateCard where the text is no rate card file
     */
    static List<WrittenCard> read(String file, String text) {
        RateCardFile.read(file, text);
        LoadSettings settings = LoadSettings.builder()
                .setUseMarks(true)
                .setCodePointLimit(MOST_CODE_POINTS)
                .build();
        WrittenFile reader = new WrittenFile(file, fields(root(settings, text)));
        List<WrittenCard> cards = new ArrayList<>();
        for (Node model : items(reader.root.get("models"))) {
            cards.add(reader.card(model));
        }
        return cards;
    }

    private static Node root(LoadSettings settings, String text) {
        try {
            return YamlText.compose(settings, text).orElseThrow();
        } catch (UnreadableYaml unlikely) {
            throw new IllegalStateException("read a moment ago", unlikely);
        }
    }

    private WrittenCard card(Node model) {
        Map<String, Node> card = new LinkedHashMap<>(defaults);
        card.putAll(fields(model));
        List<String> names = new ArrayList<>();
        names.add(text(card.get("model")));
        items(card.get("aliases")).forEach(alias -> names.add(text(alias)));
        Node seen = card.getOrDefault("seen", root.get("seen"));
        List<WrittenRate> rates = new ArrayList<>();
        measures(card, "", rates);
        for (Node level : items(card.get("long_context"))) {
            Map<String, Node> fields = fields(level);
            String above = "above " + text(fields.get("above_prompt_tokens"));
            measures(fields, above, rates);
            fields(fields.get("service_tiers"))
                    .forEach((tier, figures) -> measures(fields(figures), above + ", " + tier, rates));
        }
        fields(card.get("service_tiers")).forEach((tier, figures) -> {
            factor(fields(figures).get("multiply"), tier, rates);
            measures(fields(figures), tier, rates);
        });
        fields(card.get("region_multipliers")).forEach((region, factor) -> factor(factor, "region " + region, rates));
        factor(fields(card.get("off_peak")).get("multiply"), "off peak", rates);
        for (Node variant : items(card.get("variants"))) {
            Map<String, Node> fields = fields(variant);
            List<String> when = new ArrayList<>();
            new TreeMap<>(fields(fields.get("when"))).forEach((name, value) -> when.add(name + " " + text(value)));
            measures(fields, String.join(", ", when), rates);
        }
        return new WrittenCard(
                file,
                line(fields(model).getOrDefault("model", model)),
                text(card.getOrDefault("provider", root.get("provider"))),
                names,
                text(card.getOrDefault("scoped", root.get("scoped"))).equals("true"),
                card.containsKey("service") ? text(card.get("service")) : "chat",
                moment(card.get("effective_from")),
                moment(card.get("effective_until")),
                new WrittenCard.Seen(text(seen), line(seen)),
                rates,
                free(card.get("free"), rates),
                card.containsKey("note"));
    }

    private static void measures(Map<String, Node> fields, String situation, List<WrittenRate> into) {
        for (Per per : Per.values()) {
            fields(fields.get(per.key())).forEach((unit, amount) -> {
                BigDecimal million = new BigDecimal(text(amount))
                        .multiply(MILLION)
                        .divide(BigDecimal.valueOf(per.units()), MathContext.DECIMAL128);
                into.add(new WrittenRate(situation, unit, million, text(amount) + " " + per.key(), line(amount)));
            });
        }
    }

    private static void factor(@Nullable Node factor, String situation, List<WrittenRate> into) {
        if (factor != null) {
            into.add(new WrittenRate(
                    situation,
                    WrittenRate.FACTOR,
                    new BigDecimal(text(factor)),
                    "times " + text(factor),
                    line(factor)));
        }
    }

    private static Set<String> free(@Nullable Node free, List<WrittenRate> rates) {
        Set<String> classes = new HashSet<>();
        if (free instanceof SequenceNode) {
            items(free).forEach(each -> classes.add(text(each)));
        } else if (free != null) {
            rates.stream().filter(rate -> rate.perMillion().signum() == 0).forEach(rate -> classes.add(rate.unit()));
        }
        return classes;
    }

    private static Map<String, Node> fields(@Nullable Node node) {
        Map<String, Node> fields = new LinkedHashMap<>();
        if (node instanceof MappingNode mapping) {
            for (NodeTuple field : mapping.getValue()) {
                fields.put(text(field.getKeyNode()), field.getValueNode());
            }
        }
        return fields;
    }

    private static List<Node> items(@Nullable Node node) {
        return node instanceof SequenceNode list ? list.getValue() : List.of();
    }

    private static String text(@Nullable Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    private static int line(@Nullable Node node) {
        return node == null
                ? 0
                : node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    private static @Nullable Instant moment(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        String text = text(node);
        return text.length() == DAY
                ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                : OffsetDateTime.parse(text).toInstant();
    }
}
