package tollgate.wallet;

import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.SlotHash;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the servers of a cluster say. All that are known are asked, and the one with the latest election is believed: one
 * that was cut off does not know what was decided without it.
 */
final class ClusterView implements View {
    private final Links links;
    private final Set<Node> known;
    private final Supplier<Set<Node>> masters;
    private long latest = -1;

    /**
     * Asks these, and whomever they know.
     *
     * @param masters who is believed to take writes by now
     */
    ClusterView(List<Node> seeds, Supplier<Set<Node>> masters, Links links) {
        this.links = links;
        this.known = new LinkedHashSet<>(seeds);
        this.masters = masters;
    }

    /** What one server says. */
    private static final class Said {
        private final Node[] bySlot = new Node[SlotHash.SLOT_COUNT];
        private final Set<Node> everybody = new LinkedHashSet<>();
        private long election;
        private boolean well;

        boolean betterThan(@Nullable Said other) {
            return other == null || election > other.election || (election == other.election && well && !other.well);
        }
    }

    @Override
    public Node @Nullable [] look() {
        Said best = null;
        Set<Node> asked = new LinkedHashSet<>(known);
        asked.addAll(masters.get());
        for (Node node : asked) {
            try {
                Said said = links.to(node).ask(false, redis -> said(node, redis.clusterInfo(), redis.clusterSlots()));
                if (said.betterThan(best)) {
                    best = said;
                }
            } catch (RedisException away) {
                // the others know
            }
        }
        if (best == null || best.election < latest) {
            return null;
        }
        latest = best.election;
        known.addAll(best.everybody);
        return best.bySlot;
    }

    private static Said said(Node by, String clusterInfo, List<Object> slots) {
        Said said = new Said();
        clusterInfo.lines().forEach(line -> {
            if (line.startsWith("cluster_current_epoch:")) {
                said.election = Long.parseLong(line.substring("cluster_current_epoch:".length()));
            } else if (line.startsWith("cluster_state:")) {
                said.well = line.endsWith(":ok");
            }
        });
        for (Object each : slots) {
            List<?> range = (List<?>) each;
            for (int i = 2; i < range.size(); i++) {
                Node server = node(by, (List<?>) range.get(i));
                said.everybody.add(server);
                for (int slot = number(range.get(0)); i == 2 && slot <= number(range.get(1)); slot++) {
                    said.bySlot[slot] = server;
                }
            }
        }
        return said;
    }

    /** A server that does not know its own name means the one it was reached by. */
    private static Node node(Node by, List<?> server) {
        Object host = server.get(0);
        String name = host == null ? "" : host.toString();
        return new Node(name.isEmpty() || name.equals("?") ? by.host() : name, number(server.get(1)));
    }

    private static int number(Object reply) {
        return Math.toIntExact((Long) reply);
    }

    @Override
    public void close() {
        known.clear();
    }
}
