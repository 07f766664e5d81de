package tollgate.proxy;

import java.util.List;
import tollgate.dialect.AnswerFacts;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.ObjectCall;
import tollgate.dialect.Service;
import tollgate.identity.KeyIdentity;

/**
 * Tells the map of what one exchange's answer leaves at the provider, before the client can name it.
 *
 * <p>Confined to the connection's event loop.
 */
final class Keeping {
    private final ObjectMap objects;
    private final KeyIdentity key;
    private final ObjectCall.Kind kind;
    private final boolean stored;
    private final String exchange;
    private boolean told;
    private int itemsTold;

    Keeping(ObjectMap objects, KeyIdentity key, MeteredRequest request, String exchange) {
        this.objects = objects;
        this.key = key;
        this.kind = request.service() == Service.RESPONSES ? ObjectCall.Kind.RESPONSE : ObjectCall.Kind.COMPLETION;
        this.stored = request.extent().kept().stored();
        this.exchange = exchange;
    }

    /** Tells what has been named since the last time, at which upstream it is. */
    void saw(AnswerFacts answer, String upstream) {
        String id = answer.objectId();
        if (stored && id != null && !told) {
            told = true;
            made(upstream, kind, id);
        }
        List<String> items = answer.itemIds();
        while (itemsTold < items.size()) {
            String item = items.get(itemsTold++);
            if (stored || !isWhole(item)) {
                made(upstream, ObjectCall.Kind.ITEM, item);
            }
        }
    }

    /** Nobody looks it up who sends it back: all of it is in the answer, which is not kept. */
    private static boolean isWhole(String item) {
        return item.startsWith("msg_") || item.startsWith("fc_") || item.startsWith("ctc_");
    }

    private void made(String upstream, ObjectCall.Kind what, String id) {
        objects.made(new ObjectMap.Made(upstream, what, id, ObjectMap.owner(key), key.live(), exchange));
    }
}
