package tollgate.pricing;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one chat charge costs: the look-up of its model, and the sum without and with reasons. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class ChargeBenchmark {
    private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");
    private static final Map<UnitClass, Rate> RATES = Map.of(
            UnitClass.INPUT, Rate.perMillion("2.50"),
            UnitClass.CACHED_INPUT, Rate.perMillion("1.25"),
            UnitClass.OUTPUT, Rate.perMillion("10"));

    private static final int NAMES = 10;

    @Param({"10", "1000", "10000"})
    private int models;

    private final Usage usage = Usage.builder()
            .set(UnitClass.INPUT, 1_200)
            .set(UnitClass.CACHED_INPUT, 300)
            .set(UnitClass.OUTPUT, 250)
            .build();
    private final Terms terms = Terms.STANDARD.at(NOW).tier("priority").region("eu");
    private final Markup markup = Markup.percent(new BigDecimal("12.5"));
    private final Tally tally = new Tally();
    private RateBook book;
    private ModelRates rates;
    private String[] names;
    private int next;

    @Setup
    public void cards() {
        List<RateCard> cards = new ArrayList<>();
        // as many names whatever the number of models: what is measured is the book, not the caches of the processor
        names = new String[NAMES];
        for (int i = 0; i < models; i++) {
            cards.add(RateCard.named("model-" + i)
                    .rates(RATES)
                    .tiers(Map.of("priority", new ServiceTier(new BigDecimal("2"), Map.of())))
                    .regions(Map.of("eu", new BigDecimal("1.1")))
                    .longContext(List.of(new LongContext(200_000, RATES)))
                    .build());
        }
        book = RateBook.of(cards);
        for (int i = 0; i < names.length; i++) {
            names[i] = "model-" + i * (models / NAMES);
            book.resolve(names[i], NOW);
        }
        rates = ((Resolution.Priced) book.resolve("model-3", NOW)).rates();
    }

    @Benchmark
    public long charge() {
        rates.charge(usage, terms, markup, tally);
        return tally.chargeNano() + tally.costNano();
    }

    @Benchmark
    public ModelRates lookUp() {
        next = next + 1 == NAMES ? 0 : next + 1;
        return book.settling(rates, names[next], NOW);
    }

    @Benchmark
    public Charge explain() {
        return rates.explain(usage, terms, markup);
    }
}
