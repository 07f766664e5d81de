package tollgate.pricing.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.pricing.Attribute;
import tollgate.pricing.Markup;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Rate;
import tollgate.pricing.RateBook;
import tollgate.pricing.RateCard;
import tollgate.pricing.RateCardFile;
import tollgate.pricing.Resolution;
import tollgate.pricing.Terms;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usage;
import tollgate.pricing.Usd;

final class CatalogueImportTest {
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");

    private static final Map<String, UnitClass> CLASSES = Map.of(
            "input_cost_per_token", UnitClass.INPUT,
            "output_cost_per_token", UnitClass.OUTPUT,
            "cache_read_input_token_cost", UnitClass.CACHED_INPUT,
            "cache_creation_input_token_cost", UnitClass.CACHE_WRITE_5M,
            "cache_creation_input_token_cost_above_1hr", UnitClass.CACHE_WRITE_1H,
            "input_cost_per_audio_token", UnitClass.AUDIO_INPUT,
            "output_cost_per_audio_token", UnitClass.AUDIO_OUTPUT,
            "output_cost_per_reasoning_token", UnitClass.REASONING_OUTPUT,
            "output_cost_per_image_token", UnitClass.IMAGE_OUTPUT);

    @Test
    void a_model_of_litellm_keeps_its_key_and_its_figures() {
        RateCard card = card("""
                {"gpt-9": {
                  "litellm_provider": "openai", "mode": "chat", "max_input_tokens": 272000, "max_output_tokens": 128000,
                  "input_cost_per_token": 1.25e-06, "cache_read_input_token_cost": 1.25e-07, "output_cost_per_token": 1e-05,
                  "cache_creation_input_token_cost": 1.5625e-06, "cache_creation_input_token_cost_above_1hr": 2.5e-06,
                  "input_cost_per_token_above_272k_tokens": 2.5e-06, "output_cost_per_token_above_272k_tokens": 1.5e-05,
                  "input_cost_per_token_flex": 6.25e-07, "output_cost_per_token_flex": 5e-06,
                  "input_cost_per_token_batches": 6.25e-07, "output_cost_per_token_batches": 5e-06,
                  "input_cost_per_token_priority": 2.5e-06, "output_cost_per_token_priority": 2e-05,
                  "input_cost_per_token_above_272k_tokens_priority": 5e-06,
                  "output_cost_per_token_above_272k_tokens_priority": 3e-05,
                  "regional_processing_uplift_multiplier_eu": 1.1, "supports_vision": true
                }}
                """);
        assertThat(card.provider()).isEqualTo("openai");
        assertThat(card.limits().maxOutputTokens()).isEqualTo(128_000);
        assertThat(card.rates())
                .containsOnly(
                        Map.entry(UnitClass.INPUT, Rate.perMillion("1.25")),
                        Map.entry(UnitClass.CACHED_INPUT, Rate.perMillion("0.125")),
                        Map.entry(UnitClass.CACHE_WRITE, Rate.perMillion("1.5625")),
                        Map.entry(UnitClass.CACHE_WRITE_1H, Rate.perMillion("2.5")),
                        Map.entry(UnitClass.OUTPUT, Rate.perMillion("10")));
        assertThat(card.longContext()).singleElement().satisfies(level -> {
            assertThat(level.abovePromptTokens()).isEqualTo(272_000);
            assertThat(level.rates()).containsEntry(UnitClass.INPUT, Rate.perMillion("2.5"));
            assertThat(level.tiers().get("priority")).containsEntry(UnitClass.OUTPUT, Rate.perMillion("30"));
        });
        assertThat(card.tiers()).containsOnlyKeys("batch", "flex", "priority");
        assertThat(card.regions()).containsOnlyKeys("eu");
    }

