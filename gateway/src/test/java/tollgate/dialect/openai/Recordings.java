package tollgate.dialect.openai;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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

    /** One recorded answer, and the usage its manifest states; -1 where it states none. */
    public record Recording(
            String file,
            boolean stream,
            String wire,
            int status,
            long input,
            long cached,
            long cacheWrite,
            long output,
            long reasoning,
            Path path) {
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
        Path shared = shared();
        Path manifest = shared.resolve("recordings/manifest.tsv");
        if (!Files.exists(manifest)) {
            System.out.println("recordings are not at " + shared.toAbsolutePath() + ": set TOLLGATE_SHARED; skipped");
            return List.of();
        }
        try {
            List<Recording> found = new ArrayList<>();
            for (String line : Files.readAllLines(manifest)) {
                String[] column = line.split("\t", -1);
                boolean chat = CHAT.contains(column[1]) && (column[2].equals("sse") || column[2].equals("json"));
                if (chat) {
                    found.add(new Recording(
                            column[0],
                            column[2].equals("sse"),
                            column[3],
                            Integer.parseInt(column[4]),
                            count(column[9]),
                            count(column[10]),
                            count(column[11]),
                            count(column[14]),
                            count(column[15]),
                            shared.resolve("recordings").resolve(column[0])));
                }
            }
            // One vendor's directory holds answers of another service too.
            found.removeIf(r -> r.file.startsWith("bedrock-mantle/"));
            return found;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Path shared() {
        String told = System.getenv("TOLLGATE_SHARED");
        return Path.of(told != null ? told : "../../shared");
    }

    private static long count(String column) {
        return column.isEmpty() ? -1 : Long.parseLong(column);
    }
}
