package tollgate.proxy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tollgate.dialect.MeteredRequest;
import tollgate.dialect.ObjectCall;
import tollgate.dialect.Refusal;
import tollgate.http.UpstreamFailure;
import tollgate.identity.KeyIdentity;
import tollgate.metering.Ending;
import tollgate.metering.HoldPlan;
import tollgate.pricing.UnitClass;
import tollgate.pricing.Usd;
import tollgate.wallet.PlaceResult;

/** The proxy's own refusals, worded once. Stateless. */
final class Refusals {
    /** No upstream may be asked now. */
    static final String UPSTREAM_UNAVAILABLE = "upstream_unavailable";

    private static final int LONGEST_QUOTED = 100;

    private Refusals() {}

    /** What a client sent, short enough to be said back. */
    static String cut(String quoted) {
        return quoted.length() <= LONGEST_QUOTED ? quoted : quoted.substring(0, LONGEST_QUOTED) + "…";
    }

    static Refusal notFound(String method, String path) {
        return new Refusal(404, "not_found", null, "no metered service at " + method + " " + cut(path));
    }

    static Refusal key() {
        return new Refusal(
                401,
                "invalid_api_key",
                null,
                "no valid API key was given: send one as Authorization: Bearer or x-api-key");
    }

    /** A signature proves who asks only to those who have the secret that made it. */
    static Refusal signed() {
        return new Refusal(
                401,
                "invalid_api_key",
                null,
                "the request is signed with AWS credentials, which only AWS can check: give a key of this gateway instead,"
                        + " as AWS_BEARER_TOKEN_BEDROCK or as the access key id");
    }

    /** A field of the head asks for what bills besides what the body says. */
    static Refusal field(String name) {
        return new Refusal(
                400,
                "unsupported_parameter",
                name,
                "header " + name + ": what it asks for has no price here yet (expected: absent); remove it");
    }

    static Refusal tooManyUnknownKeys() {
        return new Refusal(
                429,
                "too_many_unknown_keys",
                null,
                "too many unknown API keys were tried from this address; try again in a second");
    }

    static Refusal tooManyRequests() {
        return new Refusal(
                429, "too_many_requests", null, "too many requests come from this address; try again in a second");
    }

    static Refusal twoKeys() {
        return new Refusal(400, "two_api_keys", null, "two different API keys were given; send one");
    }

    static Refusal keySourceAway() {
        return new Refusal(503, "unavailable", null, "keys cannot be looked up right now; try again");
    }

    static Refusal noUpstream(String dialect, boolean live) {
        return new Refusal(
                503,
                "no_upstream",
                null,
                "no " + (live ? "" : "sandbox ") + "upstream is configured for the dialect " + dialect);
    }

    static Refusal tooLarge(long most) {
        return new Refusal(413, "request_too_large", null, "the request's body is longer than " + most + " bytes");
    }

    static Refusal codedBody(String coding) {
        return new Refusal(
                415, "unsupported_content_encoding", null, "content-encoding: '" + cut(coding) + "' (expected: none)");
    }

    static Refusal busy() {
        return new Refusal(503, "overloaded", null, "too many request bodies are in memory right now; try again");
    }

    static Refusal announce(String value) {
        return new Refusal(
                400,
                "invalid_header",
                "X-Tollgate-Announce",
                "X-Tollgate-Announce: '" + cut(value) + "' (expected: trailers or usage)");
    }

    static Refusal query(String part) {
        return new Refusal(
                400,
                "invalid_query",
                null,
                "query: '" + cut(part) + "' (expected: nothing that changes how the answer is written)");
    }

    static Refusal idempotencyKey(String why) {
        return new Refusal(400, "invalid_header", "Idempotency-Key", why);
    }

    static Refusal notKept(@Nullable String param, String id) {
        return new Refusal(
                404,
                "not_found",
                param,
                (param == null ? "" : param + ": ") + "'" + cut(id)
                        + "' (expected: the id of something that the provider keeps for this key's project)");
    }

    /** The same of what a request names; of some of it an operator may say that all may have it. */
    static Refusal notKept(MeteredRequest.Reference which) {
        boolean sharable = which.kind() == ObjectCall.Kind.ELSEWHERE || which.kind() == ObjectCall.Kind.ITEM;
        Refusal no = notKept(which.param(), which.id());
        return !sharable
                ? no
                : new Refusal(
                        no.status(),
                        no.code(),
                        no.param(),
                        which.param() + ": '" + cut(which.id())
                                + "' (expected: the id of something that the provider keeps for this key's project, or"
                                + " that the operator shares with all by upstreams.*.shared)");
    }

    static Refusal stillMade(String exchange) {
        return new Refusal(
                409,
                "still_running",
                null,
                "this answer is still made, or not paid for yet, as exchange " + exchange
                        + "; cancel it first, or try again in a moment",
                Map.of("exchange", exchange));
    }

