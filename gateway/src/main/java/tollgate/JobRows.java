package tollgate;

import java.time.Clock;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.ObjectCall;
import tollgate.dialect.Service;
import tollgate.dialect.SplicePoints;
import tollgate.journal.Orphan;
import tollgate.journal.PackedFacts;
import tollgate.metering.Observed;
import tollgate.pricing.Attribute;
import tollgate.pricing.UnitClass;
import tollgate.proxy.Job;
import tollgate.proxy.JobBook;
import tollgate.proxy.PinnedPrices;
import tollgate.records.Jobs;
import tollgate.records.ProviderObjects.ProviderObject;
import tollgate.records.Records;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Jobs in SQL, by leases of one run of a gateway. Thread-safe. */
final class JobRows implements JobBook {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final SplicePoints SENT_ALREADY = (reportUsage, ceiling) -> List.of();
    private static final long LEASE_MS = 15_000;
    private static final int AT_ONCE = 200;

    private final Records records;
    private final Predicate<String> journalled;
    private final String gateway;
    private final String owner;
    private final Clock clock;

    /**
     * Of one run of a gateway, whose earlier runs are dead.
     *
     * @param journalled whether our journal has an exchange's settlement
     * @param gateway its id
     * @param nonce of this run alone
     */
    JobRows(Records records, Predicate<String> journalled, String gateway, String nonce, Clock clock) {
        this.records = records;
        this.journalled = journalled;
        this.owner = gateway + "." + nonce;
        this.clock = clock;
        this.gateway = gateway;
    }

    /** The leases of this gateway's earlier runs are nobody's; to be called once the gateway's id is surely ours. */
    void releaseEarlierRuns() {
        records.jobs().release(gateway + ".");
    }

    @Override
    public void add(Job job) {
        records.jobs()
                .add(
                        new Jobs.Job(
                                job.exchange(),
                                job.facts().upstream(),
                                job.object(),
                                job.generation(),
                                PackedFacts.text(job.facts()),
                                MAPPER.writeValueAsString(asked(job)),
                                job.until().toEpochMilli(),
                                null),
                        job.facts().at().shard(),
                        new ProviderObject(
                                job.facts().upstream(),
                                job.object(),
                                ObjectCall.Kind.RESPONSE.wireName(),
                                job.owner(),
                                job.facts().live(),
                                job.exchange(),
                                clock.millis()),
                        owner,
                        records.nowMs() + LEASE_MS);
    }

    @Override
    public List<Job> keep() {
        long now = records.nowMs();
        records.jobs().renew(owner, now + LEASE_MS);
        return records.jobs().take(owner, now, now + LEASE_MS, AT_ONCE).stream()
                .map(JobRows::job)
                .toList();
    }

    @Override
    public Optional<Standing> standing(String exchange) {
        if (!records.jobs().holds(exchange, owner)) {
            return Optional.empty();
        }
        // an earlier run, or another gateway, has settled it and died before it said so here
        boolean settled = journalled.test(exchange)
                || records.exchanges()
                        .find(exchange)
                        .filter(row -> !row.reconstructed())
                        .isPresent();
        if (settled) {
            records.jobs().settled(exchange);
            return Optional.empty();
        }
        return Optional.of(new Standing(
                records.jobs().relayed(exchange).map(RelayedText::read).orElse(null)));
    }

    @Override
    public void relayed(String exchange, Observed relayed) {
        records.jobs().relayed(exchange, RelayedText.written(relayed), relayed.contentBytes());
    }

    /** What of a job's answer had left when its gateway died, as its meter slot counted it. */
    void left(Orphan orphan) {
        long output = orphan.units().getOrDefault(UnitClass.OUTPUT.wireName(), 0L);
        if (output > 0) {
            relayed(orphan.facts().exchange(), Observed.ofTokens(output));
        }
    }

    @Override
    public List<Job> openOf(int shard) {
        return records.jobs().openOf(shard).stream()
                .map(JobRows::job)
                .filter(job -> job.facts().at().shard() == shard)
                .toList();
    }

    @Override
    public void placed(String exchange, int generation) {
        records.jobs().placed(exchange, generation);
    }

    @Override
    public void settled(String exchange) {
        records.jobs().settled(exchange);
    }

    @Override
    public Optional<String> making(String upstream, String object) {
        return records.jobs().making(upstream, object);
    }

    @Override
    public void release() {
        records.jobs().release(owner);
    }

    /** What of a request prices it, wherever it is settled. */
    private static Map<String, @Nullable Object> asked(Job job) {
        MeteredRequest request = job.asked();
        Map<String, @Nullable Object> asked = new LinkedHashMap<>();
        asked.put("target", job.target());
        asked.put("owner", job.owner());
        asked.put("model", request.model());
        asked.put("ceiling", request.ceiling());
        asked.put("text_bytes", request.textBytes());
        asked.put("low_images", request.images().low());
        asked.put("other_images", request.images().other());
        asked.put("document_bytes", request.documentBytes());
        asked.put("unbounded", request.extent().unbounded());
        asked.put("tier", request.asked().tier());
        asked.put("region", request.asked().region());
        asked.put("dearest_region", request.asked().dearestRegion());
        ObjectNode attributes = MAPPER.createObjectNode();
        request.asked().attributes().forEach((name, value) -> attributes.put(name.name(), value));
        asked.put("attributes", attributes);
        PinnedPrices prices = job.prices();
        asked.put("prices", prices == null ? null : PricesText.written(prices));
        return asked;
    }

    private static Job job(Jobs.Job row) {
        JsonNode asked = MAPPER.readTree(row.asked());
        Map<Attribute, String> attributes = new EnumMap<>(Attribute.class);
        asked.path("attributes")
                .propertyStream()
                .forEach(each -> attributes.put(
                        Attribute.valueOf(each.getKey()), each.getValue().asString()));
        MeteredRequest request = new MeteredRequest(
                Service.RESPONSES,
                asked.path("model").asString(),
                false,
                true,
                asked.path("ceiling").isNumber() ? asked.path("ceiling").asLong() : null,
                1,
                asked.path("text_bytes").asLong(),
                new MeteredRequest.ImageCount(
                        asked.path("low_images").asInt(),
                        asked.path("other_images").asInt()),
                asked.path("document_bytes").asLong(),
                0,
                false,
                null,
                new MeteredRequest.Conditions(
                        text(asked, "tier"), text(asked, "region"), text(asked, "dearest_region"), attributes),
                new MeteredRequest.Extent(
                        1, text(asked, "unbounded"), Map.of(), new MeteredRequest.Kept(true, true, List.of())),
                null,
                Map.of(),
                List.of(),
                SENT_ALREADY);
        return new Job(
                PackedFacts.of(row.facts()),
                request,
                asked.path("target").asString(),
                row.object(),
                asked.path("owner").asString(),
                row.generation(),
                Instant.ofEpochMilli(row.untilMs()),
                PricesText.read(asked.path("prices")),
                row.relayed() == null ? null : RelayedText.read(row.relayed()));
    }

    private static @Nullable String text(JsonNode asked, String name) {
        return asked.path(name).isString() ? asked.path(name).asString() : null;
    }
}
