package tollgate.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.pricing.Markup;
import tollgate.pricing.Usd;
import tollgate.wallet.HeldCaps;
import tollgate.wallet.IdempotencyMark;
import tollgate.wallet.Settle;
import tollgate.wallet.WalletAddress;

class JournalCodecTest {
    private static final long SEED = 4711;
    private static final long[] EDGES = {
        0, 1, -1, 63, 64, -64, -65, 8191, 8192, 9_000_000_000_000_000L, -9_000_000_000_000_000L
    };

    /** What the release before wrote of {@link Entries#entry}, its plan in it: without marks. */
    private static final String ENTRY_WITHOUT_ROUTES =
            "0822066f5f3106775f310478310466370e001463686174206770742d350000000004783122066f5f3106775f31"
                    + "02066b5f310206616e6e0008636861740c6f70656e61690a6770742d350c6f70656e6169028094ebdc03028004"
                    + "04763102087465616d0c7365617263680206752d310000000080c8ceb40d00000208676f6c64000c7374726963"
                    + "740002146770742d352d3230323510636f6d706c6574650c77616c6c6574040a696e707574140c6f7574707574"
                    + "280a000e0e000080b5180a020a696e7075741410302e3030303030310e302e30303030310008666c6578266874"
                    + "7470733a2f2f6578616d706c652e636f6d14323032362d30382d3031020a666978656412612072657175657374"
                    + "16302e30303030303030303502020c6f70656e616902900300900300021466697273745f62797465e01282c8ce"
                    + "b40d00";

    private static final String FACTS_WITHOUT_ROUTES =
            "0804783122066f5f3106775f3102066b5f310206616e6e0008636861740c6f70656e61690a6770742d350c6f70"
                    + "656e6169028094ebdc0302800404763102087465616d0c7365617263680206752d310000000080c8ceb40d0000"
                    + "0208676f6c64000c73747269637400";

    private static final String ENTRY_WITHOUT_MARKS =
            "0622066f5f3106775f310478310466370e001463686174206770742d350000000004783122066f5f3106775f3102066b"
                    + "5f310206616e6e0008636861740c6f70656e61690a6770742d350c6f70656e6169028094ebdc03028004047631020874"
                    + "65616d0c7365617263680206752d310000000080c8ceb40d00000208676f6c6402146770742d352d3230323510636f6d"
                    + "706c6574650c77616c6c6574040c6f7574707574280a696e707574140a000e0e000080b5180a020a696e707574141030"
                    + "2e3030303030310e302e30303030310008666c65782668747470733a2f2f6578616d706c652e636f6d14323032362d30"
                    + "382d3031020a66697865641261207265717565737416302e30303030303030303502020c6f70656e6169029003009003"
                    + "00021466697273745f62797465e01282c8ceb40d00";

    private static final String FACTS_WITHOUT_MARKS =
            "0604783122066f5f3106775f3102066b5f310206616e6e0008636861740c6f70656e61690a6770742d350c6f70656e61"
                    + "69028094ebdc0302800404763102087465616d0c7365617263680206752d310000000080c8ceb40d00000208676f6c64";

    /** What releases before wrote of {@link Entries#entry} and {@link Entries#facts}: without plans, and without caps, too. */
    private static final String ENTRY_WITHOUT_PLANS =
            "0422066f5f3106775f310478310466370e001463686174206770742d350000000004783122066f5f3106775f3102066b"
                    + "5f310206616e6e0008636861740c6f70656e61690a6770742d350c6f70656e6169028094ebdc03028004047631020874"
                    + "65616d0c7365617263680206752d310000000080c8ceb40d000002146770742d352d3230323510636f6d706c6574650c"
                    + "77616c6c6574040a696e707574140c6f7574707574280a000e0e0000020a696e7075741410302e3030303030310e302e"
                    + "30303030310002020c6f70656e616902900300900300021466697273745f62797465e01282c8ceb40d00";

    private static final String FACTS_WITHOUT_PLANS =
            "0404783122066f5f3106775f3102066b5f310206616e6e0008636861740c6f70656e61690a6770742d350c6f70656e61"
                    + "69028094ebdc0302800404763102087465616d0c7365617263680206752d310000000080c8ceb40d0000";