    static Refusal jobNotKept() {
        return new Refusal(
                503,
                "unavailable",
                null,
                "the answer in the background could not be recorded; nothing was charged; try again");
    }

    static Refusal jobGoesOn() {
        return new Refusal(
                502,
                "upstream_cut",
                null,
                "the stream of this answer broke off; it is still made in the background: ask for it by its id");
    }

    static Refusal objectsAway() {
        return new Refusal(
                503, "unavailable", null, "whose this is cannot be looked up right now; nothing was sent; try again");
    }

    static Refusal otherRequest(String earlier) {
        return new Refusal(
                422,
                "idempotency_key_reused",
                null,
                "another request was sent under this Idempotency-Key, as exchange " + earlier
                        + "; nothing was sent; give this one a name of its own",
                Map.of("exchange", earlier));
    }

    static Refusal stillRunning(String earlier) {
        return new Refusal(
                409,
                "still_running",
                null,
                "this request is under way as exchange " + earlier + "; it is not sent a second time",
                Map.of("exchange", earlier));
    }

    static Refusal alreadySettled(String earlier, Usd charge) {
        return new Refusal(
                409,
                "already_settled",
                null,
                "this request ran as exchange " + earlier + " and was charged " + charge
                        + " USD, once; answers are not kept: to run it again, give it another Idempotency-Key",
                Map.of("exchange", earlier, "charge", charge.toString()));
    }

    static Refusal outcomeUnknown(String earlier) {
        return new Refusal(
                503,
                "unavailable",
                null,
                "what became of exchange " + earlier + ", which this request was, cannot be told right now; nothing was"
                        + " sent; try again",
                Map.of("exchange", earlier));
    }

    static Refusal model(String model) {
        return new Refusal(403, "model_not_allowed", "model", "this key may not use the model '" + model + "'");
    }

    static Refusal unpriced(String model, @Nullable String nearest, @Nullable String periods) {
        String hint = periods != null
                ? " now; its rates apply " + periods
                : nearest == null ? "" : "; did you mean '" + nearest + "'?";
        return new Refusal(400, "model_not_priced", "model", "no rate is known for the model '" + model + "'" + hint);
    }

    static Refusal plan(KeyIdentity key) {
        return new Refusal(
                503,
                "plan_unknown",
                null,
                "the plan '" + key.plan() + "' is in none of this gateway's rate card files; nothing was sent");
    }

    static Refusal notPricedFor(MeteredRequest request) {
        return new Refusal(
                400,
                "model_not_priced",
                "model",
                "the model '" + request.model() + "' has no rates for "
                        + request.service().wireName());
    }

    static Refusal callsNotPriced(MeteredRequest request) {
        return new Refusal(
                400,
                "model_not_priced",
                "tools",
                "the model '" + request.model()
                        + "' has no rates for all of the provider's own tools that are asked for: "
                        + request.extent().calls().keySet().stream()
                                .map(UnitClass::wireName)
                                .sorted()
                                .collect(Collectors.joining(", ")));
    }

    static Refusal unbounded(String param) {
        return new Refusal(
                400,
                "unbounded_input",
                param,
                param
                        + ": what it makes the model read cannot be bounded beforehand (expected: absent, or an input_ceiling"
                        + " in this gateway's configuration)");
    }

    static Refusal conditions(MeteredRequest.Conditions asked) {
        return new Refusal(
                400,
                "model_not_priced",
                null,
                "the model has no rates for what is asked for: "
                        + (asked.tier() == null ? "" : "speed or service tier '" + asked.tier() + "' ")
                        + (asked.region() == null ? "" : "region '" + asked.region() + "'"));
    }

    static Refusal journalFull() {
        return new Refusal(
                503, "journal_full", null, "settlements cannot be recorded right now; nothing was sent; try again");
    }

