package tollgate.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.function.Function;
import tollgate.records.IdempotentRequests;
import tollgate.records.Records;
import tollgate.records.Turn;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Does what a request with an {@code Idempotency-Key} asks once, and tells it again as often as it is asked. Thread-safe;
 * blocks.
 *
 * <h2>Invariant</h2> While a key is remembered, whatever its request makes bears the name that was minted with the
 * request's row, before any work. A turn at it may end anywhere, by a kill, a time-out or an error after the work: the
 * next turn makes the same wallet or key, books the same money by its reference, and only one turn's answer is kept.
 *
 * <h2>What is kept</h2> Good answers, for a day. A request that was refused before anything was done is forgotten; one
 * that failed otherwise is free for the next turn, under its name.
 *
 * <h2>Secrets</h2> No secret is kept. It is told by the turn whose answer is kept, and never again: an answer told again has
 * null for it. A turn that finds the key made by one that never answered gives it a new secret; the old one was told to
 * nobody, and a worker that has lost its turn can neither make nor change a key.
 */
final class Once {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final long UNFINISHED_MS = 60_000;
    private static final long KEPT_MS = 24 * 3_600_000L;
    private static final int LONGEST = 255;

    private final IdempotentRequests requests;
    private final Clock clock;

    Once(Records records, Clock clock) {
        this.requests = records.idempotentRequests();
        this.clock = clock;
    }

    /**
     * The answer, made now or before.
     *
     * @param caller the admin key
     * @param idempotencyKey the caller's name for the request
     * @param request all that tells it from another: method, path, query and body
     * @param work does it, at a turn
     */
    String answer(String caller, String idempotencyKey, String request, Function<Turn, Object> work) {
        if (idempotencyKey.isEmpty()
                || idempotencyKey.length() > LONGEST
                || !idempotencyKey.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw Problem.invalid("Idempotency-Key: expected 1 to " + LONGEST + " visible ASCII characters");
        }
        Turn turn = new Turn(hash(caller + "\n" + idempotencyKey), Ids.next("t_"), Ids.next(""));
        long now = clock.millis();
        requests.forgetBefore(now - KEPT_MS);
        return switch (requests.claim(turn, hash(request), now, now - UNFINISHED_MS)) {
            case IdempotentRequests.Claim.Answered(String body) -> body;
            case IdempotentRequests.Claim.Other() ->
                throw new Problem(422, "idempotency_key_reused", "this Idempotency-Key was used for another request");
            case IdempotentRequests.Claim.Busy() -> throw Problem.busy();
            case IdempotentRequests.Claim.Ours(Turn ours, boolean first) -> done(ours, first, work);
        };
    }

    private String done(Turn turn, boolean first, Function<Turn, Object> work) {
        boolean refused = false;
        boolean kept = false;
        try {
            JsonNode answer = MAPPER.valueToTree(work.apply(turn));
            String told = MAPPER.writeValueAsString(answer);
            if (answer instanceof ObjectNode object && object.has("secret")) {
                object.putNull("secret");
            }
            kept = requests.answered(turn, MAPPER.writeValueAsString(answer));
            if (!kept) {
                throw Problem.busy();
            }
            return told;
        } catch (Problem problem) {
            refused = first && problem.status() < 500;
            throw problem;
        } finally {
            if (refused) {
                requests.forget(turn);
            } else if (!kept) {
                requests.release(turn);
            }
        }
    }

    private static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
