package tollgate.proxy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tollgate.dialect.MeteredRequest.Reference;
import tollgate.identity.KeyIdentity;

/** Whether all that a request goes on from is its key's to go on from, and where it is. Stateless. */
final class References {
    /** What came of looking. */
    sealed interface Found {
        /** All of it is at this upstream. */
        record At(String upstream) implements Found {}

        /** There is no such thing for this key, or it is elsewhere than the rest. */
        record Missing(Reference which) implements Found {}
    }

    private References() {}

    /**
     * Looks all of it up.
     *
     * @param references at least one
     * @return fails where nobody can tell right now
     */
    static CompletionStage<Found> find(ObjectMap objects, KeyIdentity key, List<Reference> references) {
        CompletionStage<Found> found = CompletableFuture.completedStage(new Found.At(""));
        for (Reference each : references) {
            found = found.thenCompose(before -> before instanceof Found.At(String where)
                    ? objects.find(key, each.kind(), each.id())
                            .thenApply(at -> at.filter(name -> where.isEmpty() || where.equals(name))
                                    .<Found>map(Found.At::new)
                                    .orElseGet(() -> new Found.Missing(each)))
                    : CompletableFuture.completedStage(before));
        }
        return found;
    }
}
