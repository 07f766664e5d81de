package tollgate.wallet;

import io.lettuce.core.KeyValue;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plain reads of caps' counters, for whoever may block. Thread-safe; throws where Redis is away. */
public final class CapReads {
    private static final int PAGE = 500;

    private final ControlPort control;

    CapReads(ControlPort control) {
        this.control = control;
    }

    /** Every counter of a shard. Looks at every key there is: for checks, not for serving. */
    public List<CapCounter> all(int shard) {
        List<CapCounter> counters = new ArrayList<>();
        String prefix = Keys.cap(shard, "");
        ScanArgs named = ScanArgs.Builder.matches(prefix + "*").limit(PAGE);
        List<String> keys = control.on(
                shard,
                redis -> ScanIterator.scan(redis, named).stream().distinct().toList());
        for (String key : keys) {
            find(shard, key.substring(prefix.length())).ifPresent(counters::add);
        }
        return counters;
    }

    /** One counter by its name {@code cap:subject}; empty where nothing was ever asked of it. */
    public Optional<CapCounter> find(int shard, String name) {
        Map<String, String> fields = control.on(shard, redis -> redis.hgetall(Keys.cap(shard, name)));
        if (fields.isEmpty() || (fields.containsKey("mv") && !fields.containsKey("v"))) {
            // of one that is in another shard by now only the move's number is left
            return Optional.empty();
        }
        Map<Long, Long> spent = new HashMap<>();
        Map<Long, Long> held = new HashMap<>();
        fields.forEach((field, value) -> {
            if (field.endsWith(":s")) {
                spent.put(Long.parseLong(field.substring(0, field.length() - 2)), Long.parseLong(value));
            } else if (field.endsWith(":h")) {
                held.put(Long.parseLong(field.substring(0, field.length() - 2)), Long.parseLong(value));
            }
        });
        boolean rolling = fields.containsKey("k");
        if (rolling) {
            spent.put(Long.parseLong(fields.getOrDefault("k", "0")), Long.parseLong(fields.getOrDefault("s", "0")));
            held.put(0L, Long.parseLong(fields.getOrDefault("h", "0")));
        }
        boolean rate = fields.containsKey("lvl");
        if (rate) {
            spent.put(Long.parseLong(fields.getOrDefault("at", "0")), Long.parseLong(fields.getOrDefault("lvl", "0")));
        }
        long since = Long.parseLong(fields.getOrDefault("rn", "0"));
        return Optional.of(new CapCounter(name, rolling, since, fields.containsKey("gone"), rate, spent, held));
    }

    /** What open holds of a shard come to, by counter and start of the window (of a rolling one: 0). */
    public Map<String, Map<Long, Long>> held(int shard) {
        Map<String, Map<Long, Long>> sums = new HashMap<>();
        for (String exchange : control.open(shard)) {
            String key = Keys.exchange(shard, exchange);
            List<KeyValue<String, String>> fields = control.on(shard, redis -> redis.hmget(key, "st", "caps"));
            if ("OPEN".equals(fields.get(0).getValueOrElse(""))) {
                for (HeldCaps.One one : new HeldCaps(fields.get(1).getValueOrElse("")).each()) {
                    if (one.unit() == CapUnit.VOLUME) {
                        continue;
                    }
                    sums.computeIfAbsent(one.counter(), name -> new HashMap<>())
                            .merge(one.stepMs() > 0 ? 0 : one.start(), one.held(), Long::sum);
                }
            }
        }
        return sums;
    }
}