    private static final String ENTRY_WITHOUT_CAPS =
            "0222066f5f3106775f310478310466370e001463686174206770742d350004783122066f5f3106775f3102066b5f3102"
                    + "06616e6e0008636861740c6f70656e61690a6770742d350c6f70656e6169028094ebdc0302800404763102087465616d"
                    + "0c7365617263680206752d310000000080c8ceb40d0002146770742d352d3230323510636f6d706c6574650c77616c6c"
                    + "6574040a696e707574140c6f7574707574280a000e0e0000020a696e7075741410302e3030303030310e302e30303030"
                    + "310002020c6f70656e616902900300900300021466697273745f62797465e01282c8ceb40d00";

    private static final String FACTS_WITHOUT_CAPS =
            "0204783122066f5f3106775f3102066b5f310206616e6e0008636861740c6f70656e61690a6770742d350c6f70656e61"
                    + "69028094ebdc0302800404763102087465616d0c7365617263680206752d310000000080c8ceb40d00";

    private final Random random = new Random(SEED);
    private final PackedWriter packed = new PackedWriter();

    @Test
    void every_entry_is_read_as_it_was_written() {
        for (int i = 0; i < 2_000; i++) {
            JournalEntry entry = entry();
            JournalCodec.entry(packed, entry, Integer.MAX_VALUE);
            assertThat(JournalCodec.entry(written())).as("seed " + SEED).isEqualTo(entry);
            JournalCodec.facts(packed, entry.usage().facts(), Integer.MAX_VALUE);
            assertThat(JournalCodec.facts(written()))
                    .as("seed " + SEED)
                    .isEqualTo(entry.usage().facts());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "of caps and not of plans,    " + ENTRY_WITHOUT_PLANS + "," + FACTS_WITHOUT_PLANS,
        "of neither,                  " + ENTRY_WITHOUT_CAPS + "," + FACTS_WITHOUT_CAPS,
    })
    void what_earlier_releases_wrote_is_read_as_of_no_cap_and_no_plan(String story, String entry, String facts) {
        assertThat(JournalCodec.entry(HexFormat.of().parseHex(entry))).isEqualTo(Entries.entryBeforePlans("x1", 7));
        assertThat(JournalCodec.facts(HexFormat.of().parseHex(facts))).isEqualTo(Entries.factsBeforePlans("x1"));
    }

    @Test
    void what_the_release_before_wrote_is_read_as_of_no_route_and_attempts_that_cost_nothing() {
        JournalEntry entry = Entries.entry("x1", 7);
        assertThat(JournalCodec.entry(HexFormat.of().parseHex(ENTRY_WITHOUT_ROUTES)))
                .isEqualTo(entry);
        assertThat(JournalCodec.facts(HexFormat.of().parseHex(FACTS_WITHOUT_ROUTES)))
                .isEqualTo(entry.usage().facts());
    }

    @Test
    void what_an_earlier_release_wrote_is_read_as_of_requests_without_names_held_strictly() {
        JournalEntry entry = Entries.entry("x1", 7);
        assertThat(JournalCodec.entry(HexFormat.of().parseHex(ENTRY_WITHOUT_MARKS)))
                .isEqualTo(entry);
        assertThat(JournalCodec.facts(HexFormat.of().parseHex(FACTS_WITHOUT_MARKS)))
                .isEqualTo(entry.usage().facts());
    }

    @Test
    void what_a_later_release_wrote_is_not_guessed_at() {
        byte[] after = HexFormat.of().parseHex(FACTS_WITHOUT_PLANS);
        after[0] = 12;
        assertThatThrownBy(() -> JournalCodec.facts(after))
                .isInstanceOf(PackedReader.Damaged.class)
                .hasMessageContaining("layout 6 (expected: 1..5)");
    }

