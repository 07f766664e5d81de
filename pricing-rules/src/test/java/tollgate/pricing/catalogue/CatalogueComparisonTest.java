package tollgate.pricing.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tollgate.pricing.RateBook;
import tollgate.pricing.RateCard;
import tollgate.pricing.RateCardFile;
import tollgate.pricing.Resolution;
import tollgate.pricing.UnitClass;

/**
 * Every figure of the cards that come with Tollgate beside the three public catalogues, each on the catalogue's own day. A
 * difference must be in {@code catalogue-differences.tsv} with its reason, and what is there must still differ.
 */
final class CatalogueComparisonTest {
    /** What {@code via} says of a figure that a catalogue has, and of no other. */
    private static final String CATALOGUES = "public price catalogues, see docs/rate-cards.md";

    private static final Path REPORT = Path.of("target", "rate-card-comparison.md");
    private static final Path DOCUMENT = Path.of("..", "docs", "rate-cards.md");

    private static final Map<String, Instant> DAYS = Map.of(
            "litellm", Instant.parse("2026-08-01T12:00:00Z"),
            "genai-prices", Instant.parse("2026-08-21T12:00:00Z"),
            "models.dev", Instant.parse("2026-07-02T12:00:00Z"));

    /** How LiteLLM calls a provider's model: what stands before our name. */
    private static final Map<String, List<String>> LITELLM = Map.of(
            "openai", List.of(""),
            "anthropic", List.of(""),
            "google", List.of("gemini/"),
            "mistral", List.of("mistral/"),
            "deepseek", List.of("deepseek/"),
            "groq", List.of("groq/"),
            "xai", List.of("xai/"),
            "cohere", List.of("", "cohere/"),
            "bedrock", List.of("", "bedrock_mantle/"),
            "azure", List.of("azure/", "azure_ai/", "azure/speech/"));

    private static final Map<String, String> GENAI = Map.of("xai", "x-ai", "bedrock", "aws");
    private static final Map<String, String> MODELS_DEV = Map.of("bedrock", "amazon-bedrock");

    private final RateBook book = RateBook.builtIn();
    private final Set<String> compared = new HashSet<>();
    /** {@code provider/name class} of every figure that a catalogue has a word about. */
    private final Set<String> witnessed = new HashSet<>();

    private final List<Difference> differences = new ArrayList<>();
    private final SortedMap<String, int[]> counts = new TreeMap<>();

    @Test
    void every_figure_is_that_of_the_catalogues_or_differs_for_a_reason() throws IOException {
        Map<String, RateCard> litellm = imported(CatalogueFormat.LITELLM, "litellm_prices.json");
        Map<String, RateCard> modelsDev = imported(CatalogueFormat.MODELS_DEV, "modelsdev_catalog.json");
        GenaiPrices genai = new GenaiPrices(SharedCatalogue.text("genai_prices.json"));
        for (RateCard card : book.cards()) {
            for (String name : card.names()) {
                String provider = card.provider();
                for (String prefix : LITELLM.getOrDefault(provider, List.of())) {
                    compare("litellm", card, name, litellm.get(prefix + name));
                }
                compareRegion(card, name, litellm.get(provider + "/eu/" + name));
                comparePictures(card, name, litellm);
                compare(
                        "models.dev",
                        card,
                        name,
                        modelsDev.get(MODELS_DEV.getOrDefault(provider, provider) + "/" + name));
                compare(card, name, genai.prices(GENAI.getOrDefault(provider, provider), name));
            }
        }
        report();
        assertThat(unwitnessed())
                .as("figures that say they are of the catalogues and are not, or the other way round")
                .isEmpty();
        Map<Difference, String> known = known();
        assertThat(differences.stream().filter(each -> !known.containsKey(each)))
                .as("differences without a reason")
                .isEmpty();
        assertThat(known.keySet().stream().filter(each -> !differences.contains(each)))
                .as("reasons for what does not differ")
                .isEmpty();
        assertThat(known.values()).allSatisfy(reason -> assertThat(reason).hasSizeGreaterThan(10));
        assertThat(Files.readString(DOCUMENT))
                .as("the summary in docs/rate-cards.md")
                .contains(summary());
    }

