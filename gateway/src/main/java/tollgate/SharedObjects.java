package tollgate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tollgate.config.TollgateConfig;
import tollgate.dialect.ObjectCall;

/**
 * What providers keep that an operator lets every project name: vector stores, files, containers, buckets, prompts, which no
 * project made through the gateway. Immutable.
 *
 * @param live of real upstreams, by their names
 * @param sandbox of the sandbox's, each with what is shared at any upstream of its dialect
 */
record SharedObjects(Map<String, List<String>> live, Map<String, List<String>> sandbox) {
    static SharedObjects of(TollgateConfig config) {
        Map<String, List<String>> live = new LinkedHashMap<>();
        Map<String, List<String>> sandbox = new LinkedHashMap<>();
        for (TollgateConfig.Provider each : config.upstreams()) {
            live.put(each.name(), each.rules().shared());
            sandbox.computeIfAbsent(RoutingSetup.sandboxName(each.dialect()), any -> new ArrayList<>())
                    .addAll(each.rules().shared());
        }
        return new SharedObjects(live, sandbox);
    }

    /** The upstream that shares something; empty where none does, or where that is a project's. */
    Optional<String> upstream(boolean liveMoney, ObjectCall.Kind kind, String id) {
        if (kind != ObjectCall.Kind.ELSEWHERE && kind != ObjectCall.Kind.ITEM) {
            return Optional.empty();
        }
        return (liveMoney ? live : sandbox)
                .entrySet().stream()
                        .filter(each -> each.getValue().stream().anyMatch(shared -> matches(shared, id)))
                        .map(Map.Entry::getKey)
                        .findFirst();
    }

    private static boolean matches(String shared, String id) {
        return shared.endsWith("*")
                ? id.startsWith(shared.substring(0, shared.length() - 1)) && !id.contains("..")
                : shared.equals(id);
    }
}
