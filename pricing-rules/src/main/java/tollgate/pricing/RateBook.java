package tollgate.pricing;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rate cards by model name and moment. Immutable and thread-safe; a look-up is one hash probe, and compiles a card the
 * first time that it is met.
 *
 * <p>A later card replaces an earlier one of the same model within its period, and takes over its aliases: an operator's
 * own {@code gpt-4o} then prices the dated names that its answers bear, too.
 */
public final class RateBook {
    private final List<RateCard> cards;
    private final List<Fee> fees;
    private final Map<String, List<Compiled>> byName;
    private final Map<String, Map<String, List<Compiled>>> byProvider;
    private final @Nullable ModelRates unknownModel;
    private final Selling selling;

    private RateBook(
            List<RateCard> cards,
            List<Fee> fees,
            Map<String, List<Compiled>> byName,
            Map<String, Map<String, List<Compiled>>> byProvider,
            @Nullable ModelRates unknownModel,
            Selling selling) {
        this.cards = cards;
        this.fees = fees;
        this.byName = byName;
        this.byProvider = byProvider;
        this.unknownModel = unknownModel;
        this.selling = selling;
    }

    /** A card, compiled when it is first needed. */
    private static final class Compiled {
        private final RateCard card;
        private final List<Fee> fees;
        private volatile @Nullable ModelRates rates;

        Compiled(RateCard card, List<Fee> fees) {
            this.card = card;
            this.fees = fees;
        }

        ModelRates rates() {
            ModelRates known = rates;
            if (known == null) {
                known = new ModelRates(Fee.added(card, fees));
                rates = known;
            }
            return known;
        }
    }

    /**
     * The cards that come with Tollgate.
     *
     * @throws InvalidRateCard never, but for a broken build
     */
    public static RateBook builtIn() {
        return of(List.of()).withAll(BuiltIn.cards());
    }

    /** The fees that come with Tollgate: for cards from elsewhere, which have none. */
    public static List<Fee> builtInFees() {
        return BuiltIn.cards().stream().flatMap(file -> file.fees().stream()).toList();
    }

    /** A book of these cards, later ones winning; a model that none names is unknown. */
    public static RateBook of(List<RateCard> cards) {
        return of(cards, List.of());
    }

    /** A book of these cards, later ones winning, and fees, earlier ones winning. */
    public static RateBook of(List<RateCard> cards, List<Fee> fees) {
        Map<String, List<Compiled>> byName = new HashMap<>();
        Map<String, Map<String, List<Compiled>>> byProvider = new HashMap<>();
        Map<String, Set<String>> owned = new HashMap<>();
        Map<String, String> owners = new HashMap<>();
        for (RateCard card : cards) {
            Compiled compiled = new Compiled(card, fees);
            for (String name : card.names()) {
                if (!card.provider().isEmpty()) {
                    add(byProvider.computeIfAbsent(card.provider(), any -> new HashMap<>()), name, compiled);
                }
            }
            if (!card.scoped()) {
                Set<String> names = owned.computeIfAbsent(card.model(), any -> new LinkedHashSet<>());
                for (String name : card.names()) {
                    String before = owners.put(name, card.model());
                    if (before != null && !before.equals(card.model())) {
                        owned.getOrDefault(before, new LinkedHashSet<>()).remove(name);
                    }
                    names.add(name);
                }
                for (String name : names) {
                    takeOver(byName.get(name), byProvider, name, compiled);
                    add(byName, name, compiled);
                }
            }
        }
        return new RateBook(List.copyOf(cards), List.copyOf(fees), byName, byProvider, null, Selling.NOTHING);
    }

    /** A card of nobody in particular applies under the name at the provider whose card it replaces, too. */
    private static void takeOver(
            @Nullable List<Compiled> replaced,
            Map<String, Map<String, List<Compiled>>> byProvider,
            String name,
            Compiled compiled) {
        if (replaced != null && compiled.card.provider().isEmpty()) {
            String provider = replaced.getLast().card.provider();
            if (!provider.isEmpty()) {
                add(byProvider.computeIfAbsent(provider, any -> new HashMap<>()), name, compiled);
            }
        }
    }

