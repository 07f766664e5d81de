package tollgate.journal;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.pricing.Markup;
import tollgate.pricing.Usd;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.Settle;
import tollgate.wallet.WalletAddress;

/** Journal entries for tests. */
final class Entries {
    private static final WalletAddress AT = new WalletAddress(17, "o_1", "w_1");

    private Entries() {}

    static ExchangeFacts facts(String exchange, Map<String, String> metadata) {
        return facts(exchange, metadata, "gold");
    }

    static ExchangeFacts factsBeforePlans(String exchange) {
        return facts(exchange, Map.of(), null);
    }

    private static ExchangeFacts facts(String exchange, Map<String, String> metadata, @Nullable String plan) {
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
                HeldCaps.NONE,
                plan,
                null,
                ExchangeFacts.STRICT,
                null);
    }

    static JournalEntry entry(String exchange, long nano) {
        return entry(exchange, nano, Map.of());
    }

    static JournalEntry entry(String exchange, long nano, Map<String, String> metadata) {
        return entry(
                nano,
                facts(exchange, metadata),
                Markup.percent(new BigDecimal("20")).plusFixed(new Usd(5)),
                new UsageRecord.Line(
                        "input", 10, "0.000001", "0.00001", false, "flex", "https://example.com", "2026-08-01"),
                List.of(new UsageRecord.Adjustment("fixed", "a request", "0.000000005")));
    }

    /** As it is read of what was written before there were plans. */
    static JournalEntry entryBeforePlans(String exchange, long nano) {
        return entry(
                nano,
                factsBeforePlans(exchange),
                Markup.NONE,
                new UsageRecord.Line("input", 10, "0.000001", "0.00001", false, "", "", ""),
                List.of());
    }

    private static JournalEntry entry(
            long nano,
            ExchangeFacts facts,
            Markup markup,
            UsageRecord.Line line,
            List<UsageRecord.Adjustment> adjustments) {
        Usd total = new Usd(nano);
        UsageRecord usage = new UsageRecord(
                facts,
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
                markup,
                List.of(line),
                adjustments,
                List.of(new UsageRecord.Attempt(1, "openai", true, 200, null)),
                200,
                null,
                Map.of("first_byte", 1200L),
                Instant.ofEpochSecond(1_800_000_001));
        return new JournalEntry(new Settle(AT, facts.exchange(), "f" + nano, total, false, "chat gpt-5"), usage);
    }
}
