package tollgate.proxy;

import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.dialect.Refusal;
import tollgate.http.ServerExchange;
import tollgate.journal.UsageRecord;

/**
 * One line for each exchange of an event loop: ids and figures, never a key or a prompt. Lines are told together, {@link
 * #LATEST_MS} after the first of them at the latest: a write for each would cost more than the line. Confined to its loop.
 */
final class AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger("tollgate.access");
    private static final long LATEST_MS = 50;
    private static final int MOST_CHARS = 64 * 1024;

    private final EventLoop loop;
    private final StringBuilder lines = new StringBuilder();

    AccessLog(EventLoop loop) {
        this.loop = loop;
    }

    void settled(UsageRecord record) {
        begin(record.finished(), "exchange", record.facts().exchange());
        field("key", record.facts().key());
        field("wallet", record.facts().at().wallet());
        field("model", record.facts().model());
        field("upstream", record.facts().upstream());
        lines.append(" status=").append(record.status());
        field("ended", record.ended());
        lines.append(" charge=").append(record.charge());
        lines.append(" estimated=").append(record.estimated());
        lines.append(" us=").append(record.timings().getOrDefault("total", 0L)).append('\n');
    }

    void refused(Instant now, String exchange, @Nullable String key, ServerExchange server, Refusal refusal) {
        begin(now, "refused", exchange);
        field("key", key == null ? "-" : key);
        field("method", server.head().method().name());
        lines.append(" status=").append(refusal.status());
        field("reason", refusal.code());
        lines.append('\n');
    }

    private void begin(Instant now, String what, String exchange) {
        if (lines.isEmpty()) {
            loop.schedule(this::write, LATEST_MS, TimeUnit.MILLISECONDS);
        } else if (lines.length() > MOST_CHARS) {
            LOG.info(lines.toString());
            lines.setLength(0);
        }
        lines.append(now).append(" INFO  access ").append(what);
        field("exchange", exchange);
    }

    /** A name of the client's choosing ends neither the value nor the line. */
    private void field(String name, String value) {
        lines.append(' ').append(name).append("=\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            lines.append(c < ' ' || c == '"' || c == 0x7f ? '?' : c);
        }
        lines.append('"');
    }

    /** Tells what there is. */
    void write() {
        if (!lines.isEmpty()) {
            LOG.info(lines.toString());
            lines.setLength(0);
        }
    }
}
