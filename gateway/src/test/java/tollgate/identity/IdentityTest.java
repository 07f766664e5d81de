package tollgate.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class IdentityTest {
    @ParameterizedTest
    @EnumSource(ApiKey.Kind.class)
    void a_minted_key_is_well_formed_and_one_changed_character_is_seen(ApiKey.Kind kind) {
        String key = ApiKey.mint(kind);
        assertThat(ApiKey.kind(key)).contains(kind);
        for (int i = 0; i < key.length(); i++) {
            char other = key.charAt(i) == 'a' ? 'b' : 'a';
            assertThat(ApiKey.kind(key.substring(0, i) + other + key.substring(i + 1)))
                    .isEmpty();
        }
        assertThat(ApiKey.kind(key + "a")).isEmpty();
        assertThat(ApiKey.display(key)).hasSizeLessThan(20).endsWith(key.substring(key.length() - 4));
    }

    @Test
    void the_check_is_the_crc_32_of_what_precedes_in_base_62() {

        String body = "tg_live_" + "0".repeat(30);
        String whole = body + crc62(body);
        assertThat(ApiKey.kind(whole)).contains(ApiKey.Kind.LIVE);
    }

    private static String crc62(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        BigInteger left = BigInteger.valueOf(crc.getValue());
        BigInteger base = BigInteger.valueOf(62);
        String digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            out.insert(0, digits.charAt(left.mod(base).intValue()));
            left = left.divide(base);
        }
        return out.toString();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "a bearer token                | authorization=Bearer k1                 | -          | Found",
                "a bearer of another case      | authorization=bearer k1                 | -          | Found",
                "another scheme is no key      | authorization=Basic k1                  | -          | Missing",
                "the header of Anthropic       | x-api-key=k1                            | -          | Found",
                "the header of Google          | x-goog-api-key=k1                       | -          | Found",
                "a query                       | -                                       | a=b&key=k1 | Found",
                "an encoded query              | -                                       | key=%6b1   | Found",
                "an encoded name               | -                                       | k%65y=k1   | Found",
                "an encoded name, another key  | x-api-key=k2                            | %6bey=k1   | Ambiguous",
                "the same key twice            | x-api-key=k1                            | key=k1     | Found",
                "two different keys            | x-api-key=k1                            | key=k2     | Ambiguous",
                "nothing                       | -                                       | -          | Missing",
                "an empty one                  | x-api-key=                              | key=       | Missing",
            })
    void keys_are_found_wherever_a_dialect_puts_them(String story, String header, String query, String what) {
        Map<String, List<String>> headers =
                header == null ? Map.of() : Map.of(header.split("=", 2)[0], List.of(header.split("=", 2)[1]));
        Credentials found = Credentials.of(name -> headers.getOrDefault(name, List.of()), query);
        assertThat(found.getClass().getSimpleName()).isEqualTo(what);
        if (found instanceof Credentials.Found(String secret)) {
            assertThat(secret).isEqualTo("k1");
            assertThat(found.toString()).doesNotContain("k1");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-4o,  gpt-4o,      true",
        "gpt-4o,  gpt-4o-mini, false",
        "gpt-4o*, gpt-4o-mini, true",
        "*mini,   gpt-4o-mini, true",
        "g*o*i,   gpt-4o-mini, true",
        "g*x*i,   gpt-4o-mini, false",
        "ab*ab,   ab,          false",
        "*,       anything,    true",
    })
    void allowed_models_are_patterns(String pattern, String model, boolean allowed) {
        assertThat(key(List.of(pattern), null).allows(model)).isEqualTo(allowed);
        assertThat(key(List.of(), null).allows(model)).isTrue();
    }

    @Test
    void a_key_is_looked_up_once_until_it_is_forgotten_and_never_when_it_is_malformed() {
        AtomicInteger asked = new AtomicInteger();
        Clock clock = Clock.fixed(Instant.ofEpochSecond(1_000), ZoneOffset.UTC);
        KeyRing ring = new KeyRing(
                source(() -> {
                    asked.incrementAndGet();
                    return Optional.of(key(List.of(), Instant.ofEpochSecond(2_000)));
                }),
                clock);
        String secret = ApiKey.mint(ApiKey.Kind.TEST);
        assertThat(ring.lookup(secret).toCompletableFuture().join()).isPresent();
        assertThat(ring.lookup(secret).toCompletableFuture().join()).isPresent();
        assertThat(asked).hasValue(1);
        ring.forget("k");
        assertThat(ring.lookup(secret).toCompletableFuture().join()).isPresent();
        assertThat(asked).hasValue(2);
        assertThat(ring.refresh("k").toCompletableFuture().join()).isPresent();
        assertThat(asked).hasValue(3);
        asked.set(2);
        assertThat(ring.lookup("tg_test_nonsense").toCompletableFuture().join()).isEmpty();
        assertThat(ring.lookup(ApiKey.mint(ApiKey.Kind.ADMIN))
                        .toCompletableFuture()
                        .join())
                .isEmpty();
        assertThat(asked).hasValue(2);
    }

    @Test
    void an_expired_key_is_nobody_even_from_the_cache() {
        Clock late = Clock.fixed(Instant.ofEpochSecond(3_000), ZoneOffset.UTC);
        KeyRing ring = new KeyRing(source(() -> Optional.of(key(List.of(), Instant.ofEpochSecond(2_000)))), late);
        String secret = ApiKey.mint(ApiKey.Kind.LIVE);
        assertThat(ring.lookup(secret).toCompletableFuture().join()).isEmpty();
        assertThat(ring.lookup(secret).toCompletableFuture().join()).isEmpty();
    }

    private static KeySource source(Supplier<Optional<KeyIdentity>> answer) {
        return new KeySource() {
            @Override
            public CompletionStage<Optional<KeyIdentity>> find(String hash) {
                return CompletableFuture.completedStage(answer.get());
            }

            @Override
            public CompletionStage<Optional<KeyIdentity>> current(String keyId) {
                return CompletableFuture.completedStage(answer.get());
            }
        };
    }

    private static KeyIdentity key(List<String> models, @Nullable Instant expires) {
        return new KeyIdentity("k", "n", "o", 1, "w", false, null, null, models, 0, expires, Bounds.NONE);
    }
}
