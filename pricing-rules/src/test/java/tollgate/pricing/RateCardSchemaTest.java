package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The schema that editors check rate cards by says what the reader does. */
final class RateCardSchemaTest {
    private static final String TEXT = resource("rate-card.schema.json");
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(TEXT, InputFormat.JSON);
    private static final JsonNode TREE = JsonMapper.builder().build().readTree(TEXT);

    private static final String CARD = """
            provider: example
            source: https://example.com/pricing
            seen: 2026-08-01
            models:
              - model: big-2
                aliases: [big-2-latest]
                limits: { context: 400000, max_output_tokens: 64000, visible_output: false, typical_output: 800 }
                usd_per_million: { input: "2.00", cached_input: 0.20, output: "8.00" }
                usd_per_hour: { audio_second: "0.36" }
                long_context:
                  - above_prompt_tokens: 200000
                    usd_per_million: { input: "4.00", output: "12.00" }
                service_tiers: { batch: { multiply: "0.5" } }
                variants:
                  - { when: { search_context: high }, usd_per_thousand: { web_search: "50.00" } }
            fees:
              - { models: ["big-*"], usd_each: { file_search: "0.01" }, note: by the call }
            markups:
              - { plan: gold, model: big-2, percent: "12.5", fixed_usd: "0.001", note: by hand }
            bundles:
              - { name: ten_million, plan: silver, model: "big-*", tokens: 1000000, per: month, note: by contract }
            """;

    static List<String> bundled() {
        return BuiltIn.FILES;
    }

    @ParameterizedTest
    @MethodSource("bundled")
    void every_card_that_comes_with_tollgate_has_the_form(String file) {
        assertThat(complaints(resource(file))).isEmpty();
    }

    @Test
    void the_example_has_the_form_and_can_be_read() {
        assertThat(complaints(CARD)).isEmpty();
        assertThat(RateCardFile.read("card.yaml", CARD).cards()).hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a key that nobody knows          | provider: example    | provider: example\\nversion: 2  | version",
                "a key of a model misspelt        | aliases:             | alias:                          | alias",
                "a price below nothing            | '\"2.00\"'           | '\"-2.00\"'                     | /input",
                "a price in exponent notation     | '\"2.00\"'           | '\"2e-06\"'                     | /input",
                "a price with a currency          | '\"2.00\"'           | '\"$2.00\"'                     | /input",
                "a price with nineteen decimals  | '\"2.00\"'           | '\"0.0000000000000000001\"'              | /input",
                "a price that is a list           | '\"2.00\"'           | '[2]'                           | /input",
                "a class that nobody counts       | cached_input         | cached_inputs                   | cached_inputs",
                "tokens by the hour               | audio_second         | input                           | input",
                "a measure that there is not      | usd_per_hour         | usd_per_day                     | usd_per_day",
                "a day with slashes               | 2026-08-01           | 2026/08/01                      | /seen",
                "a day written otherwise          | 2026-08-01           | 1 August                        | /seen",
                "a threshold of nothing           | 'tokens: 200000'     | 'tokens: 0'                     | /above_prompt_tokens",
                "a threshold that is a word       | 'tokens: 200000'     | 'tokens: 200k'                  | /above_prompt_tokens",
                "a factor that is a word          | 'multiply: \"0.5\"'  | 'multiply: half'                | /multiply",
                "a tier of nothing                | '{ multiply: \"0.5\" }' | '{}'                         | /batch",
                "a condition that there is not    | search_context       | searches                        | searches",
                "a variant without a rate         | ', usd_per_thousand: { web_search: \"50.00\" }' | ''   | /variants/0",
                "a truth that is a word           | 'output: false'      | 'output: perhaps'               | /visible_output",
                "a fee of a measure there is not  | usd_each             | usd_every                       | usd_every",
                "a markup of a plan misspelt      | 'plan: gold'         | 'plane: gold'                   | plane",
                "a markup for everybody           | 'plan: gold, model: big-2, ' | ''                      | /markups/0",
                "a markup of nothing              | ', percent: \"12.5\", fixed_usd: \"0.001\"' | ''    | /markups/0",
                "a markup below nothing           | '\"12.5\"'           | '\"-5\"'                        | /percent",
                "quotas, which nothing counts     | markups:             | free_quotas:                    | free_quotas",
                "a bundle of requests             | 'tokens: 1000000'    | 'requests: 1000000'             | requests",
                "a bundle of a fraction           | 'tokens: 1000000'    | 'tokens: 0.5'                   | /tokens",
                "a bundle of less than nothing    | 'tokens: 1000000'    | 'tokens: -1'                    | /tokens",
                "a bundle of a year               | 'per: month'         | 'per: year'                     | /per",
                "a bundle without a name          | 'name: ten_million, '| ''                             | /bundles/0",
                "a bundle that cannot be counted  | ten_million          | ten.million                     | /name",
                "a bundle of a plan misspelt      | 'plan: silver'       | 'plane: silver'                 | plane",
                "a model without a name           | 'model: big-2'       | 'note: big-2'                   | model",
            })
    void a_file_is_marked_in_an_editor_and_refused_by_the_reader_for(
            String story, String written, String instead, String where) {
        String wrong = CARD.replaceFirst(
                java.util.regex.Pattern.quote(written),
                java.util.regex.Matcher.quoteReplacement(
                        Objects.requireNonNullElse(instead, "").replace("\\n", "\n")));
        assertThat(wrong).as(story).isNotEqualTo(CARD);
        assertThat(complaints(wrong))
                .anySatisfy(complaint -> assertThat(complaint).contains(where));
        assertThatThrownBy(() -> RateCardFile.read("card.yaml", wrong))
                .isInstanceOf(InvalidRateCard.class)
                .hasMessageContaining("card.yaml:");
    }

    @Test
    void the_schema_knows_the_classes_measures_and_conditions_that_the_reader_knows() {
        JsonNode definitions = TREE.path("$defs");
        assertThat(strings(definitions.path("unit").path("enum")))
                .containsExactlyInAnyOrderElementsOf(RatesReader.CLASSES);
        assertThat(definitions.path("tier").path("properties").propertyNames()).containsAll(RatesReader.MEASURES);
        assertThat(definitions.path("when").path("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Attribute.values())
                        .map(Attribute::wireName)
                        .toList());
        assertThat(definitions.path("model").path("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(CardReader.MODEL);
        assertThat(definitions.path("fee").path("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(RateCardFile.FEE);
        assertThat(definitions.path("markup").path("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(MarkupReader.MARKUP);
        assertThat(definitions.path("bundle").path("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(BundleReader.BUNDLE);
        assertThat(TREE.path("properties").propertyNames()).containsExactlyInAnyOrderElementsOf(RateCardFile.FILE);
    }

    private static List<String> complaints(String yaml) {
        return SCHEMA.validate(yaml, InputFormat.YAML).stream()
                .map(Error::toString)
                .toList();
    }

    private static List<String> strings(JsonNode list) {
        return list.valueStream().map(JsonNode::stringValue).toList();
    }

    private static String resource(String name) {
        try (InputStream stream = Objects.requireNonNull(RateCardFile.class.getResourceAsStream(name), name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }
}