    @Test
    void numbers_at_the_ends_of_their_range_survive() {
        for (long value : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0, Integer.MIN_VALUE, 1L << 62}) {
            packed.clear();
            packed.number(value);
            PackedReader reader = new PackedReader(written());
            assertThat(reader.number()).isEqualTo(value);
            reader.end();
        }
    }

    @Test
    void bytes_that_end_early_or_go_on_are_damaged() {
        JournalCodec.entry(packed, Entries.entry("x1", 7), Integer.MAX_VALUE);
        byte[] whole = written();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> JournalCodec.entry(part))
                    .as("the first " + length + " bytes")
                    .isInstanceOf(PackedReader.Damaged.class);
        }
        assertThatThrownBy(() -> JournalCodec.entry(Arrays.copyOf(whole, whole.length + 1)))
                .isInstanceOf(PackedReader.Damaged.class);
    }

    @Test
    void changed_bytes_are_read_or_damaged_and_never_anything_else() {
        JournalCodec.entry(packed, Entries.entry("x1", 7), Integer.MAX_VALUE);
        byte[] whole = written();
        for (int i = 0; i < 20_000; i++) {
            byte[] changed = whole.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            try {
                JournalCodec.entry(changed);
            } catch (PackedReader.Damaged | IllegalArgumentException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
    }

    private byte[] written() {
        return Arrays.copyOf(packed.buffer(), packed.length());
    }

    private JournalEntry entry() {
        WalletAddress at = new WalletAddress(random.nextInt(64), text(), text());
        ExchangeFacts facts = new ExchangeFacts(
                text(),
                at,
                random.nextBoolean(),
                text(),
                orNull(text()),
                orNull(text()),
                text(),
                text(),
                text(),
                text(),
                random.nextBoolean(),
                usd(),
                random.nextBoolean() ? number() : null,
                text(),
                texts(),
                orNull(text()),
                texts(),
                some().mapToObj(i -> new ExchangeFacts.Change(random.nextInt(), text(), text()))
                        .toList(),
                orNull(text()),
                orNull(text()),
                instant(),
                caps(),
                orNull(text()),
                random.nextBoolean() ? null : new IdempotencyMark(text(), text(), text()),
                text(),
                orNull(text()),
                orNull(text()),
                orNull(text()));
        UsageRecord usage = new UsageRecord(
                facts,
                orNull(text()),
                text(),
                text(),
                numbers(),
                number(),
                random.nextBoolean(),
                usd(),
                usd(),
                usd(),
                usd(),
                Markup.percent(BigDecimal.valueOf(random.nextInt(100_000_001), 4))
                        .plusFixed(new Usd(random.nextInt(Integer.MAX_VALUE))),
                some().mapToObj(i -> new UsageRecord.Line(
                                text(), number(), text(), text(), random.nextBoolean(), text(), text(), text()))
                        .toList(),
                some().mapToObj(i -> new UsageRecord.Adjustment(text(), text(), text()))
                        .toList(),
                some().mapToObj(i -> new UsageRecord.Attempt(
                                random.nextInt(),
                                text(),
                                random.nextBoolean(),
                                random.nextInt(),
                                orNull(text()),
                                usd(),
                                random.nextBoolean()))
                        .toList(),
                random.nextInt(),
                orNull(text()),
                numbers(),
                instant());
        return new JournalEntry(
                new Settle(
                        at,
                        text(),
                        text(),
                        usd(),
                        random.nextBoolean(),
                        text(),
                        random.nextBoolean(),
                        new Settle.Counted(caps(), number(), random.nextBoolean())),
                usage);
    }

    private HeldCaps caps() {
        return random.nextBoolean() ? HeldCaps.NONE : new HeldCaps("c_1:m_1,u,0,0," + random.nextInt(1000));
    }

    private IntStream some() {
        return IntStream.range(0, random.nextInt(4));
    }

    private long number() {
        return random.nextBoolean() ? EDGES[random.nextInt(EDGES.length)] : random.nextLong();
    }

    private Usd usd() {
        return new Usd(EDGES[random.nextInt(EDGES.length)]);
    }

    private Instant instant() {
        return Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
    }

    private Map<String, String> texts() {
        Map<String, String> texts = new HashMap<>();
        some().forEach(i -> texts.put(text(), text()));
        return texts;
    }

    private Map<String, Long> numbers() {
        Map<String, Long> numbers = new HashMap<>();
        some().forEach(i -> numbers.put(text(), number()));
        return numbers;
    }

    private @Nullable String orNull(String text) {
        return random.nextBoolean() ? text : null;
    }

    private String text() {
        return List.of("", "x", "gpt-5", "ünïcödé 😀 ", "a".repeat(random.nextInt(300)))
                .get(random.nextInt(5));
    }
}
