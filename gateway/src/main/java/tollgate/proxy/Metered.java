package tollgate.proxy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.Telemetry;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.Dialect;
import tollgate.dialect.Service;
import tollgate.http.RequestHead;
import tollgate.journal.UsageRecord;
import tollgate.pricing.ModelRates;
import tollgate.pricing.Terms;

/** Figures of settled exchanges. Stateless. */
final class Metered {
    private static final Logger LOG = LoggerFactory.getLogger(Metered.class);

    private Metered() {}

    static void refused(Telemetry telemetry, Dialect dialect, RequestHead head, int status) {
        Service service = dialect.service(head.method().name(), head.path());
        telemetry.count(
                "tollgate_requests_total",
                1,
                "dialect",
                dialect.name(),
                "service",
                service == null ? "none" : service.wireName(),
                "status",
                Integer.toString(status));
    }

    /** An upstream failed in this way. */
    static void upstreamFailed(Telemetry telemetry, String upstream, String kind) {
        telemetry.count("tollgate_upstream_errors_total", 1, "upstream", upstream, "kind", kind);
    }

    /**
     * What in an answer a person should look at: counts that contradict each other or that nobody knows, a tier that was not
     * asked for (its prices may be others), and one that the card does not have (charged as usual).
     */
    static void answered(Telemetry telemetry, Terms asked, ModelRates rates, @Nullable AnswerFacts answer) {
        if (answer == null) {
            return;
        }
        if (answer.usageDoubtful()) {
            telemetry.count("tollgate_doubtful_usage_total", 1);
        }
        if (answer.unknownCounts() != null) {
            telemetry.count("tollgate_unknown_usage_total", 1);
        }
        tier(telemetry, asked, rates, answer.serviceTier());
    }

    private static void tier(Telemetry telemetry, Terms asked, ModelRates rates, @Nullable String said) {
        if (said == null) {
            return;
        }
        String tier = Terms.STANDARD.tier(said).tier();
        if (!Objects.equals(tier, asked.tier())) {
            telemetry.count("tollgate_unexpected_tier_total", 1);
        }
        if (tier != null && !rates.card().tiers().containsKey(tier)) {
            telemetry.count("tollgate_unpriced_tier_total", 1);
        }
    }

    static void settled(Telemetry telemetry, UsageRecord record) {
        String live = Boolean.toString(record.facts().live());
        String service = record.facts().service();
        telemetry.count(
                "tollgate_requests_total",
                1,
                "dialect",
                record.facts().dialect(),
                "service",
                service,
                "status",
                Integer.toString(record.status()));
        telemetry.count("tollgate_settled_usd_total", record.charge().nano(), "service", service, "live", live);
        for (Map.Entry<String, Long> unit : record.units().entrySet()) {
            telemetry.count("tollgate_units_total", unit.getValue(), "class", unit.getKey());
        }
        List<String> unpriced = record.lines().stream()
                .filter(UsageRecord.Line::unpriced)
                .map(UsageRecord.Line::unit)
                .toList();
        if (!unpriced.isEmpty()) {
            telemetry.count("tollgate_unpriced_total", 1);
            LOG.error(
                    "exchange {}: '{}' answered with {}, of which its rate card has no price: charged 0",
                    record.facts().exchange(),
                    record.model(),
                    String.join(", ", unpriced));
        }
        if (record.estimated()) {
            telemetry.count("tollgate_estimated_total", 1);
        }
        if (record.disputed().nano() > 0) {
            telemetry.count("tollgate_disputed_total", 1);
            LOG.error(
                    "exchange {}: the upstream reports usage worth {} USD above the {} USD that are taken: a person has to look",
                    record.facts().exchange(),
                    record.disputed(),
                    record.charge());
        }
        String notRefused = record.facts().notRefused();
        if (notRefused != null) {
            telemetry.count("tollgate_not_refused_total", 1, "reason", notRefused);
        }
        if (record.overrun().nano() > 0) {
            telemetry.count("tollgate_overruns_total", 1);
        }
        Long firstByte = record.timings().get("first_byte");
        Long sent = record.timings().get("held");
        if (firstByte != null) {
            telemetry.time("tollgate_time_to_first_byte_seconds", firstByte * 1_000);
        }
        if (sent != null) {
            telemetry.time("tollgate_overhead_seconds", sent * 1_000);
        }
    }
}
