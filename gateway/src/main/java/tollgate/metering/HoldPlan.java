package tollgate.metering;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.pricing.Attribute;
import tollgate.pricing.Buyer;
import tollgate.pricing.Limits;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.RateBook;
import tollgate.pricing.Terms;
import tollgate.pricing.TokenBundle;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

/**
 * How much money one request needs before it may run, so that it never has to be cut for money. Immutable.
 *
 * <p>What is held covers the dearest thing the request can turn out to be: every token of the prompt's bound, and the
 * output ceiling for each choice, at the dearest rate that any class of them has. The script that places the hold
 * grants {@link #want()}, or, where that is more than half of what is available, half of it but never less than
 * {@link #min()}; the ceiling then follows from what it granted ({@link #ceilingFor}), so that hold and ceiling cannot
 * differ. Only where the client gave no ceiling, no tools and no schema is {@code min} less than {@code want}: a
 * client's own ceiling is never lowered.
 *
 * <p>In {@linkplain HoldMode#TRANCHES tranches} {@code min} has to be affordable as ever, but {@code want} is only what the
 * prompt and the first tranche of output come to; no ceiling is set. A request whose output cannot be watched as it comes,
 * or does not fill a tranche, is held strictly.
 *
 * <p>In {@linkplain HoldMode#TYPICAL typical} holds both are what such requests usually cost, where enough of them were seen;
 * no ceiling is set.
 *
 * <p>Where a bundle of tokens is the buyer's, what it has set aside ({@link #reserving}) needs no money: the prompt's first,
 * then the answer's. Such a request is never held typically.
 *
 * <p>For a service that is free nothing is held.
 */
public final class HoldPlan {
    /** What is paid for is told from what is held in steps of so many parts of the whole. */
    private static final int PARTS = 8;

    private static final String ANY_TIER = "auto";
    private static final String FIRST_CLASS = "priority";
    /** Tokens of a request that tiers are compared by: each is dearer than another in both directions, or in none. */
    private static final long SOME = 100_000;

    private final MeteredRequest request;
    private final ModelRates rates;
    private final RateBook book;
    private final Terms terms;
    private final Terms dearest;
    private final Buyer buyer;
    private final Markup markup;
    private final long inputBound;
    private final Usd calls;
    private final long ceiling;
    private final boolean clampable;
    private final long minOutput;
    private final Usd min;
    private final Usd want;
    private final Usd worst;
    private final HoldMode mode;
    private final @Nullable TypicalCharges typical;
    private final long trancheTokens;
    private final HoldSettings settings;
    private final @Nullable TokenBundle bundle;
    private final PaidFor paidFor;

    private HoldPlan(
            MeteredRequest request,
            ModelRates rates,
            RateBook book,
            Terms terms,
            Buyer buyer,
            HoldSettings settings,
            @Nullable TypicalCharges typical,
            long reserved) {
        Limits limits = rates.limits();
        this.request = request;
        this.rates = rates;
        this.book = book;
        MeteredRequest.Conditions asked = request.asked();
        this.terms = asked(terms.tier(asked.tier()).region(asked.region()), asked.attributes());
        this.buyer = buyer;
        this.markup = book.markup(buyer, rates);
        Terms where = asked.dearestRegion() == null ? this.terms : this.terms.region(asked.dearestRegion());
        this.dearest = dearest(where, asked.tier());
        this.inputBound = PromptBound.of(request, limits, settings);
        this.ceiling = request.ceiling() == null ? limits.maxOutputTokens() : Math.max(0, request.ceiling());
        this.calls = calls(MachineTime.bounded(request.extent().calls(), rates, settings), rates, dearest, markup);
        boolean free = request.service().free();
        this.settings = settings;
        this.bundle = free ? null : book.bundle(buyer, rates);
        this.paidFor = bundle == null ? PaidFor.NOTHING : new PaidFor(bundle.name(), reserved);
        this.clampable = !free && request.ceiling() == null && !request.structuredOutput() && request.tools() == 0;
        this.minOutput = settings.minOutputTokens();
        this.trancheTokens = settings.trancheTokens();
        this.typical = typical;
        this.worst = free ? Usd.ZERO : worstCase(ceiling);
        Usd usual = settings.mode() == HoldMode.TYPICAL && !free && bundle == null ? usual(typical) : null;
        boolean tranches = settings.mode() == HoldMode.TRANCHES && watched() && mostOutput() > trancheTokens;
        this.mode = usual != null ? HoldMode.TYPICAL : tranches ? HoldMode.TRANCHES : HoldMode.STRICT;
        this.want = usual != null ? usual : tranches ? holdFor(trancheTokens) : worst;
        this.min = usual != null ? usual : clampable ? worstCase(Math.min(ceiling, settings.minOutputTokens())) : worst;
    }

    /**
     * Sizes the hold of a request.
     *
     * @param rates of the model asked for
     * @param book the rates are from: it settles the exchange, too, whatever is loaded meanwhile
     * @param terms those known beforehand, less what the request asks for
     * @param buyer who pays: decides what is added to the cost
     */
    public static HoldPlan of(
            MeteredRequest request, ModelRates rates, RateBook book, Terms terms, Buyer buyer, HoldSettings settings) {
        return of(request, rates, book, terms, buyer, settings, null);
    }

