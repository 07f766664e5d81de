package tollgate.proxy;

import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tollgate.wallet.Place;
import tollgate.wallet.PlaceResult;

/**
 * Puts the holds of jobs back that Redis has lost, before anything new may be held on their shard: those of every open job in the
 * books, since whoever saw to it may be dead, or not know of it yet. Thread-safe; blocks.
 */
public final class LostHolds {
    private static final Logger LOG = LoggerFactory.getLogger(LostHolds.class);

    private final JobBook book;
    private final Function<List<Place>, List<PlaceResult>> placing;
    private final JobSettings settings;
    private final boolean enforce;
    private final int mostOpen;
    private final Clock clock;

    /**
     * Of this book.
     *
     * @param placing sets money aside for many
     * @param enforce as {@link ProxySettings} says
     * @param mostOpen open holds that one wallet may have
     */
    public LostHolds(
            JobBook book,
            Function<List<Place>, List<PlaceResult>> placing,
            JobSettings settings,
            boolean enforce,
            int mostOpen,
            Clock clock) {
        this.book = book;
        this.placing = placing;
        this.settings = settings;
        this.enforce = enforce;
        this.mostOpen = mostOpen;
        this.clock = clock;
    }

    /**
     * Puts back what is missing of a shard. What is there, or over, stays as it is.
     *
     * @return whether every open job has its hold, or can have none; false: nobody can say right now
     */
    public boolean placed(int shard) {
        List<Job> open = book.openOf(shard);
        if (open.isEmpty()) {
            return true;
        }
        List<Place> places = open.stream()
                .map(job -> JobHold.again(job, clock.instant(), settings, enforce, mostOpen))
                .toList();
        List<PlaceResult> results = placing.apply(places);
        boolean all = true;
        for (int i = 0; i < results.size(); i++) {
            String exchange = places.get(i).exchange();
            switch (results.get(i)) {
                case PlaceResult.Placed _ -> book.placed(exchange, places.get(i).generation());
                case PlaceResult.AlreadyFinal _ -> {}
                // its hold is there, under the number of whoever placed it
                case PlaceResult.Rejected(String code, String _) when code.equals("CONFLICT") -> {}
                case PlaceResult.Unavailable _ -> all = false;
                case PlaceResult no -> LOG.error("job of exchange {} gets no hold again: {}", exchange, no);
            }
        }
        return all;
    }
}
