package tollgate.wallet;

import java.util.Map;

/**
 * A cap's counter as Redis has it.
 *
 * @param name {@code cap:subject}
 * @param rolling it has one window, whose newest bucket's number stands for its start
 * @param since entries of the shard up to this number do not count: it was made or reset then
 * @param removed the cap is no more: the counter goes with the last hold
 * @param rate it counts requests at a rate: {@code spent} is its level by when that was so, in milliseconds since 1970
 * @param spent by start of the window
 * @param held by start of the window; of a rolling one, by 0
 */
public record CapCounter(
        String name,
        boolean rolling,
        long since,
        boolean removed,
        boolean rate,
        Map<Long, Long> spent,
        Map<Long, Long> held) {
    /** Copies what could change. */
    public CapCounter {
        spent = Map.copyOf(spent);
        held = Map.copyOf(held);
    }

    /**
     * What is left at a time of the level of a rate that lets so many requests through in its period: each has added the
     * milliseconds of that.
     */
    public long level(long limit, long nowMs) {
        return spent.entrySet().stream()
                .mapToLong(at -> {
                    long past = Math.max(0, nowMs - at.getKey());
                    long most = limit == 0 ? Long.MAX_VALUE : at.getValue() / limit;
                    return past > most ? 0 : at.getValue() - past * limit;
                })
                .max()
                .orElse(0);
    }
}
