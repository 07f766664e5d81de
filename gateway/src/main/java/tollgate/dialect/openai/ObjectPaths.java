package tollgate.dialect.openai;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.ObjectCall;
import tollgate.dialect.ObjectCall.Deed;
import tollgate.dialect.ObjectCall.Kind;
import tollgate.dialect.Service;

/**
 * The paths of what OpenAI keeps: responses, conversations and stored chat completions. Each is asked for by its id; lists of
 * them are no paths here, since all projects share one account at the provider, and they would show everybody's.
 */
final class ObjectPaths {
    private static final String ID = "([A-Za-z0-9_.~-]{1,256})";

    private static final List<ObjectPath> PATHS = List.of(
            path(Service.RESPONSES, "GET", "/responses/" + ID, Kind.RESPONSE, Deed.READ),
            path(Service.RESPONSES, "GET", "/responses/" + ID + "/input_items", Kind.RESPONSE, Deed.READ),
            path(Service.RESPONSES, "POST", "/responses/" + ID + "/cancel", Kind.RESPONSE, Deed.CANCEL),
            path(Service.RESPONSES, "DELETE", "/responses/" + ID, Kind.RESPONSE, Deed.DELETE),
            path(Service.CHAT, "GET", "/chat/completions/" + ID, Kind.COMPLETION, Deed.READ),
            path(Service.CHAT, "GET", "/chat/completions/" + ID + "/messages", Kind.COMPLETION, Deed.READ),
            path(Service.CHAT, "POST", "/chat/completions/" + ID, Kind.COMPLETION, Deed.CHANGE),
            path(Service.CHAT, "DELETE", "/chat/completions/" + ID, Kind.COMPLETION, Deed.DELETE),
            path(Service.RESPONSES, "POST", "/conversations", Kind.CONVERSATION, Deed.MAKE),
            path(Service.RESPONSES, "GET", "/conversations/" + ID, Kind.CONVERSATION, Deed.READ),
            path(Service.RESPONSES, "POST", "/conversations/" + ID, Kind.CONVERSATION, Deed.CHANGE),
            path(Service.RESPONSES, "DELETE", "/conversations/" + ID, Kind.CONVERSATION, Deed.DELETE),
            path(Service.RESPONSES, "GET", "/conversations/" + ID + "/items", Kind.CONVERSATION, Deed.READ),
            path(Service.RESPONSES, "POST", "/conversations/" + ID + "/items", Kind.CONVERSATION, Deed.CHANGE),
            path(Service.RESPONSES, "GET", "/conversations/" + ID + "/items/" + ID, Kind.CONVERSATION, Deed.READ),
            path(Service.RESPONSES, "DELETE", "/conversations/" + ID + "/items/" + ID, Kind.CONVERSATION, Deed.CHANGE));

    private record ObjectPath(Service of, String method, Pattern pattern, Kind kind, Deed deed) {}

    private ObjectPaths() {}

    private static ObjectPath path(Service of, String method, String pattern, Kind kind, Deed deed) {
        return new ObjectPath(of, method, Pattern.compile(pattern), kind, deed);
    }

    /**
     * What is asked for.
     *
     * @param asked below where the language is spoken
     * @param served what the dialect has: what it has not leaves nothing behind
     */
    static @Nullable ObjectCall of(String method, String asked, Set<Service> served) {
        for (ObjectPath path : PATHS) {
            if (path.method.equals(method) && served.contains(path.of)) {
                Matcher matcher = path.pattern.matcher(asked);
                String id = matcher.matches() ? matcher.groupCount() == 0 ? "" : matcher.group(1) : null;
                // a path's own dots would be resolved by somebody behind us
                if (id != null && !asked.contains("/..") && !asked.contains("/./") && !asked.endsWith("/.")) {
                    return new ObjectCall(path.kind, id.isEmpty() ? null : id, path.deed);
                }
            }
        }
        return null;
    }
}
