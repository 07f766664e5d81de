package tollgate.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.ModelPlace;
import tollgate.dialect.Splice;
import tollgate.http.UpstreamFailure;
import tollgate.metering.HoldPlan;

/**
 * The upstreams that may serve one request, which of them has it, and whether it may go to another one.
 *
 * <p>It goes on only while nothing of an answer was passed on, and where the one before cannot have done what is asked: it was
 * not reached, did not have the request whole, or said with a status that it did nothing. Whether it goes on from one that had
 * it whole and fell silent is the route's to say, and never so where it may have left something behind.
 *
 * <p>Confined to the connection's event loop.
 */
final class Candidates {
    private static final Set<Integer> GONE_ON_FROM = Set.of(429, 500, 502, 503, 504, 529);

    private final Route route;
    private final MeteredRequest request;
    private final List<ModelPlace> places;
    private final int[] planned;
    private final boolean[] tried;
    private final int most;
    private int current;
    private int sent;
    private boolean alone;
    private long since;
    private @Nullable Passage passage;

    /**
     * Those of a route.
     *
     * @param request is of a model that the route is about
     * @param places where its body names that
     * @param planned for each target which of the covered plans is its; -1: it has no price, and is none
     */
    Candidates(Route route, MeteredRequest request, List<ModelPlace> places, List<Integer> planned) {
        this.route = route;
        this.request = request;
        this.places = List.copyOf(places);
        this.planned = planned.stream().mapToInt(Integer::intValue).toArray();
        this.tried = new boolean[planned.size()];
        this.current = planned.indexOf(0);
        int priced = (int) planned.stream().filter(plan -> plan >= 0).count();
        this.most = isBound(request) ? 1 : Math.min(route.attempts(), priced);
    }

    /** What is at a provider, nobody knows at which, is taken to be at the first: who works with it goes nowhere else. */
    private static boolean isBound(MeteredRequest request) {
        return request.extent().unbounded() != null
                && request.extent().kept().references().isEmpty();
    }

    /** A provider keeps its answer, or goes on making it: what was sent once is not sent again. */
    private static boolean isKept(MeteredRequest request) {
        return request.extent().kept().stored() || request.extent().kept().background() || isBound(request);
    }

    Route route() {
        return route;
    }

    /** The one that has it, or will be asked first as far as is known. */
    Target target() {
        return route.targets().get(current);
    }

    /** What it may cost there. */
    HoldPlan plan(HoldPlan covering) {
        return sent == 0 ? covering : covering.candidates().get(planned[current]);
    }

    /** The name that the model has there, where that is not what the client wrote. */
    @Nullable
    String renamed() {
        String asks = target().asks(request.model());
        return asks.equals(request.model()) ? null : asks;
    }

    /** With the change that names the model as it is called there. */
    List<Splice> naming(List<Splice> others) {
        String renamed = renamed();
        if (renamed == null || places.isEmpty()) {
            return others;
        }
        List<Splice> all = new ArrayList<>(others);
        places.forEach(place -> all.add(place.naming(renamed)));
        all.sort(Comparator.comparingInt(Splice::offset));
        return all;
    }

    /** Every name that the request's model has, for what is limited by model. */
    Set<String> models() {
        Set<String> names = new LinkedHashSet<>();
        names.add(request.model());
        for (int i = 0; i < planned.length; i++) {
            if (planned[i] >= 0) {
                names.add(route.targets().get(i).asks(request.model()));
            }
        }
        return names;
    }

    /** How long all of them rest; zero where one does not, or might take it. */
    Duration restLeft() {
        if (!route.rests()) {
            return Duration.ZERO;
        }
        Duration shortest = null;
        for (int i = 0; i < planned.length; i++) {
            Standing standing = route.targets().get(i).standing();
            if (planned[i] >= 0) {
                Duration left = standing == null ? Duration.ZERO : standing.restLeft();
                shortest = shortest == null || left.compareTo(shortest) < 0 ? left : shortest;
            }
        }
        return Objects.requireNonNull(shortest);
    }

    /**
     * Finds the one to ask first.
     *
     * @return whether there is one: they may rest, or have enough to do
     */
    boolean first(Function<Route, Turns> turns) {
        since = System.nanoTime();
        if (route.targets().size() == 1 || isBound(request)) {
            return goTo(inOrder());
        }
        Turns shared = turns.apply(route);
        int first = shared.first(target -> !down(target) && passes(target));
        return goTo(first < 0 ? shared.another(this::passes, tried) : first);
    }

    private int inOrder() {
        int first = 0;
        while (planned[first] < 0) {
            first++;
        }
        return passes(first) ? first : -1;
    }

    private boolean passes(int target) {
        if (planned[target] < 0) {
            return false;
        }
        Standing standing = route.targets().get(target).standing();
        if (standing == null) {
            return true;
        }
        Passage through = standing.pass(route.rests());
        if (through == null) {
            return false;
        }
        leave();
        passage = through;
        return true;
    }

    private boolean goTo(int target) {
        if (target < 0) {
            return false;
        }
        current = target;
        tried[target] = true;
        sent++;
        return true;
    }

    /** Whether another one could be asked after this one. */
    boolean more() {
        return !alone && sent < most;
    }

    /** No other will be asked: there is no room to keep the request for it. */
    void stay() {
        alone = true;
    }

    /** An answer begins. */
    void answered(int status, HttpHeaders head) {
        Passage through = passage;
        if (through == null) {
            return;
        }
        switch (status) {
            case 429, 502, 503, 504, 529 -> through.failed(RetryAfter.of(head));
            // tells nothing: it may be the request's own doing
            case 500 -> leave();
            default -> through.answered();
        }
    }

    /** No answer will come, or no more of it. */
    void failed() {
        if (passage != null) {
            passage.failed(null);
        }
    }

    /** Whether the request may go on from an answer with such a status. */
    boolean goesOnFrom(int status) {
        return GONE_ON_FROM.contains(status) && inTime();
    }

    /** Whether the request may go on from one that did not answer. */
    boolean goesOnFrom(UpstreamFailure failure, boolean sentWhole) {
        boolean reached = switch (failure.kind()) {
            case UNRESOLVED, CONNECT_REFUSED, CONNECT_TIMEOUT, TLS -> false;
            case FIRST_BYTE_TIMEOUT, IDLE_TIMEOUT, TOTAL_TIMEOUT, RESET, MALFORMED -> sentWhole;
        };
        return (!reached || resends()) && inTime();
    }

    /** Whether a request that one had whole may go to another, as long as the client has nothing of an answer. */
    boolean sendsAgain() {
        return resends() && more();
    }

    private boolean resends() {
        return route.resend() && !isKept(request);
    }

    private boolean inTime() {
        return more() && System.nanoTime() - since < route.within().toNanos();
    }

    /**
     * Finds another one.
     *
     * @return whether there is one
     */
    boolean another(Turns turns) {
        int next = turns.another(target -> !down(target) && passes(target), tried.clone());
        return goTo(next < 0 ? turns.another(this::passes, tried) : next);
    }

    private boolean down(int target) {
        Standing standing = route.targets().get(target).standing();
        return standing != null && standing.health().state() == Health.State.DOWN;
    }

    /** Its place at the upstream is free. Again: nothing happens. */
    void leave() {
        if (passage != null) {
            passage.close();
            passage = null;
        }
    }
}
