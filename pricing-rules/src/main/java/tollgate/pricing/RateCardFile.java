package tollgate.pricing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.nodes.Node;
import tollgate.pricing.yaml.UnreadableYaml;
import tollgate.pricing.yaml.Utf8Text;
import tollgate.pricing.yaml.YamlText;

/**
 * Reads rate cards from YAML. The file is composed to nodes only, never built into objects: no tag of it means anything,
 * every value keeps its line, and an alias is followed only where the form has a place for it.
 */
public final class RateCardFile {
    static final List<String> FILE = List.of(
            "provider",
            "source",
            "seen",
            "via",
            "note",
            "scoped",
            "defaults",
            "models",
            "fees",
            "markups",
            "bundles",
            "volume_tiers");
    static final List<String> FEE = Stream.concat(
                    Stream.of("provider", "models", "variants", "source", "seen", "via", "note", "free"),
                    Stream.of(Per.values()).map(Per::key))
            .toList();

    /** Characters of the largest file: every model of every provider is a fraction of it. */
    private static final int LARGEST = 4 * 1024 * 1024;

    private final String file;
    private final Map<String, List<RateCard>> owners = new HashMap<>();

    private RateCardFile(String file) {
        this.file = file;
    }

    /**
     * What a file states.
     *
     * @throws InvalidRateCard when it cannot be read or used; it names the line
     */
    public static RateCards read(Path path) {
        return read(path.toString(), contents(path));
    }

    /** The text of a file that is not too large to be one of ours. */
    static String contents(Path path) {
        try {
            if (Files.size(path) > LARGEST) {
                throw new InvalidRateCard(
                        path + ": " + Files.size(path) + " bytes (expected: at most " + LARGEST + ")");
            }
            return Utf8Text.of(Files.readAllBytes(path));
        } catch (UnreadableYaml foreign) {
            throw new InvalidRateCard(foreign.at(path.toString()) + foreign.problem(), foreign);
        } catch (IOException e) {
            throw new InvalidRateCard(path + ": cannot be read (" + e + ")", e);
        }
    }

    /** What a resource beside this class states. */
    static RateCards resource(String name) {
        try (InputStream stream = RateCardFile.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("no resource " + name);
            }
            byte[] bytes = stream.readAllBytes();
            return read(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a text states.
     *
     * @param file how complaints call it
     * @throws InvalidRateCard when it cannot be used; it names the line
     */
    public static RateCards read(String file, String text) {
        return new RateCardFile(file).read(document(file, text, "models"));
    }

    /**
     * The document of a text.
     *
     * @param expected what is missed where there is none
     */
    static Node document(String file, String text, String expected) {
        if (text.length() > LARGEST) {
            throw new InvalidRateCard(file + ": " + text.length() + " characters (expected: at most " + LARGEST + ")");
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setUseMarks(true)
                .setCodePointLimit(LARGEST)
                .build();
        Optional<Node> root;
        try {
            root = YamlText.compose(settings, text);
        } catch (UnreadableYaml e) {
            throw new InvalidRateCard(e.at(file) + "not YAML: " + e.problem(), e);
        }
        return root.orElseThrow(() -> new InvalidRateCard(file + ": empty (expected: " + expected + ")"));
    }

    private RateCards read(Node root) {
        MarkupReader.refuseCounted(file, root);
        YamlFields fields = new YamlFields(file, root, FILE);
        YamlFields defaults = fields.has("defaults")
                ? new YamlFields(file, fields.node("defaults"), CardReader.DEFAULTS)
                : YamlFields.none(file, root);
        if (!fields.has("fees") && !fields.has("markups") && !fields.has("bundles") && !fields.has("volume_tiers")) {
            fields.node("models");
        }
        List<RateCard> cards = new ArrayList<>();
        for (Node model : fields.items("models")) {
            YamlFields card = new YamlFields(file, model, CardReader.MODEL, defaults);
            RateCard read = new CardReader(card, fields).card();
            own(read, card);
            cards.add(read);
        }
        List<Fee> fees = new ArrayList<>();
        for (Node fee : fields.items("fees")) {
            fees.add(fee(new YamlFields(file, fee, FEE), fields));
        }
        List<MarkupRules.Rule> markups = MarkupReader.read(fields);
        List<BundleRules.Rule> bundles = BundleReader.read(fields);
        List<VolumeRules.Rule> volumes = VolumeReader.read(fields);
        if (cards.isEmpty() && fees.isEmpty() && markups.isEmpty() && bundles.isEmpty() && volumes.isEmpty()) {
            throw fields.invalid("nothing is stated (expected: a model, a fee, a markup, a bundle or volume tiers)");
        }
        return new RateCards(cards, fees, markups, bundles, volumes);
    }

    private Fee fee(YamlFields fee, YamlFields fields) {
        RatesReader reader = new RatesReader(fee);
        String provider = (fee.has("provider") ? fee : fields).text("provider");
        Map<UnitClass, Rate> rates = reader.rates(fee);
        List<Variant> variants = reader.variants();
        Provenance provenance = CardReader.provenance(fee, fields);
        return RatesReader.checked(fee, () -> new Fee(provider, fee.texts("models"), rates, variants, provenance));
    }

    /** Within one file a name belongs to one model at a time; between files the later one wins. */
    private void own(RateCard card, YamlFields at) {
        Set<String> once = new HashSet<>(Set.of(card.model()));
        for (String alias : card.aliases()) {
            if (!once.add(alias)) {
                throw at.invalidField("aliases", "'" + alias + "' is a name of " + card.model() + " already");
            }
        }
        for (String name : card.names()) {
            List<RateCard> before = owners.computeIfAbsent(name, any -> new ArrayList<>());
            for (RateCard owner : before) {
                if (owner.period().overlaps(card.period())) {
                    throw at.invalidField(
                            name.equals(card.model()) ? "model" : "aliases",
                            "'" + name + "' is a name of " + owner.model() + " already"
                                    + (owner.period().equals(Period.ALWAYS) ? "" : ", " + owner.period()));
                }
            }
            before.add(card);
        }
    }
}
