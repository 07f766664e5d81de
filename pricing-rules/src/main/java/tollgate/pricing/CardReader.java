package tollgate.pricing;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads one model of a rate card file. */
final class CardReader {
    /** What {@code defaults} may have. */
    static final List<String> DEFAULTS = Stream.concat(
                    Stream.of(
                            "provider",
                            "scoped",
                            "service",
                            "limits",
                            "image_tokens",
                            "effective_from",
                            "effective_until",
                            "long_context",
                            "service_tiers",
                            "region_multipliers",
                            "off_peak",
                            "variants",
                            "graduated",
                            "discount_percent",
                            "minimum_usd",
                            "minimum_units",
                            "billed_in_steps_of",
                            "free",
                            "source",
                            "seen",
                            "via",
                            "sources",
                            "note"),
                    RatesReader.MEASURES.stream())
            .toList();

    static final List<String> MODEL =
            Stream.concat(Stream.of("model", "aliases"), DEFAULTS.stream()).toList();

    private static final List<String> LIMITS =
            List.of("context", "max_output_tokens", "visible_output", "typical_output");
    private static final List<String> LEVEL =
            List.of("above_prompt_tokens", "service_tiers", "usd_per_million", "usd_per_thousand");
    private static final List<String> TIER =
            Stream.concat(Stream.of("multiply"), RatesReader.MEASURES.stream()).toList();
    private static final List<String> GRADUATED = Stream.concat(
                    Stream.of("unit", "above"), RatesReader.MEASURES.stream())
            .toList();
    private static final List<String> SERVICES = List.of(
            "chat",
            "completions",
            "responses",
            "embeddings",
            "rerank",
            "image",
            "speech",
            "transcription",
            "realtime",
            "video",
            "moderation",
            "ocr",
            "search",
            "fine_tuning",
            "storage");

    private final YamlFields card;
    private final YamlFields file;
    private final RatesReader rates;

    CardReader(YamlFields card, YamlFields file) {
        this.card = card;
        this.file = file;
        this.rates = new RatesReader(card);
    }

    RateCard card() {
        RateCardBuilder builder = RateCard.named(card.name("model"))
                .aliases(card.listedNames("aliases"))
                .provider(either("provider", ""))
                .scoped(flag("scoped"))
                .service(service())
                .limits(limits())
                .period(RatesReader.checked(
                        card,
                        () -> new Period(
                                card.has("effective_from") ? card.moment("effective_from") : null,
                                card.has("effective_until") ? card.moment("effective_until") : null)))
                .rates(rates.base())
                .longContext(longContext())
                .tiers(tiers())
                .regions(regions())
                .offPeak(offPeak())
                .variants(rates.variants())
                .graduated(graduated())
                .minimumUnits(RatesReader.units(card, "minimum_units"))
                .billedInSteps(RatesReader.units(card, "billed_in_steps_of"))
                .provenance(provenance(card, file))
                .sources(sources())
                .note(either("note", ""));
        if (card.has("discount_percent")) {
            builder.discountPercent(card.decimal("discount_percent"));
        }
        if (card.has("minimum_usd")) {
            builder.minimumUsd(card.decimal("minimum_usd"));
        }
        return RatesReader.checked(card, builder::build);
    }

    static Provenance provenance(YamlFields at, YamlFields file) {
        String source = (at.has("source") ? at : file).text("source");
        YamlFields dated = at.has("seen") ? at : file;
        String seen = dated.text("seen");
        try {
            return new Provenance(source, LocalDate.parse(seen).toString(), via(at, file));
        } catch (DateTimeParseException wrong) {
            InvalidRateCard invalid = dated.invalidField("seen", "seen: '" + seen + "' (expected: a day, 2026-08-01)");
            invalid.initCause(wrong);
            throw invalid;
        }
    }

    /** A day of its own is of a place of its own: where a catalogue was looked up goes with the day of it. */
    private static String via(YamlFields at, YamlFields file) {
        YamlFields stated = at.has("via") || at.has("seen") ? at : file;
        return stated.has("via") ? stated.text("via") : "";
    }

    private String either(String name, String otherwise) {
        return card.has(name) ? card.text(name) : file.has(name) ? file.text(name) : otherwise;
    }

    private boolean flag(String name) {
        return card.has(name) ? card.truth(name) : file.has(name) && file.truth(name);
    }

    private String service() {
        String service = card.has("service") ? card.text("service") : "chat";
        if (!SERVICES.contains(service)) {
            throw card.invalidField(
                    "service", "service: '" + service + "' (expected: " + String.join(", ", SERVICES) + ")");
        }
        return service;
    }

