package tollgate.wallet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a Redis says of itself that money depends on. Immutable.
 *
 * <p>Read from {@code INFO}, which the least rights include, and from {@code CONFIG GET appendfsync} where that is allowed.
 */
public final class RedisServer {
    private static final long OLDEST_MAJOR = 7;

    private final Map<String, String> says;
    private final String appendfsync;
    private final String coverage;
    private final RedisAddress.Kind kind;
    private final String scriptsRun;

    private RedisServer(
            Map<String, String> says, String appendfsync, String coverage, RedisAddress.Kind kind, String scriptsRun) {
        this.says = says;
        this.appendfsync = appendfsync;
        this.coverage = coverage;
        this.kind = kind;
        this.scriptsRun = scriptsRun;
    }

    /**
     * Reads it.
     *
     * @param info the whole answer to {@code INFO}
     * @param appendfsync how often appended commands are forced to disk; empty where it may not be asked
     * @param coverage its {@code cluster-require-full-coverage}; empty where it has none or it may not be asked
     * @param kind what its address says it is one of
     * @param scripts the answer to {@code INFO replication} in a script
     */
    static RedisServer of(String info, String appendfsync, String coverage, RedisAddress.Kind kind, String scripts) {
        return new RedisServer(
                read(info), appendfsync, coverage, kind, read(scripts).getOrDefault("master_replid", ""));
    }

    private static Map<String, String> read(String info) {
        Map<String, String> says = new HashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                says.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return says;
    }

    /** How many replicas it has, and how many of them it needs to take writes. */
    public String replicas() {
        String count = said("connected_slaves");
        String least = says.containsKey("min_slaves_good_slaves") ? "some" : "none";
        return (count.isEmpty() ? "0" : count) + (count.equals("1") ? " replica" : " replicas") + ", of which " + least
                + " must be there for it to take writes";
    }

    /** Its name and version: {@code redis 7.0.15}, {@code valkey 8.1.1}. */
    public String name() {
        String valkey = says.get("valkey_version");
        return valkey == null ? "redis " + said("redis_version") : "valkey " + valkey;
    }

    /** What makes it lose, evict or split money: nobody should be served from such a Redis. */
    public List<String> dangers() {
        List<String> dangers = new ArrayList<>();
        if (major() < OLDEST_MAJOR) {
            dangers.add("redis_version is '" + said("redis_version")
                    + "' (expected: 7.0 or newer: older ones tear scripts apart when a log is cut)");
        }
        expect(dangers, "role", "master", "a replica takes no writes");
        expect(dangers, "maxmemory_policy", "noeviction", "money must not be evicted");
        expect(dangers, "aof_enabled", "1", "with appendonly no, a restart loses what was not saved");
        if (says.containsKey("aof_last_write_status")) {
            expect(dangers, "aof_last_write_status", "ok", "it cannot write its log");
        }
        if ("no".equals(appendfsync)) {
            dangers.add("appendfsync is 'no' (expected: everysec or always: else a lost machine loses half a minute)");
        }
        if (said("master_replid").isEmpty()) {
            dangers.add("INFO names no master_replid (expected: a Redis of its own, no proxy in between)");
        } else if (!said("master_replid").equals(scriptsRun)) {
            dangers.add("scripts run on another server (" + scriptsRun + ") than the one that answers ("
                    + said("master_replid") + ") (expected: a Redis of its own, no proxy in between)");
        }
        if (kind == RedisAddress.Kind.CLUSTER) {
            expect(dangers, "cluster_enabled", "1", "redis-cluster:// is for the servers of a cluster");
        } else if ("1".equals(says.get("cluster_enabled"))) {
            dangers.add("cluster_enabled is '1' (expected: 0, or redis-cluster://… as redis.url)");
        }
        return dangers;
    }

    /** What deserves a look, though nothing is lost by it today. */
    public List<String> doubts() {
        List<String> doubts = new ArrayList<>();
        long most = number("maxmemory");
        long used = number("used_memory");
        if (most > 0 && used > most / 5 * 4) {
            doubts.add("used_memory is " + used + " of " + most + " bytes (expected: at most 80 %: when it is full no"
                    + " request is admitted)");
        }
        if (number("connected_slaves") > 0 && !says.containsKey("min_slaves_good_slaves")) {
            doubts.add("min-replicas-to-write is 0 with " + said("connected_slaves")
                    + " replicas (expected: 1: a primary that is cut off would go on taking money)");
        }
        if (number("connected_slaves") == 0 && kind != RedisAddress.Kind.STANDALONE) {
            doubts.add("no replica is connected (expected: at least 1: nobody could take over)");
        }
        if (coverage.equals("yes")) {
            doubts.add("cluster-require-full-coverage is 'yes' (expected: no: one lost primary would stop all shards)");
        }
        if (most == 0) {
            doubts.add("maxmemory is 0 (expected: what the machine can spare: new requests are refused at 80 % of it,"
                    + " instead of the kernel ending Redis)");
        }
        String saved = says.getOrDefault("rdb_last_bgsave_status", "ok");
        if (!saved.equals("ok")) {
            doubts.add("rdb_last_bgsave_status is '" + saved
                    + "' (expected: ok: after a failed save it may stop writing)");
        }
        if (appendfsync.isEmpty()) {
            doubts.add("appendfsync cannot be read (expected: everysec or always; CONFIG GET is not among our rights)");
        }
        return doubts;
    }

    /** How much of the memory it may use is used, in percent; 0 where there is no limit. */
    static long usedPercent(String info) {
        RedisServer server = of(info, "", "", RedisAddress.Kind.STANDALONE, "");
        long most = server.number("maxmemory");
        return most == 0 ? 0 : server.number("used_memory") * 100 / most;
    }

    private void expect(List<String> dangers, String field, String value, String why) {
        String found = said(field);
        if (!found.equals(value)) {
            dangers.add(field + " is '" + found + "' (expected: " + value + ": " + why + ")");
        }
    }

    private long major() {
        String version = said("redis_version");
        int dot = version.indexOf('.');
        try {
            return Long.parseLong(dot < 0 ? version : version.substring(0, dot));
        } catch (NumberFormatException unknown) {
            return 0;
        }
    }

    private long number(String field) {
        try {
            return Long.parseLong(said(field));
        } catch (NumberFormatException absent) {
            return 0;
        }
    }

    private String said(String field) {
        return says.getOrDefault(field, "");
    }
}