    @Test
    void an_explicit_zero_is_a_price_and_a_null_is_none() {
        RateCard card = card("""
                {"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06,
                       "cache_creation_input_token_cost": 0.0, "cache_read_input_token_cost": null}}
                """);
        assertThat(card.rates())
                .containsEntry(UnitClass.CACHE_WRITE, Rate.perMillion("0"))
                .doesNotContainKey(UnitClass.CACHED_INPUT);
        ModelRates rates = new ModelRates(card);
        assertThat(charge(rates, Usage.builder().set(UnitClass.CACHE_WRITE, 1_000), Terms.STANDARD))
                .isEqualTo(Usd.ZERO);
        assertThat(charge(rates, Usage.builder().set(UnitClass.CACHED_INPUT, 1_000), Terms.STANDARD))
                .isEqualTo(Usd.parse("0.001"));
        assertThat(read(
                                CatalogueFormat.LITELLM,
                                "{\"free\": {\"input_cost_per_token\": 0, \"output_cost_per_token\": 0}}")
                        .yaml())
                .contains("    free: true\n");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "sound by the second     | {\"mode\":\"audio_transcription\",\"input_cost_per_second\":0.0001,\"output_cost_per_second\":0.0001} | AUDIO_SECOND | 60 | 0.006",
                "sound priced as output  | {\"mode\":\"audio_transcription\",\"input_cost_per_second\":0.0,\"output_cost_per_second\":0.0001} | AUDIO_SECOND | 60 | 0.006",
                "an endless fraction     | {\"mode\":\"audio_transcription\",\"input_cost_per_second\":0.0002833333333333333} | AUDIO_SECOND | 3600 | 1.02",
                "characters              | {\"mode\":\"audio_speech\",\"input_cost_per_character\":1.5e-05} | CHARACTER | 100 | 0.0015",
                "a picture made          | {\"mode\":\"image_generation\",\"output_cost_per_image\":0.04} | IMAGE | 3 | 0.12",
                "a picture made, as input| {\"mode\":\"image_generation\",\"input_cost_per_image\":0.04} | IMAGE | 3 | 0.12",
                "a picture read          | {\"mode\":\"embedding\",\"input_cost_per_token\":1e-07,\"input_cost_per_image\":0.0001} | INPUT_IMAGE | 2 | 0.0002",
                "a picture as tokens     | {\"mode\":\"realtime\",\"input_cost_per_token\":4e-06,\"output_cost_per_token\":1.6e-05,\"input_cost_per_image\":5e-06} | IMAGE_INPUT | 1000 | 0.005",
                "cached sound elsewhere  | {\"mode\":\"realtime\",\"input_cost_per_token\":4e-06,\"output_cost_per_token\":1.6e-05,\"cache_creation_input_audio_token_cost\":4e-07} | CACHED_AUDIO_INPUT | 1000 | 0.0004",
                "a search of documents   | {\"mode\":\"rerank\",\"input_cost_per_query\":0.002,\"input_cost_per_token\":0.0,\"output_cost_per_token\":0.0} | SEARCH_QUERY | 5 | 0.01",
                "pages                   | {\"mode\":\"ocr\",\"ocr_cost_per_page\":0.001} | PAGE | 7 | 0.007",
                "video                   | {\"mode\":\"video_generation\",\"output_cost_per_second\":0.35} | VIDEO_SECOND | 8 | 2.80",
                "a web search            | {\"input_cost_per_token\":1e-06,\"output_cost_per_token\":1e-06,\"search_context_cost_per_query\":{\"search_context_size_low\":0.01,\"search_context_size_medium\":0.01,\"search_context_size_high\":0.01}} | WEB_SEARCH | 2 | 0.02",
                "a search per request    | {\"litellm_provider\":\"perplexity\",\"input_cost_per_token\":1e-06,\"output_cost_per_token\":1e-06,\"search_context_cost_per_query\":{\"search_context_size_low\":0.005,\"search_context_size_medium\":0.008,\"search_context_size_high\":0.012}} | REQUEST | 1 | 0.005",
                "a grounded prompt       | {\"litellm_provider\":\"gemini\",\"input_cost_per_token\":1e-06,\"output_cost_per_token\":1e-06,\"search_context_cost_per_query\":{\"search_context_size_medium\":0.035}} | GROUNDED_PROMPT | 1 | 0.035",
                "a cache hit of DeepSeek | {\"input_cost_per_token\":1.4e-07,\"output_cost_per_token\":2.8e-07,\"input_cost_per_token_cache_hit\":2.8e-09} | CACHED_INPUT | 1000000 | 0.0028",
            })
    void a_field_of_litellm_is_of_a_class(String story, String entry, String unit, long units, String usd) {
        RateCard card = card("{\"m\": " + entry + "}");
        assertThat(charge(new ModelRates(card), Usage.builder().set(UnitClass.valueOf(unit), units), Terms.STANDARD))
                .as(story)
                .isEqualTo(Usd.parse(usd));
    }

    @Test
    void rates_a_pixel_become_rates_a_picture_of_the_size_in_the_key_and_of_its_model() {
        CatalogueImport read = read(CatalogueFormat.LITELLM, """
                {"dall-e-3": {"mode": "image_generation", "input_cost_per_image": 0.04},
                 "hd/1024-x-1792/dall-e-3": {"mode": "image_generation", "input_cost_per_pixel": 6.539e-08,
                                             "output_cost_per_pixel": 0.0}}
                """);
        RateBook book = RateBook.of(RateCardFile.read("rates.yaml", read.yaml()).cards());
        Terms hd = Terms.STANDARD.with(Attribute.SIZE, "1024x1792").with(Attribute.QUALITY, "hd");
        Usage.Builder two = Usage.builder().set(UnitClass.IMAGE, 2);
        assertThat(charge(rates(book, "dall-e-3"), two, hd)).isEqualTo(Usd.parse("0.239982347"));
        assertThat(charge(rates(book, "hd/1024-x-1792/dall-e-3"), two, Terms.STANDARD))
                .isEqualTo(Usd.parse("0.239982347"));
        assertThat(charge(rates(book, "dall-e-3"), two, Terms.STANDARD)).isEqualTo(Usd.parse("0.08"));
        assertThat(read.notExpressed())
                .singleElement()
                .satisfies(said -> assertThat(said.reason()).contains("0.11999117312"));
        assertThat(read.yaml()).contains("not list prices");
    }

    @Test
    void ranges_of_prompts_move_the_whole_request() {
        RateCard card = card("""
                {"q": {"tiered_pricing": [
                  {"range": [0, 256000.0], "input_cost_per_token": 4e-07, "output_cost_per_token": 2.4e-06},
                  {"range": [256000.0, 1000000.0], "input_cost_per_token": 5e-07, "output_cost_per_token": 3e-06}]}}
                """);
        ModelRates rates = new ModelRates(card);
        assertThat(charge(rates, Usage.builder().set(UnitClass.INPUT, 256_000), Terms.STANDARD))
                .isEqualTo(Usd.parse("0.1024"));
        assertThat(charge(rates, Usage.builder().set(UnitClass.INPUT, 256_001), Terms.STANDARD))
                .isEqualTo(Usd.parse("0.1280005"));
    }

    @Test
    void speeds_and_places_are_factors() {
        RateCard card = card("""
                {"c": {"input_cost_per_token": 5e-06, "output_cost_per_token": 2.5e-05,
                       "provider_specific_entry": {"us": 1.1, "fast": 6.0, "schema": "x"}}}
                """);
        assertThat(charge(
                        new ModelRates(card),
                        Usage.builder().set(UnitClass.INPUT, 1_000),
                        Terms.STANDARD.tier("fast").region("us")))
                .isEqualTo(Usd.parse("0.033"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "units that are no dollars | \"input_dbu_cost_per_token\": 1e-05 | Databricks",
                "characters answered       | \"output_cost_per_character\": 1e-06 | no class",
                "pieces of long prompts    | \"input_cost_per_character_above_128k_tokens\": 1e-06 | only tokens",
                "text for a number         | \"cache_read_input_token_cost\": \"1e-07\" | expected a number",
                "a negative price          | \"cache_read_input_token_cost\": -1e-07 | not negative",
                "not a number              | \"cache_read_input_token_cost\": NaN | expected a number",
                "a price of credits        | \"ocr_cost_per_credit\": 0.015 | no class",
            })
    void what_no_card_can_say_is_reported_with_its_line(String story, String field, String reason) {
        CatalogueImport read = read(
                CatalogueFormat.LITELLM,
                "{\"m\": {\"input_cost_per_token\": 1e-06, \"output_cost_per_token\": 2e-06,\n" + field + "}}");
        assertThat(read.cards()).isEqualTo(1);
        assertThat(read.notExpressed()).as(story).singleElement().satisfies(said -> {
            assertThat(said.key()).isEqualTo("m");
            assertThat(said.line()).isEqualTo(2);
            assertThat(said.reason()).contains(reason);
            assertThat(said.imported()).isTrue();
        });
    }

    @Test
    void a_tier_of_long_prompts_alone_is_reported() {
        CatalogueImport read = read(CatalogueFormat.LITELLM, """
                {"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06,
                       "input_cost_per_token_above_200k_tokens": 2e-06, "input_cost_per_token_above_200k_tokens_flex": 1e-06}}
                """);
        assertThat(RateCardFile.read("rates.yaml", read.yaml()).cards()).hasSize(1);
        assertThat(read.notExpressed())
                .singleElement()
                .satisfies(said -> assertThat(said.reason())
                        .isEqualTo("flex above 200000 tokens: the model has no such tier for shorter prompts"));
    }

    @Test
    void an_entry_without_a_usable_price_is_reported_as_a_whole() {
        CatalogueImport read = read(CatalogueFormat.LITELLM, """
                {"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},
                 "sample_spec": {"input_cost_per_token": 0.0},
                 "bare": {"mode": "chat"},
                 "slip": {"input_cost_per_token": 0.055, "output_cost_per_token": 0.2},
                 "rented": {"mode": "chat", "input_cost_per_second": 0.011, "output_cost_per_second": 0.011},
                 "negative": {"input_cost_per_token": -1e-06, "output_cost_per_token": 2e-06},
                 "nan": {"input_cost_per_token": NaN, "output_cost_per_token": 2e-06},
                 "null": {"input_cost_per_token": null, "output_cost_per_token": 2e-06},
                 "answers": {"output_cost_per_token": 2e-06},
                 "odd": 3}
                """);
        assertThat(read.cards()).isEqualTo(1);
        assertThat(read.missing()).isEqualTo(9);
        assertThat(read.notExpressed().stream()
                        .filter(said -> said.field().isEmpty())
                        .map(NotExpressed::key))
                .containsExactly("sample_spec", "bare", "slip", "rented", "negative", "nan", "null", "answers", "odd");
        assertThat(read(CatalogueFormat.MODELS_DEV, """
                        {"p": {"fair": {"cost": {"input": 2, "output": 3}}, "negative": {"cost": {"input": -2, "output": 3}},
                               "answers": {"cost": {"output": 3}}}}
                        """).cards()).isEqualTo(1);
    }

    @Test
    void what_a_card_refuses_leaves_the_others_alone() {
        CatalogueImport read = read(CatalogueFormat.MODELS_DEV, """
                {"p": {"dear": {"cost": {"input": 20000, "output": 30000}},
                       "fair": {"cost": {"input": 2, "output": 3}},
                       "": {"cost": {"input": 2, "output": 3}}}}
                """);
        assertThat(RateCardFile.read("rates.yaml", read.yaml()).cards())
                .extracting(RateCard::model)
                .containsExactly("fair");
        assertThat(read.notExpressed()).extracting(NotExpressed::key).containsExactly("p/dear", "p/");
        assertThat(read.notExpressed().getFirst().reason()).contains("20000");
        assertThat(read.missing()).isEqualTo(2);
    }

    @Test
    void models_dev_keeps_names_apart_by_provider() {
        CatalogueImport read = read(CatalogueFormat.MODELS_DEV, """
                {"openai": {"gpt-9": {"cost": {"input": 2.5, "output": 15.0, "cache_read": 0.25,
                   "tiers": [{"tier": {"type": "context", "size": 272000}, "input": 5.0, "output": 22.5}]},
                   "limit": {"context": 1050000, "output": 128000}}, "bare": {"limit": {"context": 1}}},
                 "azure": {"gpt-9": {"cost": {"input": 2.75, "output": 16.5}}},
                 "openrouter": {"openai/gpt-9": {"cost": {"input": 3, "output": 16}}}}
                """);
        RateBook book = RateBook.of(RateCardFile.read("rates.yaml", read.yaml()).cards());
        Usage.Builder million = Usage.builder().set(UnitClass.INPUT, 100_000);
        assertThat(charge(rates(book, "gpt-9"), million, Terms.STANDARD)).isEqualTo(Usd.parse("0.25"));
        assertThat(charge(rates(book, "openai/gpt-9"), million, Terms.STANDARD)).isEqualTo(Usd.parse("0.25"));
        assertThat(charge(rates(book, "azure/gpt-9"), million, Terms.STANDARD)).isEqualTo(Usd.parse("0.275"));
        assertThat(charge(rates(book, "openrouter/openai/gpt-9"), million, Terms.STANDARD))
                .isEqualTo(Usd.parse("0.30"));
        assertThat(charge(rates(book, "gpt-9"), Usage.builder().set(UnitClass.INPUT, 272_001), Terms.STANDARD))
                .isEqualTo(Usd.parse("1.360005"));
        assertThat(read.notExpressed())
                .singleElement()
                .satisfies(said -> assertThat(said.key()).isEqualTo("openai/bare"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'[1, 2]'                                          | catalogue.json: expected a JSON object",
                "'{\"m\": {\"input_cost_per_token\": 1e-06'        | catalogue.json:1: not JSON",
                "'{\"m\": {}, \"m\": {}}'                          | catalogue.json:1: 'm' is given twice",
                "'{\"m\": {\"mode\": \"chat\"}}'                   | catalogue.json:1: no model with a price (expected: a catalogue of litellm); m: no price",
                "''                                                | catalogue.json: expected a JSON object"
            })
    void a_text_that_is_no_catalogue_is_refused_with_its_line(String text, String message) {
        assertThatThrownBy(() -> read(CatalogueFormat.LITELLM, text))
                .isInstanceOf(InvalidCatalogue.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void brackets_without_end_are_refused() {
        String deep = "{\"m\": " + "[".repeat(200_000) + "]".repeat(200_000) + "}";
        assertThatThrownBy(() -> read(CatalogueFormat.LITELLM, deep))
                .isInstanceOf(InvalidCatalogue.class)
                .hasMessageStartingWith("catalogue.json:1: not JSON: nested too deeply");
    }

    @Test
    void tabs_a_byte_order_mark_and_line_ends_of_windows_are_white_space() {
        String plain = """
                {
                \t"m": {
                \t\t"input_cost_per_token":\t1e-06,
                \t\t"output_cost_per_token": 2e-06
                \t}
                }
                """;
        String text = "\uFEFF" + plain.replace("\n", "\r\n");
        assertThat(read(CatalogueFormat.LITELLM, text).cards()).isEqualTo(1);
    }

    @Test
    void names_with_quotes_stay_names() {
        String yaml = read(
                        CatalogueFormat.LITELLM,
                        "{\"a \\\"b\\\" \\\\ c d: #e\": {\"input_cost_per_token\": 1e-06, \"output_cost_per_token\": 1e-06}}")
                .yaml();
        assertThat(RateCardFile.read("rates.yaml", yaml).cards())
                .extracting(RateCard::model)
                .containsExactly("a \"b\" \\ c d: #e");
    }

    @Test
    void a_name_that_a_terminal_would_obey_is_told_of_and_has_no_card() {
        CatalogueImport read = read(
                CatalogueFormat.LITELLM,
                "{\"good\": {\"input_cost_per_token\": 1e-06, \"output_cost_per_token\": 1e-06},"
                        + " \"a\\u001b[31m\": {\"input_cost_per_token\": 1e-06, \"output_cost_per_token\": 1e-06}}");
        assertThat(read.cards()).isEqualTo(1);
        assertThat(read.notExpressed())
                .singleElement()
                .satisfies(each -> assertThat(each.reason())
                        .contains("model: 'a\\u001B[31m' (expected: at most 200 characters, all of them printable)"));
    }

    @Test
    void every_entry_of_the_real_litellm_catalogue_has_a_card_or_a_reason() {
        CatalogueImport read = read(CatalogueFormat.LITELLM, SharedCatalogue.text("litellm_prices.json"));
        List<RateCard> cards = RateCardFile.read("rates.yaml", read.yaml()).cards();
        RateBook book = RateBook.of(cards);
        assertThat(cards).hasSize(read.cards());
        assertThat(read.cards() + read.missing()).isEqualTo(2_986);
        assertThat(read.cards()).isEqualTo(2_844); // as docs/rate-cards.md says
        assertThat(cards).allSatisfy(card -> {
            ModelRates rates = rates(book, card.model());
            assertThat(rates.card()).isEqualTo(card);
            Usage.Builder one = Usage.builder();
            card.rates().keySet().forEach(unit -> one.set(unit, 1));
            assertThat(charge(rates, one, Terms.STANDARD).nano()).isNotNegative();
        });
    }

    /** The expected amounts are reckoned from the catalogue's own fields here, by themselves. */
    @Test
    void every_token_price_of_the_real_litellm_catalogue_is_charged_to_the_nano() {
        String text = SharedCatalogue.text("litellm_prices.json");
        JsonFields catalogue = JsonFields.parse("litellm_prices.json", text);
        RateBook book = RateBook.of(RateCardFile.read(
                        "rates.yaml", read(CatalogueFormat.LITELLM, text).yaml())
                .cards());
        int charged = 0;
        for (String key : catalogue.names()) {
            if (!(book.resolve(key, NOW) instanceof Resolution.Priced priced)) {
                continue;
            }
            JsonFields entry = catalogue.object(key).orElseThrow();
            for (String name : entry.names()) {
                LiteLlmField field = LiteLlmField.of(name);
                UnitClass unit = CLASSES.get(field.stem());
                BigDecimal usd = entry.number(name);
                if (unit != null && usd != null && !entry.has("tiered_pricing")) {
                    long tokens = field.abovePromptTokens() + 7_001;
                    Usage.Builder usage = Usage.builder().set(unit, tokens);
                    BigDecimal expected = usd.multiply(BigDecimal.valueOf(tokens));
                    if (field.abovePromptTokens() > 0 && !unit.isInputToken()) {
                        BigDecimal input = entry.number(name.replace(field.stem(), "input_cost_per_token"));
                        usage.set(UnitClass.INPUT, tokens);
                        expected = expected.add(Objects.requireNonNull(input).multiply(BigDecimal.valueOf(tokens)));
                    }
                    assertThat(charge(priced.rates(), usage, Terms.STANDARD.tier(field.tier()))
                                    .nano())
                            .as(key + " " + name)
                            .isEqualTo(expected.movePointRight(9)
                                    .setScale(0, RoundingMode.CEILING)
                                    .longValueExact());
                    charged++;
                }
            }
        }
        assertThat(charged).isGreaterThan(6_000);
    }

    @Test
    void every_entry_of_the_real_models_dev_catalogue_has_a_card_or_a_reason() {
        CatalogueImport read = read(CatalogueFormat.MODELS_DEV, SharedCatalogue.text("modelsdev_catalog.json"));
        assertThat(RateCardFile.read("rates.yaml", read.yaml()).cards()).hasSize(read.cards());
        assertThat(read.cards() + read.missing()).isEqualTo(885);
    }

    private static CatalogueImport read(CatalogueFormat format, String text) {
        return CatalogueImport.read(format, "catalogue.json", text, "2026-08-01");
    }

    private static RateCard card(String text) {
        return RateCardFile.read(
                        "rates.yaml", read(CatalogueFormat.LITELLM, text).yaml())
                .cards()
                .getFirst();
    }

    private static ModelRates rates(RateBook book, String model) {
        return ((Resolution.Priced) book.resolve(model, NOW)).rates();
    }

    private static Usd charge(ModelRates rates, Usage.Builder usage, Terms terms) {
        return rates.amount(usage.build(), terms, Markup.NONE);
    }
}