    /** A day on which a figure was seen in a catalogue is claimed for those alone that a catalogue has. */
    private List<String> unwitnessed() {
        List<String> unwitnessed = new ArrayList<>();
        for (RateCard card : book.cards()) {
            RateCard used = withFees(card);
            for (UnitClass unit : used.rates().keySet()) {
                // a fee is of every model of the provider, and seen where one of them has it
                boolean seen = card.rates().containsKey(unit)
                        ? card.names().stream()
                                .anyMatch(name -> witnessed.contains(card.provider() + "/" + name + " " + unit))
                        : witnessed.contains(card.provider() + " " + unit);
                boolean said = used.provenance(unit).via().equals(CATALOGUES);
                if (seen != said) {
                    unwitnessed.add(card.provider() + "/" + card.model() + " " + unit + " " + used.provenance(unit));
                }
            }
        }
        return unwitnessed;
    }

    private void compare(String catalogue, RateCard card, String name, @Nullable RateCard theirs) {
        if (theirs == null || !covers(card, catalogue)) {
            return;
        }
        Figures ours = Figures.of(withFees(card, catalogue));
        Figures.of(theirs)
                .bySituation()
                .forEach((situation, figures) -> figures.forEach(
                        (unit, usd) -> compare(catalogue, card.provider() + "/" + name, ours, situation, unit, usd)));
    }

    private void compare(RateCard card, String name, Map<String, Map<UnitClass, BigDecimal>> prices) {
        if (covers(card, "genai-prices")) {
            Figures ours = Figures.of(withFees(card, "genai-prices"));
            prices.forEach((situation, figures) -> figures.forEach(
                    (unit, usd) -> compare("genai-prices", card.provider() + "/" + name, ours, situation, unit, usd)));
        }
    }

    private void compareRegion(RateCard card, String name, @Nullable RateCard theirs) {
        if (theirs != null && card.regions().containsKey("eu")) {
            Figures ours = Figures.of(card);
            Objects.requireNonNull(Figures.of(theirs).bySituation().get(""))
                    .forEach((unit, usd) ->
                            compare("litellm", card.provider() + "/" + name, ours, "region eu", unit, usd));
        }
    }

    /** Sizes and qualities of pictures have keys of their own in LiteLLM. */
    private void comparePictures(RateCard card, String name, Map<String, RateCard> litellm) {
        Figures ours = Figures.of(card);
        card.variants().forEach(variant -> {
            Map<String, String> when = new HashMap<>();
            variant.when().forEach((attribute, value) -> when.put(attribute.wireName(), value));
            String size = when.get("size");
            if (size != null && variant.rates().containsKey(UnitClass.IMAGE)) {
                String quality = when.containsKey("quality") ? when.get("quality") + "/" : "";
                RateCard theirs = litellm.get(quality + size.replace("x", "-x-") + "/" + name);
                BigDecimal usd = theirs == null ? null : Figures.of(theirs).of("", UnitClass.IMAGE);
                String situation = "size " + size + (quality.isEmpty() ? "" : ", quality " + when.get("quality"));
                if (usd != null) {
                    compare("litellm", card.provider() + "/" + name, ours, situation, UnitClass.IMAGE, usd);
                }
            }
        });
    }