    /** The same, where it is known what such requests usually cost. */
    public static HoldPlan of(
            MeteredRequest request,
            ModelRates rates,
            RateBook book,
            Terms terms,
            Buyer buyer,
            HoldSettings settings,
            @Nullable TypicalCharges typical) {
        return new HoldPlan(request, rates, book, terms, buyer, settings, typical, 0);
    }

    /** The same for a buyer of whom more is known by now. */
    public HoldPlan soldTo(Buyer now) {
        return now.equals(buyer) ? this : new HoldPlan(request, rates, book, terms, now, settings, typical, 0);
    }

    /** The same where a bundle has set so many tokens aside for it: they are neither held in money nor charged. */
    public HoldPlan reserving(long tokens) {
        return tokens == paidFor.tokens()
                ? this
                : new HoldPlan(request, rates, book, terms, buyer, settings, typical, tokens);
    }

    /** What of its tokens may be paid for already; null: all of them are charged. */
    public @Nullable TokenBundle bundle() {
        return bundle;
    }

    /** The tokens that a bundle has set aside for it. */
    public PaidFor paidFor() {
        return paidFor;
    }

    /** What has to be held where a bundle has this or that many tokens left, by number; none without a bundle. */
    public List<Covered> covered() {
        if (bundle == null) {
            return List.of();
        }
        long all = Math.max(minTokens(), wantTokens());
        SortedSet<Long> points = new TreeSet<>(List.of(minTokens(), all));
        for (int part = 1; part < PARTS; part++) {
            points.add(all / PARTS * part);
        }
        List<Covered> rows = new ArrayList<>(points.size());
        for (long tokens : points) {
            HoldPlan then = reserving(tokens);
            rows.add(new Covered(tokens, then.min, then.want));
        }
        return rows;
    }

    /**
     * What has to be held where so many tokens are paid for.
     *
     * @param tokens at least
     * @param min the least that will do
     * @param want what is wanted
     */
    public record Covered(long tokens, Usd min, Usd want) {}

    /** The request. */
    public MeteredRequest request() {
        return request;
    }

    /** The rates of the model that was asked for. */
    public ModelRates rates() {
        return rates;
    }

    /** What text of the model that was asked for comes to in tokens. Looked up anew each time. */
    TokenRatio ratio() {
        return TokenRatios.of(rates.card().model());
    }

    /** The prices at the time of the request: they settle it. */
    public RateBook book() {
        return book;
    }

    /** The terms that are known before an answer says them. */
    public Terms terms() {
        return terms;
    }

    /** What is added to the cost of the model that was asked for. */
    public Markup markup() {
        return markup;
    }

    /** What is added to the cost of the model that answered. */
    public Markup markup(ModelRates answered) {
        return book.markup(buyer, answered);
    }

    /** Who pays. */
    public Buyer buyer() {
        return buyer;
    }

    /** The most tokens the prompt can have, all classes together. */
    public long inputBound() {
        return inputBound;
    }

    /** The least that has to be held for the request to run at all. */
    public Usd min() {
        return min;
    }

    /** What is held where there is plenty. */
    public Usd want() {
        return want;
    }

    /** The most that it can come to, whatever is held. */
    public Usd worst() {
        return worst;
    }

    /** What such requests usually cost, but not less than the prompt and a short answer; null where that is not less than all. */
    private @Nullable Usd usual(@Nullable TypicalCharges seen) {
        Usd usual = seen == null ? null : seen.usual(request, inputBound);
        if (usual == null) {
            return null;
        }
        Usd least =
                rates.accrued(ConsumedPortion.inputTokens(this), Math.min(mostOutput(), minOutput), dearest, markup);
        Usd held = usual.compareTo(least) > 0 ? usual : least;
        return held.compareTo(worst) < 0 ? held : null;
    }

    /** How much is held at a time, given what the request is. */
    public HoldMode mode() {
        return mode;
    }

    /** What tells how far the hold of this exchange reaches; null where all of it is held at once. */
    public @Nullable Tranches tranches() {
        return mode == HoldMode.TRANCHES ? new Tranches(this, trancheTokens) : null;
    }

    /** All that it can bill besides its prompt is text that streams by. */
    private boolean watched() {
        return request.stream()
                && request.service().answerBills()
                && rates.limits().visibleOutput()
                && calls.equals(Usd.ZERO)
                && request.extent().calls().isEmpty()
                && request.extent().unbounded() == null
                && !request.extent().kept().background();
    }

    /** The most output tokens, all choices together. */
    long mostOutput() {
        return ceiling > Usd.MAX_NANO / request.choices() ? Usd.MAX_NANO : ceiling * request.choices();
    }

    /** What the prompt and so many output tokens, all choices together, come to at most. */
    Usd holdFor(long output) {
        return paidFor.tokens() == 0
                ? rates.worstCase(inputBound, output, dearest, markup)
                : rates.worstCase(
                        inputBound,
                        paidFor.ofPrompt(inputBound),
                        paidFor.ofAnswer(inputBound, output),
                        dearest,
                        markup);
    }

