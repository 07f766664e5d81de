package tollgate.wallet;

import java.util.Map;

/**
 * A cap's counter as Redis has it.
 *
 * @param name {@code cap:subject}
 * @param rolling it has one window, whose newest bucket's number stands for its start
 * @param since entries of the shard up to this number do not count: it was made or reset then
 * @param removed the cap is no more: the counter goes with the last hold
 * @param spent by start of the window
 * @param held by start of the window; of a rolling one, by 0
 */
public record CapCounter(
        String name, boolean rolling, long since, boolean removed, Map<Long, Long> spent, Map<Long, Long> held) {
    /** Copies what could change. */
    public CapCounter {
        spent = Map.copyOf(spent);
        held = Map.copyOf(held);
    }
}