    private void compare(
            String catalogue, String model, Figures ours, String situation, UnitClass unit, BigDecimal theirs) {
        BigDecimal figure = ours.of(situation, unit);
        witnessed.add(model + " " + unit);
        witnessed.add(model.substring(0, model.indexOf('/')) + " " + unit);
        if (unit == UnitClass.CACHE_WRITE) {
            witnessed.add(model + " " + UnitClass.CACHE_WRITE_5M);
            BigDecimal fiveMinutes = ours.of(situation, UnitClass.CACHE_WRITE_5M);
            figure = fiveMinutes == null ? figure : fiveMinutes;
        }
        String what = situation.isEmpty() ? unit.wireName() : unit.wireName() + " (" + situation + ")";
        if (!compared.add(String.join(
                "\t", catalogue, model, what, theirs.stripTrailingZeros().toPlainString()))) {
            return;
        }
        int[] count = counts.computeIfAbsent(model.substring(0, model.indexOf('/')) + " " + catalogue, _ -> new int[2]);
        if (figure != null && figure.compareTo(theirs) == 0) {
            count[0]++;
        } else if (figure != null || theirs.signum() != 0) {
            count[1]++;
            differences.add(Difference.of(catalogue, model, what, figure, theirs));
        }
    }

    private boolean covers(RateCard card, String catalogue) {
        return card.period().covers(Objects.requireNonNull(DAYS.get(catalogue)));
    }

    /** The card with the provider's fees, as it is used on a catalogue's day. */
    private RateCard withFees(RateCard card, String catalogue) {
        return withFees(card, Objects.requireNonNull(DAYS.get(catalogue)));
    }

    private RateCard withFees(RateCard card) {
        Instant from = card.period().from();
        Instant until = card.period().until();
        Instant day = Instant.parse("2026-08-01T12:00:00Z");
        return withFees(
                card,
                from != null && from.isAfter(day)
                        ? from
                        : until != null && !until.isAfter(day) ? until.minusSeconds(1) : day);
    }

    private RateCard withFees(RateCard card, Instant at) {
        Resolution found = book.resolve(card.provider(), card.model(), at);
        return ((Resolution.Priced) found).rates().card();
    }

    /** A catalogue's cards by its keys; those of models.dev by {@code provider/name}. */
    private static Map<String, RateCard> imported(CatalogueFormat format, String file) {
        String yaml = CatalogueImport.read(format, file, SharedCatalogue.text(file), "2026-08-01")
                .yaml();
        Map<String, RateCard> cards = new HashMap<>();
        for (RateCard card : RateCardFile.read("rates.yaml", yaml).cards()) {
            String own = card.provider() + "/";
            boolean bare = format == CatalogueFormat.MODELS_DEV && !card.model().startsWith(own);
            cards.put(bare ? own + card.model() : card.model(), card);
        }
        return cards;
    }

    private static Map<Difference, String> known() throws IOException {
        Map<Difference, String> known = new LinkedHashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(CatalogueComparisonTest.class.getResourceAsStream("catalogue-differences.tsv")),
                StandardCharsets.UTF_8))) {
            Stream<String> rows = lines.lines().filter(line -> !line.startsWith("#") && !line.isBlank());
            for (String row : rows.toList()) {
                String[] cells = Pattern.compile("\t").split(row, -1);
                assertThat(cells).as(row).hasSize(6);
                assertThat(known.put(new Difference(cells[0], cells[1], cells[2], cells[3], cells[4]), cells[5]))
                        .as(row)
                        .isNull();
            }
        }
        return known;
    }

    private String summary() {
        StringBuilder table = new StringBuilder("| provider | catalogue | figures that agree | that differ |\n");
        table.append("|---|---|---|---|\n");
        counts.forEach((key, count) -> table.append("| ")
                .append(key.replace(" ", " | "))
                .append(" | ")
                .append(count[0])
                .append(" | ")
                .append(count[1])
                .append(" |\n"));
        return table.toString();
    }

    private void report() throws IOException {
        StringBuilder text = new StringBuilder(summary()).append('\n');
        differences.forEach(difference -> text.append(difference).append('\n'));
        Files.createDirectories(REPORT.getParent());
        Files.writeString(REPORT, text);
    }
}
