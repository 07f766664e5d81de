package tollgate.proxy;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tollgate.metering.Observed;

/**
 * Where jobs are kept, so that none is lost with its gateway: every one belongs to a gateway by a lease, which others take
 * over once it is not renewed. The assembly implements it. Thread-safe; every method may block, and throws a {@link
 * RuntimeException} where nobody can tell right now.
 */
public interface JobBook {
    /** Keeps a job, ours from now on, and whose its answer is; once it returns, that survives this process. */
    void add(Job job);

    /** Renews our leases, and takes over what nobody sees to: those of them that were not ours. */
    List<Job> keep();

    /** How a job of ours stands that is open; empty where it is not, or not ours. */
    Optional<Standing> standing(String exchange);

    /**
     * How a job stands.
     *
     * @param relayed what clients have had of it through any gateway; null: nothing
     */
    record Standing(@Nullable Observed relayed) {}

    /** Clients have had so much of it: kept where that is more than what is. */
    void relayed(String exchange, Observed relayed);

    /** The open jobs of a shard. */
    List<Job> openOf(int shard);

    /** Its hold was placed again. */
    void placed(String exchange, int generation);

    /** It is settled, by whom- and however. */
    void settled(String exchange);

    /** The exchange whose open job makes something; empty where none does. */
    Optional<String> making(String upstream, String object);

    /** Lets go of all of ours. */
    void release();
}
