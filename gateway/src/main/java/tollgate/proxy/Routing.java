package tollgate.proxy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tollgate.metering.HoldSettings;

/**
 * Says where a request may go: the first route about its model, else the first upstream of its dialect; test money always
 * to the sandbox, at the prices of the first upstream. Immutable and thread-safe.
 */
public final class Routing {
    private final Map<String, List<Route>> live = new HashMap<>();
    private final Map<String, List<Route>> sandboxed = new HashMap<>();
    private final List<Target> targets = new ArrayList<>();
    private final List<Upstream> plain;
    private final List<Upstream> sandbox;

    /**
     * Routes for these upstreams.
     *
     * @param upstreams real providers, each with its standing
     * @param sandbox where exchanges of test wallets go, one for each dialect
     * @param routes as configured, the first about a model winning
     * @param holds how much is held where no route says
     */
    public Routing(List<Target> upstreams, List<Upstream> sandbox, List<Route> routes, HoldSettings holds) {
        this.plain = upstreams.stream().map(Target::upstream).toList();
        this.sandbox = List.copyOf(sandbox);
        targets.addAll(upstreams);
        routes.forEach(route -> targets.addAll(route.targets()));
        Map<String, Target> tests = new HashMap<>();
        sandbox.forEach(each -> tests.putIfAbsent(each.dialect(), new Target(each, null, 1, null)));
        for (Route route : routes) {
            add(live, route);
            Target test = tests.get(route.dialect());
            if (test != null) {
                String asked = route.targets().isEmpty()
                        ? null
                        : route.targets().getFirst().model();
                add(sandboxed, route.to(List.of(new Target(test.upstream(), asked, 1, null))));
            }
        }
        Map<String, Target> firsts = new HashMap<>();
        upstreams.forEach(each -> firsts.putIfAbsent(each.upstream().dialect(), each));
        firsts.values().forEach(each -> add(live, Route.only(each, holds)));
        tests.values().forEach(each -> add(sandboxed, Route.only(each, holds)));
    }

    private static void add(Map<String, List<Route>> routes, Route route) {
        routes.computeIfAbsent(route.dialect(), first -> new ArrayList<>()).add(route);
    }

    /** Whether anything of a dialect goes anywhere. */
    boolean serves(String dialect, boolean liveMoney) {
        return (liveMoney ? live : sandboxed).containsKey(dialect);
    }

    /** Where requests of a dialect for a model may go; null where nowhere. */
    @Nullable
    Route of(String dialect, String model, boolean liveMoney) {
        List<Route> routes = Objects.requireNonNullElse((liveMoney ? live : sandboxed).get(dialect), List.of());
        for (Route route : routes) {
            if (route.covers(model)) {
                return route;
            }
        }
        return null;
    }

    /** Whose rate cards may name what is served: the upstreams' names, and whom else they name. */
    Set<String> owners(String dialect, boolean liveMoney) {
        Set<String> owners = new HashSet<>();
        for (Route route : Objects.requireNonNullElse((liveMoney ? live : sandboxed).get(dialect), List.<Route>of())) {
            for (Target target : route.targets()) {
                owners.add(target.upstream().name());
                owners.add(Objects.requireNonNullElse(
                        target.upstream().prices(), target.upstream().name()));
            }
        }
        return owners;
    }

    /** The names of ones own that clients may ask for, patterns left out. */
    List<String> names(String dialect, boolean liveMoney) {
        return Objects.requireNonNullElse((liveMoney ? live : sandboxed).get(dialect), List.<Route>of()).stream()
                .filter(Route::rests)
                .flatMap(route -> route.models().stream())
                .filter(model -> !model.contains("*"))
                .toList();
    }

    /** Every real upstream as requests may reach it. */
    public List<Target> targets() {
        return List.copyOf(targets);
    }

    /** Where what no model is about goes: the first upstream of a dialect; null where there is none. */
    @Nullable
    Upstream first(String dialect, boolean liveMoney) {
        for (Upstream upstream : all(liveMoney)) {
            if (upstream.dialect().equals(dialect)) {
                return upstream;
            }
        }
        return null;
    }

    /** The upstream of a name, where something is kept; null where there is none any more. */
    @Nullable
    Upstream named(String name, boolean liveMoney) {
        for (Upstream upstream : all(liveMoney)) {
            if (upstream.name().equals(name)) {
                return upstream;
            }
        }
        return null;
    }

    /**
     * The same route to one upstream alone, since what a request goes on from is kept there.
     *
     * @return null where that upstream is no more, or the route may not go there
     */
    @Nullable
    Route bound(Route route, String name, boolean liveMoney) {
        List<Target> there = route.targets().stream()
                .filter(target -> target.upstream().name().equals(name))
                .limit(1)
                .toList();
        if (!there.isEmpty()) {
            return route.to(there);
        }
        Upstream keeper = named(name, liveMoney);
        boolean may = keeper != null
                && keeper.dialect().equals(route.dialect())
                && (route.region() == null || route.region().equals(keeper.region()));
        return may ? route.to(List.of(new Target(Objects.requireNonNull(keeper), null, 1, null))) : null;
    }

    private List<Upstream> all(boolean liveMoney) {
        return liveMoney ? plain : sandbox;
    }
}
