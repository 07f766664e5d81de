package tollgate.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.function.Supplier;
import tollgate.records.IdempotentRequests;
import tollgate.records.Records;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Does what a request with an {@code Idempotency-Key} asks once, and tells it again as often as it is asked. Thread-safe;
 * blocks.
 *
 * <p>Kept are good answers only, for a day, without a key's secret: whoever lost that rotates the key. A process killed
 * between work and answer leaves the work done without one; asked again after a minute it is done again, which for money
 * is the same by its reference.
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
     * @param request all that tells it from another
     */
    String answer(String caller, String idempotencyKey, String request, Supplier<Object> work) {
        if (idempotencyKey.isEmpty()
                || idempotencyKey.length() > LONGEST
                || !idempotencyKey.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw Problem.invalid("Idempotency-Key: expected 1 to " + LONGEST + " visible ASCII characters");
        }
        String id = hash(caller + "\n" + idempotencyKey);
        long now = clock.millis();
        requests.forget(now - KEPT_MS);
        return switch (requests.claim(id, hash(request), now, now - UNFINISHED_MS)) {
            case IdempotentRequests.Claim.Answered(String body) -> body;
            case IdempotentRequests.Claim.Other() ->
                throw new Problem(422, "idempotency_key_reused", "this Idempotency-Key was used for another request");
            case IdempotentRequests.Claim.Busy() ->
                throw new Problem(409, "idempotency_key_busy", "a request with this Idempotency-Key is under way");
            case IdempotentRequests.Claim.Ours() -> done(id, work);
        };
    }

    private String done(String id, Supplier<Object> work) {
        boolean good = false;
        try {
            JsonNode answer = MAPPER.valueToTree(work.get());
            String told = MAPPER.writeValueAsString(answer);
            if (answer instanceof ObjectNode object && object.has("secret")) {
                object.putNull("secret");
            }
            requests.answered(id, MAPPER.writeValueAsString(answer));
            good = true;
            return told;
        } finally {
            if (!good) {
                requests.release(id);
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
