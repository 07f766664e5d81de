package tollgate.dialect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Usd;

/** The provider recordings beside the repository, where they are present. */
public final class Recordings {
    private static final Set<String> CHAT = Set.of(
            "alibaba",
            "anthropic-openai-compat",
            "azure-chat",
            "bedrock-mantle",
            "cerebras",
            "crusoe",
            "deepseek",
            "gemini-openai-compat",
            "groq",
            "gw-openai-chat",
            "heroku",
            "huggingface",
            "mistral",
            "moonshot",
            "ollama-openai",
            "openai-chat",
            "openrouter",
            "perplexity",
            "snowflake",
            "xai");

    private Recordings() {}

    /** One recorded answer, and what its manifest states. */
    public record Recording(
            String file,
            boolean stream,
            String wire,
            int status,
            String model,
            String notes,
            Map<String, Long> counts,
            String costs,
            Path path) {
        /** There are no recordings here. */
        public static final Recording NONE = new Recording("none here", true, "", 0, "", "", Map.of(), "", Path.of(""));

        /** A count by its column; -1 where none is stated. */
        public long count(String column) {
            return counts.getOrDefault(column, -1L);
        }

        /** All tokens of the prompt. */
        public long input() {
            return count("input");
        }

        /** Those read from a cache. */
        public long cached() {
            return count("cache_read");
        }

        /** Those written to a cache. */
        public long cacheWrite() {
            return count("cache_write");
        }

        /** All tokens of the answer. */
        public long output() {
            return count("output");
        }

        /** Those of reasoning. */
        public long reasoning() {
            return count("reasoning");
        }

        /** What the provider said that it cost, up to the nano-dollar; null where it did not. */
        public @Nullable Usd cost() {
            return costs.isEmpty()
                    ? null
                    : Usd.parse(new BigDecimal(costs)
                            .setScale(9, RoundingMode.CEILING)
                            .stripTrailingZeros()
                            .toPlainString());
        }

        /** The recorded bytes. */
        public byte[] body() {
            try {
                return Files.readAllBytes(path);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }

        @Override
        public String toString() {
            return file;
        }
    }

    /** All that are OpenAI chat answers by their shape; none, with the reason printed, where there are no recordings. */
    public static List<Recording> chat() {
        // One vendor's directory holds answers of another service too.
        return of(CHAT.stream()
                .filter(dialect -> !dialect.equals("bedrock-mantle"))
                .collect(Collectors.toSet()));
    }

    /** All of Anthropic's messages, but those whose own numbers disagree. */
    public static List<Recording> messages() {
        return of(Set.of("anthropic", "gw-anthropic")).stream()
                .filter(each -> !each.notes().contains("AMBIGUOUS"))
                .toList();
    }

    /** All of some directories, but those whose own numbers disagree. */
    public static List<Recording> in(String... dialects) {
        return of(Set.of(dialects)).stream()
                .filter(each -> !each.notes().contains("AMBIGUOUS"))
                .toList();
    }

    private static List<Recording> of(Set<String> dialects) {
        Path shared = shared();
        Path manifest = shared.resolve("recordings/manifest.tsv");
        if (!Files.exists(manifest)) {
            System.out.println("recordings are not at " + shared.toAbsolutePath() + ": set TOLLGATE_SHARED; skipped");
            return List.of();
        }
        try {
            List<String> lines = Files.readAllLines(manifest);
            List<String> names = List.of(lines.getFirst().split("\t", -1));
            List<Recording> found = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                String[] column = line.split("\t", -1);
                if (dialects.contains(column[1]) && Set.of("sse", "json", "bin").contains(column[2])) {
                    Map<String, Long> counts = new HashMap<>();
                    for (int i = names.indexOf("input"); i < names.indexOf("notes"); i++) {
                        if (column[i].matches("\\d+")) {
                            counts.put(names.get(i), Long.parseLong(column[i]));
                        }
                    }
                    found.add(new Recording(
                            column[0],
                            !column[2].equals("json"),
                            column[3],
                            Integer.parseInt(column[4]),
                            column[names.indexOf("model")],
                            column[names.indexOf("notes")],
                            counts,
                            column[names.indexOf("provider_cost")],
                            shared.resolve("recordings").resolve(column[0])));
                }
            }
            return found;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Path shared() {
        String told = System.getenv("TOLLGATE_SHARED");
        return Path.of(told != null ? told : "../../shared");
    }
}
