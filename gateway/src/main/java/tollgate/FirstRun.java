package tollgate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tollgate.admin.Office;
import tollgate.embedded.OwnerOnly;
import tollgate.identity.ApiKey;
import tollgate.pricing.Usd;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code up} makes so that there is something to try: an organisation, a wallet with 5.00 USD and a key. They stay
 * the same over restarts. Stateless.
 */
final class FirstRun {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Usd CREDIT = Usd.parse("5.00");
    private static final String FILE = "first-run.json";

    private FirstRun() {}

    /** A wallet and a key for it. */
    record Account(String wallet, String key, boolean live) {}

    /** The key of the control plane: made at the first start of this folder. */
    static String adminKey(Path data) throws IOException {
        Path file = data.resolve("admin-key");
        if (!Files.exists(file)) {
            Files.createDirectories(data);
            OwnerOnly.write(file, ApiKey.mint(ApiKey.Kind.ADMIN));
        }
        return Files.readString(file).strip();
    }

    /** The account of this folder, for live money or the sandbox's. */
    static Account account(Path data, Office office, boolean live) throws IOException {
        Path file = data.resolve(live ? "live-" + FILE : FILE);
        Optional<Account> known = read(file, live);
        if (known.isPresent()) {
            return known.get();
        }
        String wallet = office.createWallet(Office.DEFAULT_ORGANISATION, "first", live, "first run")
                .id();
        // plain money: what is spent first is for those who sell
        office.adjust(wallet, CREDIT, false, "first run", "first run");
        String secret =
                office.createKey(wallet, "first", null, null, List.of(), null).secret();
        Map<String, String> made = new LinkedHashMap<>();
        made.put("wallet", wallet);
        made.put("key", secret);
        OwnerOnly.write(file, MAPPER.writeValueAsString(made));
        return new Account(wallet, secret, live);
    }

    private static Optional<Account> read(Path file, boolean live) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JsonNode known = MAPPER.readTree(Files.readString(file));
        return Optional.of(
                new Account(known.path("wallet").asString(), known.path("key").asString(), live));
    }
}
