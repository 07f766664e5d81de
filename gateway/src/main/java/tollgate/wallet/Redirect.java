package tollgate.wallet;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server's error says of where a command belongs, and whether it was carried out. Stateless (H21).
 *
 * @param asks whether the other server has to be told ASKING first: the slot is on its way there
 */
record Redirect(Node node, boolean asks) {
    /**
     * Words of a server that has refused a command before anything was written; of a script, before its first write: what
     * they complain of does not change while it runs. Rights do not belong here: a script may come to lack one later.
     */
    private static final List<String> REFUSALS = List.of(
            "MOVED ",
            "ASK ",
            "TRYAGAIN",
            "CLUSTERDOWN",
            "CROSSSLOT",
            "LOADING",
            "MASTERDOWN",
            "NOREPLICAS",
            "MISCONF",
            "READONLY",
            "BUSY ",
            "OOM ",
            "NOAUTH");

    /** Where a command belongs instead; null where the error says nothing of that. */
    static @Nullable Redirect of(@Nullable Throwable failure, Node asked) {
        if (!(failure instanceof RedisCommandExecutionException) || failure.getMessage() == null) {
            return null;
        }
        String[] words = failure.getMessage().split(" ", 4);
        if (words.length < 3 || !(words[0].equals("MOVED") || words[0].equals("ASK"))) {
            return null;
        }
        Node node = Node.of(words[2].strip());
        // a server that does not know its own name means the one it was reached by
        boolean named = !node.host().isEmpty() && !node.host().equals("?");
        return new Redirect(named ? node : new Node(asked.host(), node.port()), words[0].equals("ASK"));
    }

    /** Whether a call that failed so has written nothing. */
    static boolean wroteNothing(@Nullable Throwable failure) {
        if (failure == null || failure.getMessage() == null) {
            return false;
        }
        String message = failure.getMessage();
        return failure instanceof RedisCommandExecutionException
                ? REFUSALS.stream().anyMatch(message::startsWith)
                // the command never left
                : failure instanceof RedisException && message.contains("Commands are rejected");
    }

    /** Whether a server says that it is not, or not now, the one for this slot: it may be another by now. */
    static boolean isElsewhere(@Nullable Throwable failure) {
        return !(failure instanceof RedisCommandExecutionException)
                || failure.getMessage() == null
                || failure.getMessage().startsWith("READONLY")
                || failure.getMessage().startsWith("CLUSTERDOWN")
                || failure.getMessage().startsWith("MASTERDOWN");
    }
}
