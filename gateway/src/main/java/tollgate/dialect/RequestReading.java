package tollgate.dialect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of reading a request body. */
public sealed interface RequestReading {
    /**
     * It is understood, and everything in it that can bill is bounded.
     *
     * @param models where the body names the model, in order; none: the path does. Null: in letters that no splice can
     *     replace
     */
    record Understood(MeteredRequest request, @Nullable List<ModelPlace> models) implements RequestReading {}

    /**
     * It is refused; nothing is forwarded and nothing held.
     *
     * @param status the HTTP status, 400
     * @param code a stable name of the reason
     * @param param the field at fault as the dialect writes it ({@code messages[0].content[1].type}), where there is one
     * @param message what was found and what was expected, for a person
     */
    record Refused(int status, String code, @Nullable String param, String message) implements RequestReading {
        /** The refusal to answer with. */
        public Refusal refusal() {
            return new Refusal(status, code, param, message);
        }
    }
}
