package tollgate.pricing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rate cards by model name. Immutable and thread-safe; a look-up is one hash probe.
 *
 * <p>A later card replaces an earlier one of the same model, and takes over its aliases: an operator's own
 * {@code gpt-4o} then prices the dated names that its answers bear, too.
 */
public final class RateBook {
    private final List<RateCard> cards;
    private final Map<String, ModelRates> byName;
    private final @Nullable ModelRates unknownModel;

    private RateBook(List<RateCard> cards, Map<String, ModelRates> byName, @Nullable ModelRates unknownModel) {
        this.cards = cards;
        this.byName = byName;
        this.unknownModel = unknownModel;
    }

    /**
     * The cards that come with Tollgate: OpenAI's chat models.
     *
     * @throws InvalidRateCard never, but for a broken build
     */
    public static RateBook builtIn() {
        return of(RateCardFile.resource("openai.yaml"));
    }

    /** A book of these cards, later ones winning; a model that none names is unknown. */
    public static RateBook of(List<RateCard> cards) {
        Map<String, RateCard> owners = new LinkedHashMap<>();
        for (RateCard card : cards) {
            owners.replaceAll((name, owner) -> owner.model().equals(card.model()) ? card : owner);
            owners.put(card.model(), card);
            for (String alias : card.aliases()) {
                owners.put(alias, card);
            }
        }
        Map<RateCard, ModelRates> compiled = new HashMap<>();
        Map<String, ModelRates> byName = new HashMap<>();
        owners.forEach((name, owner) -> byName.put(name, compiled.computeIfAbsent(owner, ModelRates::new)));
        return new RateBook(List.copyOf(cards), byName, null);
    }

    /** This book with further cards, which win over those it has. */
    public RateBook with(List<RateCard> more) {
        List<RateCard> all = new ArrayList<>(cards);
        all.addAll(more);
        return new RateBook(List.copyOf(all), of(all).byName, unknownModel);
    }

    /**
     * This book with the cards of YAML files, later files winning; the built-in ones show the form.
     *
     * @throws InvalidRateCard when a file cannot be read or used; it names the line
     */
    public RateBook with(Path... files) {
        List<RateCard> more = new ArrayList<>();
        for (Path file : files) {
            more.addAll(RateCardFile.read(file));
        }
        return with(more);
    }

    /** This book, pricing every model that no card names by one card's rates. */
    public RateBook withUnknownModelsAs(RateCard rates) {
        return new RateBook(cards, byName, new ModelRates(rates));
    }

    /** What is known of a model name, as a client wrote it or an answer bears it. */
    public Resolution resolve(String model) {
        ModelRates rates = byName.get(model);
        if (rates != null) {
            return new Resolution.Priced(rates, false);
        }
        return unknownModel == null
                ? new Resolution.Unknown(NearestName.of(model, byName.keySet()))
                : new Resolution.Priced(unknownModel, true);
    }

    /**
     * The rates that settle an exchange: those of the model that the answer names where a card knows it, else those of
     * the model that was asked for.
     */
    public ModelRates settling(ModelRates asked, @Nullable String answered) {
        return answered == null ? asked : byName.getOrDefault(answered, asked);
    }

    /** Every name and its rates, sorted by name. */
    public SortedMap<String, ModelRates> names() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(byName));
    }
}
