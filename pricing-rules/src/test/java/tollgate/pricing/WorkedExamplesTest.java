package tollgate.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Examples from the providers' price pages in their own units, each with its arithmetic. The arithmetic of a row is done
 * here by itself, in decimals, and must come to the row's dollars, and so must the cards that come with Tollgate.
 */
final class WorkedExamplesTest {
    /** provider/model, terms, usage = arithmetic = dollars. Terms: tier:x region:x size:x quality:x on:2026-07-01 … */
    private static final String EXAMPLES = """
            # text, the plain way
            openai/gpt-4o                 |                  | input=1200 output=250                          | 1200*2.50/M + 250*10/M                        | 0.0055
            openai/gpt-5-nano             |                  | input=7 output=1                               | 7*0.05/M + 1*0.40/M                           | 0.00000075
            openai/gpt-4o-mini            |                  | input=1000000 output=1000000                   | 0.15 + 0.60                                   | 0.75
            openai/o1-pro                 |                  | input=1000 output=1000                         | 1000*150/M + 1000*600/M                       | 0.75
            openai/gpt-5-pro              |                  | input=2000 output=8000                         | 2000*15/M + 8000*120/M                        | 0.99
            anthropic/claude-haiku-4-5    |                  | input=500 output=300                           | 500*1/M + 300*5/M                             | 0.002
            google/gemini-2.5-flash       |                  | input=10000 output=1000                        | 10000*0.30/M + 1000*2.50/M                    | 0.0055
            mistral/mistral-large-latest  |                  | input=3000 output=700                          | 3000*0.50/M + 700*1.50/M                      | 0.00255
            groq/llama-3.1-8b-instant     |                  | input=1000 output=1000                         | 1000*0.05/M + 1000*0.08/M                     | 0.00013
            cohere/command-r7b-12-2024    |                  | input=13 output=3                              | 13*0.0375/M + 3*0.15/M                        | 0.000000938
            bedrock/amazon.nova-micro-v1:0|                  | input=100 output=10                            | 100*0.035/M + 10*0.14/M                       | 0.0000049
            # reading from a cache
            openai/gpt-4o-2024-08-06      |                  | input=200 cached_input=1000 output=250         | 200*2.50/M + 1000*1.25/M + 250*10/M           | 0.00425
            openai/gpt-5                  |                  | input=1000 cached_input=9000 output=500        | 1000*1.25/M + 9000*0.125/M + 500*10/M         | 0.007375
            openai/gpt-5-nano             |                  | cached_input=1                                 | 1*0.005/M                                     | 0.000000005
            deepseek/deepseek-v4-pro      |                  | input=1000 cached_input=100000 output=1000     | 1000*0.435/M + 100000*0.003625/M + 1000*0.87/M| 0.0016675
            deepseek/deepseek-v4-flash    |                  | cache_write=5000 cached_input=1                | 5000*0/M + 1*0.0028/M                         | 0.000000003
            xai/grok-4.3                  |                  | input=100 cached_input=900 output=10           | 100*1.25/M + 900*0.20/M + 10*2.50/M           | 0.00033
            # writing to one: for five minutes, for an hour, for a while
            anthropic/claude-sonnet-4-5   |                  | input=10 cache_write_5m=2000 output=100        | 10*3/M + 2000*3.75/M + 100*15/M               | 0.00903
            anthropic/claude-sonnet-4-5   |                  | cache_write_5m=1000 cache_write_1h=500 cached_input=8000 | 1000*3.75/M + 500*6/M + 8000*0.30/M | 0.00915
            anthropic/claude-opus-4-8     |                  | cache_write_1h=188                             | 188*10/M                                      | 0.00188
            openai/gpt-5.6                |                  | cache_write=1000                               | 1000*6.25/M                                   | 0.00625
            bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0 | | cache_write_5m=1000 output=1            | 1000*1.375/M + 1*5.50/M                       | 0.0013805
            # long prompts move the whole request: 128k, 200k, 272k
            xai/grok-4-0709               |                  | input=128000 output=100                        | 128000*3/M + 100*15/M                         | 0.3855
            xai/grok-4-0709               |                  | input=128001 output=100                        | 128001*6/M + 100*30/M                         | 0.771006
            google/gemini-2.5-pro         |                  | input=200000 output=1000                       | 200000*1.25/M + 1000*10/M                     | 0.26
            google/gemini-2.5-pro         |                  | input=200001 output=1000                       | 200001*2.50/M + 1000*15/M                     | 0.5150025
            google/gemini-2.5-pro         |                  | input=50000 cached_input=160000 output=0       | 50000*2.50/M + 160000*0.25/M                  | 0.165
            anthropic/claude-sonnet-4-5   |                  | input=1 cached_input=200000 output=10          | 1*6/M + 200000*0.60/M + 10*22.50/M            | 0.120231
            openai/gpt-5.4                |                  | input=272000 output=1000                       | 272000*2.50/M + 1000*15/M                     | 0.695
            openai/gpt-5.4                |                  | input=272001 output=1000                       | 272001*5/M + 1000*22.50/M                     | 1.382505
            xai/grok-4.5                  |                  | input=250000 output=1000                       | 250000*4/M + 1000*12/M                        | 1.012
            # batches, flex, priority
            openai/gpt-4.1                | tier:batch       | input=100000 output=20000                      | (100000*2/M + 20000*8/M) / 2                  | 0.18
            openai/gpt-5                  | tier:flex        | input=1000 cached_input=1000 output=1000       | (1000*1.25/M + 1000*0.125/M + 1000*10/M) / 2  | 0.0056875
            openai/gpt-5                  | tier:priority    | input=1000 cached_input=1000 output=1000       | 1000*2.50/M + 1000*0.25/M + 1000*20/M         | 0.02275
            openai/gpt-5-mini             | tier:priority    | input=1000 output=1000                         | 1000*0.45/M + 1000*3.60/M                     | 0.00405
            openai/gpt-5.6                | tier:flex        | input=300000 output=1000                       | (300000*10/M + 1000*45/M) / 2                 | 1.5225
            anthropic/claude-opus-5       | tier:batch       | input=1000 output=1000                         | (1000*5/M + 1000*25/M) / 2                    | 0.015
            google/gemini-3.1-pro-preview | tier:batch       | input=1000 output=1000                         | (1000*2/M + 1000*12/M) / 2                    | 0.007
            google/gemini-3.1-pro-preview | tier:priority    | input=300000 output=100                        | 300000*7.20/M + 100*32.40/M                   | 2.16324
            groq/openai/gpt-oss-120b      | tier:batch       | input=1000 cached_input=1000 output=1000       | 1000*0.15/M/2 + 1000*0.075/M + 1000*0.60/M/2  | 0.00045
            mistral/mistral-small-latest  | tier:batch       | input=1000 output=1000                         | (1000*0.15/M + 1000*0.60/M) / 2               | 0.000375
            # places and speeds
            openai/gpt-5.4                | region:eu        | input=1000 output=1000                         | (1000*2.50/M + 1000*15/M) * 1.1               | 0.01925
            anthropic/claude-opus-4-6     | tier:fast        | input=1000 output=1000                         | (1000*5/M + 1000*25/M) * 6                    | 0.18
            anthropic/claude-opus-4-8     | tier:fast region:us | input=1000 output=1000 web_search=1         | (1000*5/M + 1000*25/M) * 2 * 1.1 + 0.01       | 0.076
            azure/gpt-4o                  | region:eu        | input=1000 cached_input=1000 output=1000       | (1000*2.50/M + 1000*1.25/M + 1000*10/M) * 1.1 | 0.015125
            bedrock/global.anthropic.claude-sonnet-4-6 |     | input=1000 output=1000                         | 1000*3/M + 1000*15/M                          | 0.018
            bedrock/eu.anthropic.claude-sonnet-4-6     |     | input=1000 output=1000                         | (1000*3/M + 1000*15/M) * 1.1                  | 0.0198
            # a price of its day
            anthropic/claude-sonnet-5     | on:2026-08-31    | input=1000 output=1000                         | 1000*2/M + 1000*10/M                          | 0.012
            anthropic/claude-sonnet-5     | on:2026-09-01    | input=1000 output=1000                         | 1000*3/M + 1000*15/M                          | 0.018
            anthropic/claude-opus-4-6     | on:2026-03-12    | input=200001 output=0                          | 200001*10/M                                   | 2.00001
            anthropic/claude-opus-4-6     | on:2026-03-13    | input=200001 output=0                          | 200001*5/M                                    | 1.000005
            # pictures: by size and quality, and in tokens
            openai/dall-e-3               | size:1024x1024 quality:standard | image=1                         | 1*0.040                                       | 0.04
            openai/dall-e-3               | size:1024x1792 quality:hd | image=2                               | 2*0.120                                       | 0.24
            openai/dall-e-2               | size:256x256     | image=5                                        | 5*0.016                                       | 0.08
            openai/gpt-image-1            | size:1024x1536 quality:medium | image=3                           | 3*0.063                                       | 0.189
            openai/gpt-image-1.5          |                  | input=50 image_input=1000 image_output=1056    | 50*5/M + 1000*8/M + 1056*32/M                 | 0.042042
            google/gemini-2.5-flash-image |                  | input=20 image_output=1290                     | 20*0.30/M + 1290*30/M                         | 0.038706
            google/imagen-4.0-ultra-generate-001 |           | image=4                                        | 4*0.06                                        | 0.24
            bedrock/amazon.titan-image-generator-v2:0 |      | image=3                                        | 3*0.008                                       | 0.024
            # sound: seconds, minutes, hours, characters, tokens
            openai/whisper-1              |                  | audio_second=37                                | 37*0.006/60                                   | 0.0037
            openai/gpt-realtime-whisper   |                  | audio_second=3600                              | 60*0.017                                      | 1.02
            groq/whisper-large-v3-turbo   |                  | audio_second=3600                              | 1*0.04                                        | 0.04
            groq/whisper-large-v3         |                  | audio_second=2                                 | 10*0.111/3600                                 | 0.000308334
            openai/tts-1-hd               |                  | character=1234                                 | 1234*30/M                                     | 0.03702
            openai/gpt-4o-mini-tts        |                  | input=40 output=1200                           | 40*0.60/M + 1200*12/M                         | 0.014424
            openai/gpt-4o-transcribe      |                  | audio_input=1000 output=200                    | 1000*6/M + 200*10/M                           | 0.008
            openai/gpt-audio              |                  | input=100 audio_input=500 output=50 audio_output=800 | 100*2.50/M + 500*32/M + 50*10/M + 800*64/M | 0.06795
            openai/gpt-realtime           |                  | audio_input=1000 cached_audio_input=1000 cached_image_input=100 audio_output=10 | 1000*32/M + 1000*0.40/M + 100*0.50/M + 10*64/M | 0.03309
            google/gemini-2.5-flash       |                  | audio_input=1000 cached_audio_input=1000       | 1000*1/M + 1000*0.10/M                        | 0.0011
            mistral/voxtral-small-2507    |                  | input=100 audio_second=90 output=10            | 100*0.10/M + 90*0.004/60 + 10*0.40/M          | 0.006014
            # video
            openai/sora-2                 |                  | video_second=8                                 | 8*0.10                                        | 0.80
            openai/sora-2-pro             | size:1792x1024   | video_second=12                                | 12*0.50                                       | 6.00
            google/veo-3.1-generate-preview |                | video_second=8                                 | 8*0.40                                        | 3.20
            google/veo-3.1-lite-generate-preview | resolution:1080p | video_second=6                          | 6*0.08                                        | 0.48
            xai/grok-imagine-video        |                  | video_second=5                                 | 5*0.05                                        | 0.25
            # embeddings
            openai/text-embedding-3-small |                  | input=7                                        | 7*0.02/M                                      | 0.00000014
            openai/text-embedding-3-large | tier:batch       | input=1000000                                  | 0.13 / 2                                      | 0.065
            cohere/embed-v4.0             |                  | input=3                                        | 3*0.12/M                                      | 0.00000036
            google/gemini-embedding-2     |                  | input=10 input_image=2 audio_second=1.5        | 10*0.20/M + 2*0.00012 + 1.5*0.00016           | 0.000482
            # fine-tuning: tokens trained on, hours trained, and the tuned model
            openai/gpt-4.1-mini           |                  | training_token=300000                          | 300000*5/M                                    | 1.50
            openai/gpt-4o-2024-08-06      |                  | training_token=1000000                         | 25                                            | 25.00
            openai/o4-mini                |                  | gpu_second=5400                                | 1.5*100                                       | 150.00
            openai/ft:gpt-4.1-2025-04-14  |                  | input=1000 cached_input=1000 output=1000       | 1000*3/M + 1000*0.75/M + 1000*12/M            | 0.01575
            # tools, grounding, pages, searches, storage
            anthropic/claude-sonnet-4-6   |                  | input=1000 output=100 web_search=3             | 1000*3/M + 100*15/M + 3*0.01                  | 0.0345
            openai/gpt-5                  |                  | web_search=2 file_search=4                     | 2*10/K + 4*2.50/K                             | 0.03
            openai/gpt-4.1                |                  | web_search=1                                   | 25/K                                          | 0.025
            openai/gpt-5.5                |                  | code_session=2                                 | 2*0.03                                        | 0.06
            openai/gpt-5.5                | kind:16g         | code_session=1                                 | 0.48                                          | 0.48
            openai/gpt-5.5                |                  | gb_day=2.5                                     | 2.5*0.10                                      | 0.25
            openai/gpt-4o-search-preview  |                  | request=1 input=100 output=100                 | 25/K + 100*2.50/M + 100*10/M                  | 0.02625
            xai/grok-4.3                  |                  | web_search=2                                   | 2*5/K                                         | 0.01
            google/gemini-2.5-flash       |                  | input=100 output=10 grounded_prompt=1          | 100*0.30/M + 10*2.50/M + 35/K                 | 0.035055
            google/gemini-3-flash-preview |                  | web_search=3                                   | 3*14/K                                        | 0.042
            google/gemini-2.5-pro         |                  | cache_token_hour=100000                        | 100000*4.50/M                                 | 0.45
            mistral/mistral-ocr-2512      |                  | page=7 annotated_page=2                        | 7*2/K + 2*3/K                                 | 0.02
            cohere/rerank-v3.5            |                  | search_query=5                                 | 5*2/K                                         | 0.01
            bedrock/amazon.rerank-v1:0    |                  | search_query=1                                 | 1/K                                           | 0.001
            """;

