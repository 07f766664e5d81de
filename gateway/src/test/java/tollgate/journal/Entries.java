package tollgate.journal;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import tollgate.pricing.Usd;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.Settle;
import tollgate.wallet.WalletAddress;

/** Journal entries for tests. */
final class Entries {
    private static final WalletAddress AT = new WalletAddress(17, "o_1", "w_1");

    private Entries() {}

    static ExchangeFacts facts(String exchange, Map<String, String> metadata) {
        return new ExchangeFacts(
                exchange,
                AT,
                true,
                "k_1",
                "ann",
                null,
                "chat",
                "openai",
                "gpt-5",
                "openai",
                true,
                Usd.parse("0.5"),
                256L,
                "v1",
                Map.of("team", "search"),
                "u-1",
                metadata,
                List.of(),
                null,
                null,
                Instant.ofEpochSecond(1_800_000_000),
                HeldCaps.NONE);
    }

    static JournalEntry entry(String exchange, long nano) {
        return entry(exchange, nano, Map.of());
    }

    static JournalEntry entry(String exchange, long nano, Map<String, String> metadata) {
        Usd total = new Usd(nano);
        UsageRecord usage = new UsageRecord(
                facts(exchange, metadata),
                "gpt-5-2025",
                "complete",
                "wallet",
                Map.of("input", 10L, "output", 20L),
                5,
                false,
                total,
                total,
                Usd.ZERO,
                Usd.ZERO,
                List.of(new UsageRecord.Line("input", 10, "0.000001", "0.00001", false)),
                List.of(new UsageRecord.Attempt(1, "openai", true, 200, null)),
                200,
                null,
                Map.of("first_byte", 1200L),
                Instant.ofEpochSecond(1_800_000_001));
        return new JournalEntry(new Settle(AT, exchange, "f" + nano, total, false, "chat gpt-5"), usage);
    }
}