    private Limits limits() {
        Limits careful = Limits.CAREFUL;
        YamlFields limits = card.has("limits")
                ? new YamlFields(card.file(), card.node("limits"), LIMITS)
                : YamlFields.none(card.file(), card.node("model"));
        YamlFields images = card.has("image_tokens")
                ? new YamlFields(card.file(), card.node("image_tokens"), List.of("low", "high"))
                : YamlFields.none(card.file(), card.node("model"));
        long context = limits.has("context") ? limits.whole("context") : careful.context();
        long output = limits.has("max_output_tokens")
                ? limits.whole("max_output_tokens")
                : Math.min(context, careful.maxOutputTokens());
        return RatesReader.checked(
                limits,
                () -> new Limits(
                        context,
                        output,
                        limits.has("visible_output") && limits.truth("visible_output"),
                        limits.has("typical_output")
                                ? limits.whole("typical_output")
                                : Math.min(output, careful.typicalOutput()),
                        images.has("low") ? images.whole("low") : careful.imageTokensLow(),
                        images.has("high") ? images.whole("high") : careful.imageTokensHigh()));
    }

    private List<LongContext> longContext() {
        List<LongContext> levels = new ArrayList<>();
        for (Node node : card.items("long_context")) {
            YamlFields level = new YamlFields(card.file(), node, LEVEL);
            Map<String, Map<UnitClass, Rate>> tiers = new LinkedHashMap<>();
            if (level.has("service_tiers")) {
                YamlFields named = new YamlFields(card.file(), level.node("service_tiers"));
                for (String name : named.names()) {
                    tiers.put(name, rates.rates(new YamlFields(card.file(), named.node(name), RatesReader.MEASURES)));
                }
            }
            Map<UnitClass, Rate> above = rates.rates(level);
            long threshold = level.whole("above_prompt_tokens");
            levels.add(RatesReader.checked(level, () -> new LongContext(threshold, above, tiers)));
        }
        return levels;
    }

    private Map<String, ServiceTier> tiers() {
        Map<String, ServiceTier> tiers = new LinkedHashMap<>();
        if (card.has("service_tiers")) {
            YamlFields named = new YamlFields(card.file(), card.node("service_tiers"));
            for (String name : named.names()) {
                YamlFields tier = new YamlFields(card.file(), named.node(name), TIER);
                BigDecimal multiply = tier.has("multiply") ? tier.decimal("multiply") : null;
                Map<UnitClass, Rate> listed = rates.rates(tier);
                if (multiply == null && listed.isEmpty()) {
                    throw named.invalidField(name, name + ": nothing (expected: multiply or rates)");
                }
                tiers.put(name, RatesReader.checked(tier, () -> new ServiceTier(multiply, listed)));
            }
        }
        return tiers;
    }

    private Map<String, BigDecimal> regions() {
        Map<String, BigDecimal> regions = new LinkedHashMap<>();
        if (card.has("region_multipliers")) {
            YamlFields named = new YamlFields(card.file(), card.node("region_multipliers"));
            for (String name : named.names()) {
                regions.put(name, named.decimal(name));
            }
        }
        return regions;
    }

    private @Nullable OffPeak offPeak() {
        if (!card.has("off_peak")) {
            return null;
        }
        YamlFields hours =
                new YamlFields(card.file(), card.node("off_peak"), List.of("from_utc", "until_utc", "multiply"));
        return RatesReader.checked(
                hours, () -> new OffPeak(time(hours, "from_utc"), time(hours, "until_utc"), hours.decimal("multiply")));
    }

    private static LocalTime time(YamlFields hours, String name) {
        try {
            return LocalTime.parse(hours.text(name));
        } catch (DateTimeParseException wrong) {
            InvalidRateCard invalid =
                    hours.invalidField(name, name + ": '" + hours.text(name) + "' (expected: a time, \"16:30\")");
            invalid.initCause(wrong);
            throw invalid;
        }
    }

    private List<Graduated> graduated() {
        List<Graduated> steps = new ArrayList<>();
        for (Node node : card.items("graduated")) {
            YamlFields step = new YamlFields(card.file(), node, GRADUATED);
            UnitClass unit = RatesReader.unit(step, "unit", step.text("unit"));
            List<Per> measures =
                    Stream.of(Per.values()).filter(per -> step.has(per.key())).toList();
            if (measures.size() != 1) {
                throw step.invalid("graduated: " + measures.size() + " rates (expected: one of "
                        + String.join(", ", RatesReader.MEASURES) + ")");
            }
            Per per = measures.getFirst();
            Rate rate = rates.rate(step, per.key(), unit, per);
            BigDecimal above = step.decimal("above");
            steps.add(RatesReader.checked(step, () -> new Graduated(unit, above, rate)));
        }
        return steps;
    }

    private Map<UnitClass, Provenance> sources() {
        Map<UnitClass, Provenance> sources = new EnumMap<>(UnitClass.class);
        if (card.has("sources")) {
            YamlFields named = new YamlFields(card.file(), card.node("sources"), RatesReader.CLASSES);
            for (String name : named.names()) {
                YamlFields one = new YamlFields(card.file(), named.node(name), List.of("source", "seen", "via"));
                YamlFields defaults = card.has("source") && card.has("seen") ? card : file;
                sources.put(RatesReader.unit(named, name, name), provenance(one, defaults));
            }
        }
        return sources;
    }
}
