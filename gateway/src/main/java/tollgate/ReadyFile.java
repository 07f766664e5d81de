package tollgate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tollgate.embedded.OwnerOnly;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a started gateway tells programs: written when it serves, readable by its owner only. Stateless. */
final class ReadyFile {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private ReadyFile() {}

    /** Writes it; returns what was written. */
    static String write(Path file, Installation gateway, FirstRun.@Nullable Account account, String adminKey)
            throws IOException {
        Map<String, @Nullable Object> ready = new LinkedHashMap<>();
        ready.put("base_url", gateway.baseUrl());
        ready.put("admin_url", gateway.adminUrl());
        ready.put("key", account == null ? null : account.key());
        ready.put("admin_key", adminKey);
        ready.put("wallet", account == null ? null : account.wallet());
        ready.put("redis_url", gateway.redis().url());
        ready.put("redis_pid", gateway.redis().pid());
        ready.put(
                "records_url",
                gateway.config().recordsUrl().equals("embedded")
                        ? "jdbc:sqlite:"
                                + gateway.config()
                                        .dataDir()
                                        .resolve("records.db")
                                        .toAbsolutePath()
                        : gateway.config().recordsUrl());
        ready.put("pid", ProcessHandle.current().pid());
        String json = MAPPER.writeValueAsString(ready);
        OwnerOnly.write(file.toAbsolutePath(), json);
        return json;
    }

    /** A text of an earlier file. */
    static Optional<String> text(Path file, String name) {
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try {
            JsonNode value = MAPPER.readTree(Files.readString(file)).get(name);
            return value == null || !value.isString() ? Optional.empty() : Optional.of(value.stringValue());
        } catch (IOException | JacksonException broken) {
            return Optional.empty();
        }
    }
}