    static Refusal held(PlaceResult result, HoldPlan plan) {
        return switch (result) {
            case PlaceResult.InsufficientFunds(Usd balance, Usd held) -> funds(plan, balance, held);
            case PlaceResult.WalletNotActive(String state) ->
                new Refusal(403, "wallet_" + state, null, "the wallet is " + state);
            case PlaceResult.TooManyOpen(long open) ->
                new Refusal(
                        429,
                        "too_many_open",
                        null,
                        "the wallet has " + open + " requests open, as many as it may have: try again when others end");
            case PlaceResult.UnknownWallet() ->
                new Refusal(503, "wallet_unknown", null, "the wallet of this key is not in place; try again");
            case PlaceResult.StaleWindow _ ->
                new Refusal(503, "unavailable", null, "the gateway's clock and the wallet's differ; try again");
            case PlaceResult.GrantDue _ ->
                new Refusal(503, "unavailable", null, "credit of the wallet is expiring; try again");
            case PlaceResult.Repeated _, PlaceResult.OtherRequest _, PlaceResult.CapReached _ ->
                throw new IllegalArgumentException("told elsewhere: " + result);
            case PlaceResult.StaleCap _ ->
                new Refusal(503, "unavailable", null, "the key's caps are changing; try again");
            case PlaceResult.StalePolicy(long current) ->
                new Refusal(503, "unavailable", null, "the key's settings are changing; try again");
            case PlaceResult.AlreadyFinal() ->
                new Refusal(503, "unavailable", null, "the hold was given up; try again");
            case PlaceResult.Rejected(String code, String detail)
            when code.equals("CUR") ->
                new Refusal(
                        403,
                        "wallet_currency",
                        null,
                        "the key and its wallet are not of the same kind: test and real money never mix");
            case PlaceResult.Rejected(String code, String detail) ->
                new Refusal(503, "wallet_refused", null, "the wallet refused the hold: " + code);
            case PlaceResult.Unavailable(String why, boolean may) ->
                new Refusal(
                        503,
                        "wallet_unavailable",
                        null,
                        "the wallet cannot be asked right now; nothing was sent; try again");
            case PlaceResult.Placed placed -> throw new IllegalArgumentException("not a refusal: " + placed);
        };
    }

    private static Refusal funds(HoldPlan plan, Usd balance, Usd held) {
        Usd available = balance.minus(held);
        // no overrun is left to a wallet that has what such a request usually costs
        Usd needed = available.compareTo(plan.min()) < 0 ? plan.min() : plan.worst();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("available", available.toString());
        details.put("needed", needed.toString());
        if (balance.compareTo(needed) >= 0) {
            details.put("held", held.toString());
            return new Refusal(
                    429,
                    "funds_held",
                    null,
                    "the balance is enough, but " + held + " USD of it is held by requests under way; " + needed
                            + " USD are needed; try again when they end",
                    details);
        }
        Long affordable = plan.affordableCeiling(available);
        if (affordable != null) {
            details.put("affordable", affordable);
        }
        String hint = affordable == null ? "" : ", or ask for at most " + affordable + " output tokens";
        return new Refusal(
                402,
                "insufficient_funds",
                null,
                "this request needs up to " + needed + " USD and the wallet has " + available
                        + " USD available: top up the wallet" + hint,
                details);
    }

    static Refusal upstreamFailed(UpstreamFailure failure) {
        return failure.kind().timeout()
                ? new Refusal(504, "upstream_timeout", null, "the upstream did not answer in time; nothing was charged")
                : new Refusal(
                        502,
                        "upstream_failed",
                        null,
                        "the upstream could not be reached or failed; nothing was charged");
    }

    static Refusal upstreamsRest(Duration left) {
        return new Refusal(
                503,
                UPSTREAM_UNAVAILABLE,
                null,
                "every upstream for this model is failing or has as much as it may be given; nothing was charged; try again",
                Map.of("retry_after", Math.max(1, Math.ceilDiv(left.toMillis(), 1000L))));
    }

    static Refusal upstreamCredentials() {
        return new Refusal(
                502,
                "upstream_credentials",
                null,
                "the upstream refused the gateway's own account; nothing was charged");
    }

    static Refusal upstreamError(int status) {
        return new Refusal(
                status,
                "upstream_error",
                null,
                "the upstream answered with an error that cannot be read and is not passed on; nothing was charged");
    }

    static Refusal upstreamGarbled() {
        return new Refusal(
                502,
                "upstream_garbled",
                null,
                "the upstream's answer was not what its dialect says; nothing was charged");
    }

    static Refusal upstreamRedirect() {
        return new Refusal(
                502, "upstream_redirect", null, "the upstream answered with a redirection, which is not followed");
    }

    static Refusal defect() {
        return new Refusal(500, "internal_error", null, "the gateway failed; nothing was charged");
    }

    static Refusal cutWithheld() {
        return new Refusal(502, "upstream_cut", null, "the upstream's answer broke off; nothing was charged");
    }

    static Refusal cutRelayed() {
        return new Refusal(502, "upstream_cut", null, "the upstream's answer broke off; what came before is charged");
    }

    static Refusal stopped(Ending.Reason why) {
        return switch (why) {
            case SHUTDOWN ->
                new Refusal(503, "gateway_stopping", null, "the gateway is being stopped; what came before is charged");
            case TIME_LIMIT ->
                new Refusal(
                        504, "time_limit", null, "the exchange took longer than any may; what came before is charged");
            case DEFECT -> defect();
            case FUNDS_ENDED, HOLD_LOST ->
                new Refusal(503, "hold_lost", null, "the money set aside was lost; what came before is charged");
        };
    }
}
