package tollgate.books;

import io.lettuce.core.RedisException;
import java.util.Collection;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes a step for each shard: one whose server is away does not keep the others from theirs. Confined to one thread.
 */
final class EachShard {
    private @Nullable RedisException first;

    /** Takes the step for all that can. */
    void of(Collection<Integer> shards, IntConsumer step) {
        for (int shard : shards) {
            try {
                step.accept(shard);
            } catch (RedisException away) {
                first = first == null ? away : first;
            }
        }
    }

    /**
     * Says what went wrong, once everybody had their turn.
     *
     * @throws RedisException where a server was away
     */
    void tell() {
        RedisException away = first;
        if (away != null) {
            first = null;
            throw away;
        }
    }
}