    private static void add(Map<String, List<Compiled>> names, String name, Compiled compiled) {
        List<Compiled> cards = names.computeIfAbsent(name, any -> new ArrayList<>(1));
        if (cards.isEmpty() || cards.getLast() != compiled) {
            cards.add(compiled);
        }
    }

    /** This book with further cards, which win over those it has. */
    public RateBook with(List<RateCard> more) {
        return withAll(List.of(new RateCards(more, List.of(), List.of(), List.of(), List.of())));
    }

    /**
     * This book with the cards of YAML files, later files winning.
     *
     * @throws InvalidRateCard when a file cannot be read or used; it names the line
     */
    public RateBook with(Path... files) {
        List<RateCards> more = new ArrayList<>();
        for (Path file : files) {
            more.add(RateCardFile.read(file));
        }
        return withAll(more);
    }

    /**
     * This book with what files state, later ones winning.
     *
     * @throws InvalidRateCard when a markup or bundle of them is about a model that no card names
     */
    public RateBook withAll(List<RateCards> files) {
        List<RateCard> allCards = new ArrayList<>(cards);
        List<Fee> allFees = new ArrayList<>(fees);
        List<MarkupRules.Rule> rules = new ArrayList<>(selling.markups().rules());
        List<BundleRules.Rule> sold = new ArrayList<>(selling.bundles().rules());
        List<VolumeRules.Rule> volumes = new ArrayList<>(selling.volumes().rules());
        for (RateCards file : files) {
            allCards.addAll(file.cards());
            allFees.addAll(0, file.fees());
            rules.addAll(0, file.markups());
            sold.addAll(0, file.bundles());
            volumes.addAll(0, file.volumes());
        }
        RateBook book = of(allCards, allFees);
        MarkupRules all = new MarkupRules(rules, selling.markups().otherwise());
        all.rules().forEach(rule -> book.checkModel(rule.whom().model(), rule.whom(), rule.written()));
        sold.forEach(rule -> book.checkModel(rule.whom().model(), rule.whom(), rule.written()));
        return new RateBook(
                book.cards,
                book.fees,
                book.byName,
                book.byProvider,
                unknownModel,
                new Selling(all, new BundleRules(sold), new VolumeRules(volumes)));
    }

    /** This book with further fees, which apply where its own do not. */
    public RateBook withFees(List<Fee> more) {
        List<Fee> all = new ArrayList<>(fees);
        all.addAll(more);
        RateBook book = of(cards, all);
        return new RateBook(book.cards, book.fees, book.byName, book.byProvider, unknownModel, selling);
    }

    /** This book, pricing every model that no card names by one card's rates. */
    public RateBook withUnknownModelsAs(RateCard rates) {
        return new RateBook(cards, fees, byName, byProvider, new ModelRates(rates), selling);
    }

    /** This book with a markup for whom and what no rule of it names. */
    public RateBook withMarkup(Markup otherwise) {
        MarkupRules marked = new MarkupRules(selling.markups().rules(), otherwise);
        Selling sold = new Selling(marked, selling.bundles(), selling.volumes());
        return new RateBook(cards, fees, byName, byProvider, unknownModel, sold);
    }

    /** A rule about a model that there is not would never be used, and nobody would notice. */
    private void checkModel(@Nullable String model, Whom whom, String written) {
        if (model == null || cards.stream().map(RateCard::model).anyMatch(whom::modelMatches)) {
            return;
        }
        List<Compiled> alias = byName.get(model);
        String nearest = alias == null
                ? NearestName.of(model, byName.keySet())
                : alias.getLast().card.model();
        throw new InvalidRateCard(written + ": model: '" + model + "' is no card's own name (expected: "
                + (nearest == null ? "a model of a card, or the beginning of one and *" : "'" + nearest + "'") + ")");
    }

    /** What is added to the cost of a model for a buyer. */
    public Markup markup(Buyer buyer, ModelRates rates) {
        return selling.markups().of(buyer, rates.model());
    }

