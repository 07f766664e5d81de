package tollgate.pricing.catalogue;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One model of LiteLLM's price map: dollars for one unit, a field for each class, size of prompt and service tier.
 *
 * <p>What the fields mean: <a href="https://docs.litellm.ai/docs/provider_registration/add_model_pricing">LiteLLM</a>.
 */
final class LiteLlmEntry {
    /** Dollars: no card takes a dearer token. */
    private static final BigDecimal MOST_A_TOKEN = new BigDecimal("0.01");

    private static final List<String> SIZES = List.of("low", "medium", "high");

    private final String key;
    private final JsonFields entry;
    private final ImportReport report;
    private final CardDraft card;
    private boolean absurd;

    LiteLlmEntry(String key, JsonFields entry, ImportReport report) {
        this.key = key;
        this.entry = entry;
        this.report = report;
        this.card = new CardDraft(key, entry.line(), key);
    }

    /** The card of the entry; without rates where it has none that a card can say. */
    CardDraft card() {
        String mode = Optional.ofNullable(entry.text("mode")).orElse("");
        card.service = LiteLlmNames.SERVICES.getOrDefault(mode, "");
        card.provider = LiteLlmNames.provider(
                Optional.ofNullable(entry.text("litellm_provider")).orElse(""));
        card.source = Optional.ofNullable(entry.text("source")).orElse("");
        card.context = whole("max_input_tokens");
        card.maxOutputTokens = whole("max_output_tokens");
        for (String field : entry.names()) {
            if (LiteLlmField.speaksOfPrices(field) && !entry.written(field).equals("null")) {
                take(field, mode);
            }
        }
        if (absurd) {
            return new CardDraft(key, entry.line(), key);
        }
        return new Completion(card, report).complete() ? card : new CardDraft(key, entry.line(), key);
    }

    private void take(String field, String mode) {
        switch (field) {
            case "search_context_cost_per_query" -> takeSearches(field);
            case "tiered_pricing" -> takeSteps(field);
            case "provider_specific_entry" -> takeFactors(field);
            case "regional_processing_uplift_multiplier_eu" -> take(field, usd -> card.regions.put("eu", usd));
            case "regional_processing_uplift_multiplier_us" -> take(field, usd -> card.regions.put("us", usd));
            case "input_cost_per_token_cache_hit" -> takeSecond(field, "cached_input", "cache_read_input_token_cost");
            case "cache_creation_input_audio_token_cost" ->
                takeSecond(field, "cached_audio_input", "cache_read_input_audio_token_cost");
            case "input_cost_per_image" -> takePicture(field, mode);
            case "output_cost_per_image" -> take(field, usd -> card.base.usd.put("image", usd));
            case "input_cost_per_pixel", "output_cost_per_pixel" -> takePixel(field);
            case "input_cost_per_second", "output_cost_per_second" -> takeSecondOfTime(field, mode);
            case "output_cost_per_second_1080p" ->
                take(
                        field,
                        usd -> card.variants.add(
                                new CardDraft.Variant(Map.of("resolution", "1080p"), "video_second", usd)));
            default -> takePlain(field);
        }
    }

    private interface Taker {
        void take(BigDecimal usd);
    }

    private void take(String field, Taker taker) {
        BigDecimal usd = amount(entry, field);
        if (usd != null) {
            taker.take(usd);
        }
    }

    private void takePlain(String name) {
        LiteLlmField field = LiteLlmField.of(name);
        String token = LiteLlmNames.TOKENS.get(field.stem());
        String piece = LiteLlmNames.PIECES.get(field.stem());
        if (token != null) {
            take(
                    name,
                    usd -> card.rates(field.abovePromptTokens(), field.tier())
                            .usd
                            .put(token, usd));
        } else if (piece != null
                && field.abovePromptTokens() == 0
                && field.tier().isEmpty()) {
            take(name, usd -> card.base.usd.put(piece, usd));
        } else if (piece != null) {
            skip(name, "only tokens have rates of long prompts or tiers");
        } else if (name.contains("_dbu_")) {
            skip(name, "Databricks units are not dollars; the entry's dollars are taken");
        } else {
            skip(name, "no class of units for it");
        }
    }

    /** A second field for one class: it counts where the first is absent. */
    private void takeSecond(String field, String unit, String first) {
        take(field, usd -> {
            BigDecimal other = entry.number(first);
            if (other == null) {
                card.base.usd.put(unit, usd);
                report.as(key, entry, field, "taken as " + unit);
            } else if (other.compareTo(usd) != 0) {
                skip(field, first + " says otherwise and is taken");
            }
        });
    }

    private void takePicture(String field, String mode) {
        take(field, usd -> {
            BigDecimal token = entry.number("input_cost_per_token");
            boolean sameAsToken = usd.signum() > 0 && token != null && token.compareTo(usd) == 0;
            if (mode.equals("realtime") || sameAsToken) {
                card.base.usd.put("image_input", usd);
                report.as(key, entry, field, "taken as a rate of image_input tokens, which the figure is");
            } else if (mode.equals("image_generation") && !entry.has("output_cost_per_image")) {
                card.base.usd.put("image", usd);
            } else {
                card.base.usd.put("input_image", usd);
            }
        });
    }