    /** The same in tokens. */
    long tokensFor(long output) {
        return Math.min(Usd.MAX_NANO, inputBound + output);
    }

    /** How many output tokens, all choices together, a hold pays for; below 0 where not even the prompt. */
    long outputCovered(Usd held) {
        if (paidFor.tokens() == 0) {
            return rates.outputTokensAffordable(held, inputBound, dearest, markup);
        }
        long charged = rates.outputTokensAffordable(held, inputBound, paidFor.ofPrompt(inputBound), dearest, markup);
        long paid = paidFor.beyond(inputBound);
        return charged < 0 ? charged : charged > Long.MAX_VALUE - paid ? Long.MAX_VALUE : charged + paid;
    }

    /** The least number of tokens, of every class, that the request needs to run at all. */
    public long minTokens() {
        return tokens(clampable && mode == HoldMode.STRICT ? Math.min(ceiling, minOutput) : ceiling);
    }

    /** The tokens, of every class, that are held where there is plenty: what the request can come to, or its first tranche. */
    public long wantTokens() {
        return mode == HoldMode.TRANCHES ? tokensFor(trancheTokens) : tokens(ceiling);
    }

    private long tokens(long perChoice) {
        BigInteger all = BigInteger.valueOf(perChoice)
                .multiply(BigInteger.valueOf(request.choices()))
                .add(BigInteger.valueOf(inputBound));
        return all.min(BigInteger.valueOf(Usd.MAX_NANO)).longValueExact();
    }

    /**
     * The output ceiling per choice to set in the request, given what was granted.
     *
     * @param granted what the script set aside: {@link #min()} to {@link #want()}
     * @param tokens what the caps on tokens allow: {@link #minTokens()} to {@link #wantTokens()}
     * @return null where the request stays as it is
     */
    public @Nullable Long ceilingFor(Usd granted, long tokens) {
        if (!clampable || mode != HoldMode.STRICT || (granted.compareTo(want) >= 0 && tokens >= wantTokens())) {
            return request.splicePoints().endless() ? Long.valueOf(ceiling) : null;
        }
        long paid = granted.compareTo(want) >= 0 ? ceiling : Math.min(ceiling, affordable(granted));
        return Math.min(paid, Math.floorDiv(tokens - inputBound, request.choices()));
    }

    /**
     * The largest output ceiling per choice that an amount affords: what a refusal tells the client.
     *
     * @return null where the amount does not even afford one token of an answer
     */
    public @Nullable Long affordableCeiling(Usd available) {
        long tokens = affordable(available);
        return tokens < 1 ? null : Math.min(rates.limits().maxOutputTokens(), tokens);
    }

    /**
     * The largest output ceiling per choice that so many tokens leave room for.
     *
     * @return null where there is not even room for one token of an answer
     */
    public @Nullable Long affordableCeiling(long tokens) {
        long each = Math.floorDiv(tokens - inputBound, request.choices());
        return each < 1 ? null : Math.min(rates.limits().maxOutputTokens(), each);
    }

    private long affordable(Usd amount) {
        if (amount.compareTo(calls) < 0) {
            return -1;
        }
        return Math.floorDiv(outputCovered(amount.minus(calls)), request.choices());
    }

    /** The worst case, at most the largest amount there is: nobody has that much, so it is never granted. */
    private Usd worstCase(long perChoice) {
        long answers = perChoice > Long.MAX_VALUE / request.choices() ? Long.MAX_VALUE : perChoice * request.choices();
        Usd tokens = holdFor(answers);
        return tokens.nano() > Usd.MAX_NANO - calls.nano() ? new Usd(Usd.MAX_NANO) : tokens.plus(calls);
    }

    /** A provider may serve a request in the usual tier instead, or where it may pick, in the first class. */
    private Terms dearest(Terms where, @Nullable String asked) {
        if (asked == null) {
            return where;
        }
        Terms other = where.tier(
                asked.equals(ANY_TIER) && rates.card().tiers().containsKey(FIRST_CLASS) ? FIRST_CLASS : null);
        Usd its = rates.worstCase(SOME, SOME, other, markup);
        return its.compareTo(rates.worstCase(SOME, SOME, where, markup)) > 0 ? other : where;
    }

    private static Terms asked(Terms terms, Map<Attribute, String> attributes) {
        Terms asked = terms;
        for (Map.Entry<Attribute, String> attribute : attributes.entrySet()) {
            asked = asked.with(attribute.getKey(), attribute.getValue());
        }
        return asked;
    }

    /** What the calls of a provider's tools come to at most. */
    private static Usd calls(Map<UnitClass, Long> calls, ModelRates rates, Terms terms, Markup markup) {
        Usage.Builder most = Usage.builder();
        calls.forEach(most::set);
        Usage usage = most.build();
        if (calls.isEmpty()) {
            return Usd.ZERO;
        }
        return rates.chargeable(usage, terms, markup) ? rates.amount(usage, terms, markup) : new Usd(Usd.MAX_NANO);
    }
}
