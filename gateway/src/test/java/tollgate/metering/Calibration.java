package tollgate.metering;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Dialect;
import tollgate.dialect.Recordings;
import tollgate.dialect.Recordings.Recording;
import tollgate.dialect.Service;
import tollgate.dialect.anthropic.AnthropicDialect;
import tollgate.dialect.bedrock.BedrockDialect;
import tollgate.dialect.gemini.GeminiDialect;
import tollgate.dialect.openai.OpenAiDialect;

/**
 * Makes the ratios of tokens to text from recorded answers: what our scanners count of each, beside what its provider
 * reports. Answers with reasoning are left out (nobody says how much of it was shown), and those of less text than frames it.
 * The ratios are those of answers without calls of tools; how far they miss answers with them is reckoned beside.
 */
final class Calibration {
    static final long LEAST_BYTES = 64;
    private static final long LEAST_TOKENS = 16;
    /** A family with fewer recordings has no row of its own. */
    private static final int LEAST_RECORDINGS = 4;

    private static final long MILLION = 1_000_000;

    /** Families, and how their models are called, in the order that they are looked for. */
    private static final Map<String, String> FAMILIES = families();

    private Calibration() {}

    private static Map<String, String> families() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("claude", "claude");
        names.put("gpt", "gpt,codex,^o1,^o3,^o4");
        names.put("gemini", "gemini,gemma");
        names.put("deepseek", "deepseek");
        names.put("qwen", "qwen,qwq");
        names.put("mistral", "mistral,ministral,magistral,codestral,devstral,pixtral");
        names.put("grok", "grok");
        names.put("llama", "llama");
        names.put("nova", "nova");
        names.put("kimi", "kimi,moonshot");
        names.put("glm", "glm");
        return names;
    }

    /** One answer: what was counted of it, and what was reported. */
    record Sample(String file, String family, boolean stream, boolean tools, long bytes, int events, long tokens) {
        long ratio() {
            return tokens * MILLION / bytes;
        }
    }

    /** All that can be used; none where there are no recordings. */
    static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        add(samples, new OpenAiDialect(), Service.CHAT, Recordings.chat());
        add(samples, new OpenAiDialect(), Service.COMPLETIONS, Recordings.in("openai-completions"));
        add(
                samples,
                new OpenAiDialect(),
                Service.RESPONSES,
                Recordings.in(
                        "openai-responses",
                        "azure-responses",
                        "deepseek-responses",
                        "xai-responses",
                        "openrouter-responses",
                        "lmstudio-responses"));
        add(samples, new AnthropicDialect(), Service.CHAT, Recordings.messages());
        add(samples, new GeminiDialect(), Service.CHAT, Recordings.in("gemini", "gw-gemini", "vertex"));
        add(
                samples,
                new BedrockDialect(),
                Service.CHAT,
                Recordings.in("bedrock-converse", "bedrock-converse-stream", "gw-bedrock"));
        samples.sort(Comparator.comparing(Sample::file));
        return samples;
    }

    private static void add(List<Sample> samples, Dialect dialect, Service service, List<Recording> recordings) {
        for (Recording each : recordings) {
            boolean whole = each.status() == 200 && each.output() >= LEAST_TOKENS && each.reasoning() <= 0;
            // a sum over several answers is not what was shown of the last one
            boolean one = !each.notes().contains("iterations=");
            if (whole && one && !each.wire().equals("b64-shortened") && each.count("image_out") <= 0) {
                AnswerFacts facts = read(dialect, service, each);
                if (facts.contentBytes() >= LEAST_BYTES) {
                    samples.add(new Sample(
                            each.file(),
                            family(each.model()),
                            each.stream(),
                            callsTools(each),
                            facts.contentBytes(),
                            facts.events(),
                            each.output()));
                }
            }
        }
    }

    private static boolean callsTools(Recording recording) {
        return recording.notes().matches(".*\\b(tools|calls=).*") || recording.count("searches") > 0;
    }

    private static AnswerFacts read(Dialect dialect, Service service, Recording recording) {
        AnswerShape.Form form = !recording.stream()
                ? AnswerShape.Form.WHOLE
                : dialect.name().equals("bedrock") ? AnswerShape.Form.FRAMES : AnswerShape.Form.EVENTS;
        AnswerScanner scanner = dialect.scanner(service, new AnswerShape(form, false, false));
        scanner.scan(Unpooled.wrappedBuffer(recording.body()));
        scanner.end(true);
        return scanner.facts();
    }

    static String family(String model) {
        String name = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        for (Map.Entry<String, String> family : FAMILIES.entrySet()) {
            for (String each : family.getValue().split(",", -1)) {
                if (each.startsWith("^") ? name.startsWith(each.substring(1)) : name.contains(each)) {
                    return family.getKey();
                }
            }
        }
        return TokenRatios.OTHER;
    }

    /** The rows of the file that these answers make. */
    static List<String> rows(List<Sample> samples) {
        List<String> rows = new ArrayList<>();
        for (Map.Entry<String, String> family : FAMILIES.entrySet()) {
            List<Sample> own = samples.stream()
                    .filter(each -> each.family().equals(family.getKey()))
                    .toList();
            if (own.stream().filter(each -> !each.tools()).count() >= LEAST_RECORDINGS) {
                rows.add(row(family.getKey(), family.getValue(), own));
            }
        }
        rows.add(row(TokenRatios.OTHER, "", samples));
        return rows;
    }

    private static String row(String family, String names, List<Sample> all) {
        List<Sample> own = all.stream().filter(each -> !each.tools()).toList();
        TokenRatio ratio = ratio(family, own);
        List<Integer> errors = errors(own);
        List<Integer> sizes = errors.stream().map(Math::abs).sorted().toList();
        List<Integer> withTools = all.stream()
                .filter(Sample::tools)
                .map(each -> error(ratio, each))
                .sorted()
                .toList();
        return String.join(
                "\t",
                family,
                names,
                Long.toString(ratio.low()),
                Long.toString(ratio.high()),
                Integer.toString(own.size()),
                Integer.toString(quantile(errors, 50)),
                Integer.toString(quantile(sizes, 90)),
                Integer.toString(errors.getLast()),
                Integer.toString(withTools.size()),
                withTools.isEmpty() ? "" : Integer.toString(quantile(withTools, 50)));
    }

    private static TokenRatio ratio(String family, List<Sample> own) {
        List<Long> ratios = own.stream().map(Sample::ratio).sorted().toList();
        long low = quantile(ratios, 10);
        if (family.equals(TokenRatios.OTHER)) {
            // a model that nobody knows may be like any other
            for (String each : FAMILIES.keySet()) {
                List<Long> its = own.stream()
                        .filter(sample -> sample.family().equals(each))
                        .map(Sample::ratio)
                        .sorted()
                        .toList();
                low = its.size() < LEAST_RECORDINGS ? low : Math.min(low, quantile(its, 10));
            }
        }
        return new TokenRatio(family, low, quantile(ratios, 90), own.size(), 0, 0);
    }

    /** Percent by which each is missed by the ratio of all the others, ascending: below 0 too low. */
    private static List<Integer> errors(List<Sample> own) {
        return IntStream.range(0, own.size())
                .mapToObj(one -> {
                    List<Sample> others = new ArrayList<>(own);
                    Sample left = others.remove(one);
                    return error(ratio("", others), left);
                })
                .sorted()
                .toList();
    }

    private static int error(TokenRatio ratio, Sample sample) {
        long estimate = ratio.tokens(sample.bytes(), sample.events(), 1);
        return Math.toIntExact((estimate - sample.tokens()) * 100 / sample.tokens());
    }

    /** The value that so many percent do not pass. */
    private static <T> T quantile(List<T> ascending, int percent) {
        return ascending.get((ascending.size() - 1) * percent / 100);
    }
}