    private void takePixel(String field) {
        take(field, usd -> {
            Optional<PictureKey> picture = PictureKey.of(key);
            if (usd.signum() == 0 && field.equals("output_cost_per_pixel") && entry.has("input_cost_per_pixel")) {
                return; // the input field has the price of the picture made
            }
            if (picture.isEmpty()) {
                card.base.usd.put("pixel", usd);
            } else if (entry.has("input_cost_per_image") || entry.has("output_cost_per_image")) {
                skip(field, "the same picture once more: its rate a picture is taken");
            } else {
                BigDecimal each = usd.multiply(picture.get().pixels());
                card.base.usd.put("image", each);
                String each9 = each.stripTrailingZeros().toPlainString();
                card.notes.add(
                        "the catalogue's " + usd.toPlainString() + " a pixel times its pixels, not a list price");
                report.as(key, entry, field, "taken as image: times the pixels of the key it is " + each9);
            }
        });
    }

    /** The same seconds of sound may be priced as input and as output: they are billed once. */
    private void takeSecondOfTime(String field, String mode) {
        take(field, usd -> {
            boolean output = field.equals("output_cost_per_second");
            switch (mode) {
                case "audio_transcription", "audio_speech" -> {
                    BigDecimal other = card.base.usd.get("audio_second");
                    if (other == null || other.signum() == 0) {
                        card.base.usd.put("audio_second", usd);
                    } else if (usd.signum() != 0) {
                        skip(field, "the same seconds once more: they are billed once");
                    }
                }
                case "video_generation" -> card.base.usd.put(output ? "video_second" : "video_input_second", usd);
                default -> skip(field, "time of a model that is rented: not a price of requests");
            }
        });
    }

    private void takeSearches(String field) {
        JsonFields sizes = entry.object(field).orElse(null);
        if (sizes == null) {
            skip(field, "expected an object of sizes");
            return;
        }
        String unit = searched();
        String usual = unit.equals("request") ? "low" : "medium";
        BigDecimal base = amount(sizes, "search_context_size_" + usual);
        if (base == null) {
            skip(field, "no rate for the usual size, " + usual);
            return;
        }
        card.base.usd.put(unit, base);
        for (String size : SIZES) {
            BigDecimal usd = amount(sizes, "search_context_size_" + size);
            if (usd != null && usd.compareTo(base) != 0) {
                card.variants.add(new CardDraft.Variant(Map.of("search_context", size), unit, usd));
            }
        }
    }

    /** Perplexity searches with every request; Gemini before 3 bills the prompt that searched, later ones the query. */
    private String searched() {
        boolean google = card.provider.equals("google");
        if (card.provider.equals("perplexity")) {
            return "request";
        }
        return google && !"per_query".equals(entry.text("web_search_billing_unit")) ? "grounded_prompt" : "web_search";
    }

    /** Ranges of prompt tokens, each with rates of its own: the whole request moves. */
    private void takeSteps(String field) {
        for (JsonFields step : entry.objects(field)) {
            List<BigDecimal> range = step.numbers("range");
            if (range.size() != 2) {
                skip(field, "its ranges are not of prompt tokens");
                return;
            }
            long above = range.getFirst().longValue();
            for (String name : step.names()) {
                String token = LiteLlmNames.TOKENS.get(name);
                BigDecimal usd = token == null ? null : amount(step, name);
                if (token != null && usd != null) {
                    card.rates(above).usd.put(token, usd);
                } else if (!name.equals("range")) {
                    report.skipped(key, step, name, "no class of units for it");
                }
            }
        }
    }

    private void takeFactors(String field) {
        JsonFields factors = entry.object(field).orElse(null);
        if (factors == null) {
            return;
        }
        for (String name : factors.names()) {
            BigDecimal factor = factors.number(name);
            if (factor == null) {
                continue; // a setting of the adapter, not a price
            }
            if (name.equals("fast")) {
                card.base.tier("fast").factor = factor;
            } else {
                card.regions.put(name, factor);
            }
        }
    }

    private @Nullable BigDecimal amount(JsonFields fields, String field) {
        BigDecimal usd = fields.number(field);
        if (usd == null) {
            report.skipped(key, fields, field, "expected a number");
        } else if (usd.signum() < 0) {
            report.skipped(key, fields, field, "a price is not negative");
            return null;
        } else if (field.contains("token") && usd.compareTo(MOST_A_TOKEN) > 0) {
            report.skipped(key, fields, field, "a token for more than a cent: a slip of per token and per million");
            absurd = true;
            return null;
        }
        return usd;
    }

    private long whole(String field) {
        BigDecimal number = entry.number(field);
        return number == null || number.signum() <= 0 || number.precision() - number.scale() > 9
                ? 0
                : number.longValue();
    }

    private void skip(String field, String reason) {
        report.skipped(key, entry, field, reason);
    }
}
