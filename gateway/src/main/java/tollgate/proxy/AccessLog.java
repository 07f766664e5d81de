package tollgate.proxy;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.Refusal;
import tollgate.http.ServerExchange;
import tollgate.journal.UsageRecord;

/** One line for each exchange: ids and figures, never a key or a prompt. Thread-safe. */
final class AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger("tollgate.access");

    private AccessLog() {}

    static void settled(UsageRecord record) {
        LOG.atInfo()
                .addKeyValue("exchange", record.facts().exchange())
                .addKeyValue("key", record.facts().key())
                .addKeyValue("wallet", record.facts().at().wallet())
                .addKeyValue("model", record.facts().model())
                .addKeyValue("upstream", record.facts().upstream())
                .addKeyValue("status", record.status())
                .addKeyValue("ended", record.ended())
                .addKeyValue("charge", record.charge())
                .addKeyValue("estimated", record.estimated())
                .addKeyValue("us", record.timings().getOrDefault("total", 0L))
                .log("exchange");
    }

    static void refused(String exchange, @Nullable String key, ServerExchange server, Refusal refusal) {
        LOG.atInfo()
                .addKeyValue("exchange", exchange)
                .addKeyValue("key", key == null ? "-" : key)
                .addKeyValue("method", server.head().method())
                .addKeyValue("status", refusal.status())
                .addKeyValue("reason", refusal.code())
                .log("refused");
    }
}