    /** What of a buyer's request for a model is paid for already; null: nothing. */
    public @Nullable TokenBundle bundle(Buyer buyer, ModelRates rates) {
        return selling.bundles().of(buyer, rates.model());
    }

    /** What a buyer pays less in a month of much. */
    public VolumeTiers volume(Buyer buyer) {
        return selling.volumes().of(buyer);
    }

    /** Whether a plan is one that a markup, bundle or volume tier names; null is none, which everybody may have. */
    public boolean sells(@Nullable String plan) {
        return selling.names(plan);
    }

    /** The plans that any markup, bundle or volume tier names. */
    public Set<String> plans() {
        return selling.plans();
    }

    /** The bundles by customer, plan and model. */
    public BundleRules bundles() {
        return selling.bundles();
    }

    /** The markups by customer, plan and model. */
    public MarkupRules markups() {
        return selling.markups();
    }

    /** What is known of a model name at a moment, as a client wrote it or an answer bears it. */
    public Resolution resolve(String model, Instant at) {
        ModelRates rates = rates(byName, model, at);
        if (rates == null) {
            int slash = model.indexOf('/');
            rates = slash < 0 ? null : rates(model.substring(0, slash), model.substring(slash + 1), at);
        }
        if (rates != null) {
            return new Resolution.Priced(rates, false);
        }
        if (unknownModel != null) {
            return new Resolution.Priced(unknownModel, true);
        }
        List<Compiled> otherTimes = byName.get(model);
        return otherTimes == null
                ? new Resolution.Unknown(NearestName.of(model, byName.keySet()), null)
                : new Resolution.Unknown(
                        null,
                        otherTimes.stream()
                                .map(each -> each.card.period().toString())
                                .collect(Collectors.joining(", ")));
    }

    /** What is known of a model name at a provider: its own card of the name, else anybody's. */
    public Resolution resolve(String provider, String model, Instant at) {
        ModelRates rates = rates(provider, model, at);
        return rates == null ? resolve(model, at) : new Resolution.Priced(rates, false);
    }

    /**
     * The rates that settle an exchange: those of the model that the answer names where a card knows it, else those of
     * the model that was asked for.
     */
    public ModelRates settling(ModelRates asked, @Nullable String answered, Instant at) {
        if (answered == null) {
            return asked;
        }
        ModelRates scoped = rates(asked.card().provider(), answered, at);
        ModelRates plain = scoped == null ? rates(byName, answered, at) : scoped;
        return plain == null ? asked : plain;
    }

    /**
     * Every name and its rates at a moment, sorted by name; those found at their provider only as {@code
     * provider/name}. Compiles every card.
     */
    public SortedMap<String, ModelRates> names(Instant at) {
        SortedMap<String, ModelRates> names = new TreeMap<>();
        byName.keySet().forEach(name -> put(names, name, rates(byName, name, at)));
        byProvider.forEach((provider, cards) -> cards.forEach((name, compiled) -> {
            if (compiled.getLast().card.scoped()) {
                put(names, provider + "/" + name, rates(cards, name, at));
            }
        }));
        return Collections.unmodifiableSortedMap(names);
    }

    private static void put(Map<String, ModelRates> names, String name, @Nullable ModelRates rates) {
        if (rates != null) {
            names.put(name, rates);
        }
    }

    /** The cards, in their order. */
    public List<RateCard> cards() {
        return cards;
    }

    /** The fees, earlier ones winning. */
    public List<Fee> fees() {
        return fees;
    }

    private @Nullable ModelRates rates(String provider, String name, Instant at) {
        Map<String, List<Compiled>> theirs = byProvider.get(provider);
        return theirs == null ? null : rates(theirs, name, at);
    }

    private static @Nullable ModelRates rates(Map<String, List<Compiled>> names, String name, Instant at) {
        List<Compiled> compiled = names.get(name);
        if (compiled != null) {
            for (int i = compiled.size() - 1; i >= 0; i--) {
                if (compiled.get(i).card.period().covers(at)) {
                    return compiled.get(i).rates();
                }
            }
        }
        return null;
    }
}