    private static final RateBook BOOK = RateBook.builtIn();

    record Example(String model, String terms, String usage, String arithmetic, String usd) {}

    static List<Arguments> examples() {
        List<Arguments> examples = new ArrayList<>();
        EXAMPLES.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            List<String> cells = Pattern.compile("\\|")
                    .splitAsStream(line)
                    .map(String::strip)
                    .toList();
            examples.add(
                    Arguments.of(new Example(cells.get(0), cells.get(1), cells.get(2), cells.get(3), cells.get(4))));
        });
        return examples;
    }

    @Test
    void there_are_at_least_sixty_over_every_provider() {
        assertThat(examples()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(BOOK.cards().stream().map(RateCard::provider).distinct())
                .allSatisfy(provider -> assertThat(EXAMPLES).contains("\n" + provider + "/"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void the_arithmetic_of_the_page_is_what_is_charged(Example example) {
        Usd expected = Usd.parse(example.usd());
        assertThat(Arithmetic.nanoUp(example.arithmetic()))
                .as(example.arithmetic())
                .isEqualTo(expected.nano());
        int slash = example.model().indexOf('/');
        Terms terms = terms(example.terms());
        ModelRates rates = ((Resolution.Priced) BOOK.resolve(
                        example.model().substring(0, slash), example.model().substring(slash + 1), terms.at()))
                .rates();
        Charge charge = rates.explain(usage(example.usage()), terms, Markup.NONE);
        assertThat(charge.charge()).isEqualTo(expected);
        assertThat(charge.sum()).isEqualByComparingTo(new BigDecimal(example.usd()));
        assertThat(charge.unpriced()).isFalse();
        assertThat(charge.assumed()).isFalse();
        assertThat(charge.lines())
                .allSatisfy(line -> assertThat(line.provenance().source()).startsWith("https://"));
    }

    private static Usage usage(String text) {
        Usage.Builder usage = Usage.builder();
        for (String each : text.split(" ", -1)) {
            int equals = each.indexOf('=');
            UnitClass unit = UnitClass.valueOf(each.substring(0, equals).toUpperCase(Locale.ROOT));
            usage.set(unit, new BigDecimal(each.substring(equals + 1)));
        }
        return usage.build();
    }

    private static Terms terms(String text) {
        Terms terms = Terms.STANDARD.at(Instant.parse("2026-11-25T12:00:00Z"));
        for (String each : text.isEmpty() ? List.<String>of() : List.of(text.split(" ", -1))) {
            String value = each.substring(each.indexOf(':') + 1);
            terms = switch (each.substring(0, each.indexOf(':'))) {
                case "tier" -> terms.tier(value);
                case "region" -> terms.region(value);
                case "on" -> terms.at(Instant.parse(value + "T00:00:00Z"));
                case String name -> terms.with(Attribute.valueOf(name.toUpperCase(Locale.ROOT)), value);
            };
        }
        return terms;
    }

    /** Sums, products and quotients of decimals, in which {@code /M} is of a million and {@code /K} of a thousand. */
    private static final class Arithmetic {
        private static final Pattern TOKEN = Pattern.compile("\\s*([-+*/()]|\\d+(?:\\.\\d+)?|M|K)");

        private final List<String> tokens = new ArrayList<>();
        private int at;

        private Arithmetic(String text) {
            Matcher token = TOKEN.matcher(text);
            while (token.lookingAt()) {
                tokens.add(token.group(1));
                token.region(token.end(), text.length());
            }
            assertThat(token.regionStart()).as(text).isEqualTo(text.length());
        }

        /** The result in nano-dollars, begun ones whole; exact, as a fraction over 9 × 10^24. */
        static long nanoUp(String text) {
            Arithmetic arithmetic = new Arithmetic(text);
            BigDecimal[] result = arithmetic.sum();
            assertThat(arithmetic.at).as(text).isEqualTo(arithmetic.tokens.size());
            return result[0]
                    .movePointRight(9)
                    .divide(result[1], 0, java.math.RoundingMode.CEILING)
                    .longValueExact();
        }

        private BigDecimal[] sum() {
            BigDecimal[] sum = product();
            while (next("+")) {
                BigDecimal[] more = product();
                sum = new BigDecimal[] {sum[0].multiply(more[1]).add(more[0].multiply(sum[1])), sum[1].multiply(more[1])
                };
            }
            return sum;
        }

        private BigDecimal[] product() {
            BigDecimal[] product = factor();
            while (true) {
                if (next("*")) {
                    BigDecimal[] more = factor();
                    product = new BigDecimal[] {product[0].multiply(more[0]), product[1].multiply(more[1])};
                } else if (next("/")) {
                    BigDecimal[] more = factor();
                    product = new BigDecimal[] {product[0].multiply(more[1]), product[1].multiply(more[0])};
                } else {
                    return product;
                }
            }
        }

        private BigDecimal[] factor() {
            if (next("(")) {
                BigDecimal[] inner = sum();
                assertThat(next(")")).isTrue();
                return inner;
            }
            String token = tokens.get(at++);
            BigDecimal value = switch (token) {
                case "M" -> BigDecimal.valueOf(1_000_000);
                case "K" -> BigDecimal.valueOf(1_000);
                default -> new BigDecimal(token);
            };
            return new BigDecimal[] {value, BigDecimal.ONE};
        }

        private boolean next(String token) {
            boolean there = at < tokens.size() && tokens.get(at).equals(token);
            at += there ? 1 : 0;
            return there;
        }
    }
}
