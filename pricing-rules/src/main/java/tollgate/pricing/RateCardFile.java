package tollgate.pricing;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads rate cards from YAML. The file is composed to nodes only, never built into objects: no tag of it means anything,
 * and every value keeps its line.
 */
final class RateCardFile {
    private static final List<String> FILE = List.of("source", "seen", "models");
    private static final List<String> MODEL = List.of(
            "model", "aliases", "limits", "image_tokens", "usd_per_million", "long_context", "free", "source", "seen");
    private static final List<String> LIMITS =
            List.of("context", "max_output_tokens", "visible_output", "typical_output");
    private static final List<String> IMAGES = List.of("low", "high");
    private static final List<String> TIER = List.of("above_prompt_tokens", "usd_per_million");
    private static final List<String> CLASSES =
            Arrays.stream(UnitClass.values()).map(UnitClass::wireName).toList();
    private static final Pattern RATE = Pattern.compile("\\d{1,10}(\\.\\d{1,9})?");
    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

    private final String file;
    private final Map<String, String> owners = new HashMap<>();

    private RateCardFile(String file) {
        this.file = file;
    }

    /** The cards of a file, in its order. */
    static List<RateCard> read(Path path) {
        String text;
        try {
            text = Files.readString(path);
        } catch (CharacterCodingException e) {
            throw new InvalidRateCard(path + ": expected UTF-8", e);
        } catch (IOException e) {
            throw new InvalidRateCard(path + ": cannot be read (" + e + ")", e);
        }
        return read(path.toString(), text);
    }

    /** The cards of a resource beside this class. */
    static List<RateCard> resource(String name) {
        try (InputStream stream = RateCardFile.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return read(name, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The cards of a text, which complaints call by the file's name. */
    static List<RateCard> read(String file, String text) {
        LoadSettings settings =
                LoadSettings.builder().setLabel(file).setUseMarks(true).build();
        Optional<Node> root;
        try {
            root = new Compose(settings).composeReader(new StringReader(text));
        } catch (MarkedYamlEngineException e) {
            String line =
                    e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
            throw new InvalidRateCard(file + line + ": not YAML: " + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw new InvalidRateCard(file + ": not YAML: " + e.getMessage(), e);
        }
        return new RateCardFile(file)
                .cards(root.orElseThrow(() -> new InvalidRateCard(file + ": empty (expected: models)")));
    }

    private List<RateCard> cards(Node root) {
        YamlFields fields = new YamlFields(file, root, FILE);
        List<RateCard> cards = new ArrayList<>();
        fields.node("models");
        for (Node model : fields.items("models")) {
            cards.add(card(new YamlFields(file, model, MODEL), fields));
        }
        return cards;
    }

    private RateCard card(YamlFields card, YamlFields defaults) {
        String model = card.text("model");
        own(model, model, card, "model");
        for (String alias : card.texts("aliases")) {
            own(alias, model, card, "aliases");
        }
        boolean free = card.has("free") && card.truth("free");
        List<RateCard.LongContext> tiers = new ArrayList<>();
        for (Node node : card.items("long_context")) {
            YamlFields tier = new YamlFields(file, node, TIER);
            Map<UnitClass, BigDecimal> rates = rates(tier, free);
            long above = tier.whole("above_prompt_tokens");
            tiers.add(checked(tier, () -> new RateCard.LongContext(above, rates)));
        }
        Limits limits = limits(card);
        Map<UnitClass, BigDecimal> rates = rates(card, free);
        String source = (card.has("source") ? card : defaults).text("source");
        YamlFields dated = card.has("seen") ? card : defaults;
        String seen = dated.text("seen");
        if (!DAY.matcher(seen).matches()) {
            throw dated.invalidField("seen", "seen: '" + seen + "' (expected: a day, 2026-08-01)");
        }
        return checked(card, () -> new RateCard(model, card.texts("aliases"), limits, rates, tiers, source, seen));
    }

    /** Within one file a name belongs to one model; between files the later one wins. */
    private void own(String name, String model, YamlFields card, String field) {
        String owner = owners.put(name, model);
        if (owner != null) {
            throw card.invalidField(field, "'" + name + "' is a name of " + owner + " already");
        }
    }

    private Limits limits(YamlFields card) {
        YamlFields limits = new YamlFields(file, card.node("limits"), LIMITS);
        YamlFields images = new YamlFields(file, card.node("image_tokens"), IMAGES);
        return checked(
                limits,
                () -> new Limits(
                        limits.whole("context"),
                        limits.whole("max_output_tokens"),
                        limits.truth("visible_output"),
                        limits.whole("typical_output"),
                        images.whole("low"),
                        images.whole("high")));
    }

    private Map<UnitClass, BigDecimal> rates(YamlFields card, boolean free) {
        YamlFields fields = new YamlFields(file, card.node("usd_per_million"), CLASSES);
        Map<UnitClass, BigDecimal> rates = new EnumMap<>(UnitClass.class);
        for (String name : fields.names()) {
            UnitClass unit = UnitClass.of(name);
            String rate = fields.text(name);
            if (unit == null || !RATE.matcher(rate).matches()) {
                throw fields.invalidField(
                        name, name + ": '" + rate + "' (expected: dollars, digits with up to 9 decimals)");
            }
            BigDecimal usd = new BigDecimal(rate);
            if (usd.signum() == 0 && !free) {
                throw fields.invalidField(
                        name, name + ": " + rate + " (expected: above 0, or 'free: true' beside usd_per_million)");
            }
            rates.put(unit, usd);
        }
        return checked(fields, () -> RateCard.checked("usd_per_million", rates));
    }

    private interface Made<T> {
        T make();
    }

    private static <T> T checked(YamlFields at, Made<T> made) {
        try {
            return made.make();
        } catch (IllegalArgumentException e) {
            InvalidRateCard invalid = at.invalid(String.valueOf(e.getMessage()));
            invalid.initCause(e);
            throw invalid;
        }
    }
}
