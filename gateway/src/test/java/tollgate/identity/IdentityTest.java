package tollgate.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
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

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "gpt-5,        gpt-5,             true",
        "GPT-5,        gpt-5,             true",
        "gpt-5,        Gpt-5,             true",
        "gpt-5,        gpt-5-mini,        false",
        "gpt-5*,       gpt-5-mini,        true",
        "*,            anything,          true",
        "openai/gpt-5, gpt-5,             false",
    })
    void a_frozen_model_is_one_by_any_of_its_names(String pattern, String model, boolean frozen) {
        KeyIdentity free = key(List.of(), null);
        Bounds bounds = new Bounds(Bounds.Standing.GOOD, ZoneOffset.UTC, List.of(), List.of("other", pattern));
        KeyIdentity held = new KeyIdentity("k", "n", "o", null, 1, "w", false, null, null, List.of(), 0, null, bounds);
        assertThat(held.isFrozen(model)).isEqualTo(frozen);
        assertThat(held.isFrozen("first", model, "last")).isEqualTo(frozen);
        assertThat(held.maySpend()).as("other models may be used").isTrue();
        assertThat(free.isFrozen(model)).isFalse();
    }

    @Test
    void a_key_that_is_doubted_is_looked_up_anew_once_a_second_at_most_however_often_it_is_refused() {
        AtomicInteger asked = new AtomicInteger();
        KeyRing ring = new KeyRing(
                source(() -> {
                    asked.incrementAndGet();
                    return Optional.of(key(List.of(), null));
                }),
                Clock.systemUTC());
        long began = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            ring.doubt("k");
        }
        int seconds = (int) Duration.ofNanos(System.nanoTime() - began).toSeconds();
        assertThat(asked.get()).isBetween(1, 2 + seconds);
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
        assertThat(who(ring, secret)).isInstanceOf(KeyLookup.Known.class);
        assertThat(who(ring, secret)).isInstanceOf(KeyLookup.Known.class);
        assertThat(asked).hasValue(1);
        ring.forget("k");
        assertThat(who(ring, secret)).isInstanceOf(KeyLookup.Known.class);
        assertThat(asked).hasValue(2);
        assertThat(ring.refresh("k").toCompletableFuture().join()).isPresent();
        assertThat(asked).hasValue(3);
        asked.set(2);
        assertThat(who(ring, "tg_test_nonsense")).isInstanceOf(KeyLookup.Unknown.class);
        assertThat(who(ring, ApiKey.mint(ApiKey.Kind.ADMIN))).isInstanceOf(KeyLookup.Unknown.class);
        assertThat(asked).hasValue(2);
    }

    @Test
    void an_expired_key_is_nobody_even_from_the_cache() {
        Clock late = Clock.fixed(Instant.ofEpochSecond(3_000), ZoneOffset.UTC);
        KeyRing ring = new KeyRing(source(() -> Optional.of(key(List.of(), Instant.ofEpochSecond(2_000)))), late);
        String secret = ApiKey.mint(ApiKey.Kind.LIVE);
        assertThat(who(ring, secret)).isInstanceOf(KeyLookup.Unknown.class);
        assertThat(who(ring, secret)).isInstanceOf(KeyLookup.Unknown.class);
    }

    @Test
    void an_address_that_tries_too_many_unknown_keys_reaches_nobody_any_more_and_known_keys_go_on() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        String good = ApiKey.mint(ApiKey.Kind.LIVE);
        KeyRing ring = new KeyRing(
                source(() -> asked.getAndIncrement() == 0 ? Optional.of(key(List.of(), null)) : Optional.empty()),
                Clock.systemUTC());
        assertThat(who(ring, good)).isInstanceOf(KeyLookup.Known.class);
        int refused = 0;
        for (int i = 0; i < 1_000; i++) {
            refused += who(ring, ApiKey.mint(ApiKey.Kind.LIVE)) instanceof KeyLookup.TooMany ? 1 : 0;
        }
        // the second may have turned while they were tried
        assertThat(asked.get()).isBetween(21, 61);
        assertThat(refused).isEqualTo(1_001 - asked.get());
        assertThat(who(ring, good)).isInstanceOf(KeyLookup.Known.class);
        assertThat(ring.lookup(ApiKey.mint(ApiKey.Kind.LIVE), InetAddress.getByName("192.0.2.7"))
                        .toCompletableFuture()
                        .join())
                .as("another address")
                .isInstanceOf(KeyLookup.Unknown.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:0:1::1, 2001:db8:0:1:ffff::9, true",
        "2001:db8:0:1::1, 2001:db8:0:2::1, false",
        "192.0.2.1, 192.0.2.2, false"
    })
    void addresses_of_one_ipv6_network_are_one(String first, String second, boolean same) throws Exception {
        AddressLimiter limiter = new AddressLimiter(1, Duration.ofDays(1));
        limiter.count(InetAddress.getByName(first));
        assertThat(limiter.allows(InetAddress.getByName(first))).isFalse();
        assertThat(limiter.allows(InetAddress.getByName(second))).isEqualTo(!same);
    }

    @Test
    void a_key_that_many_ask_for_at_once_is_looked_up_once() {
        CompletableFuture<Optional<KeyIdentity>> answer = new CompletableFuture<>();
        AtomicInteger asked = new AtomicInteger();
        KeyRing ring = new KeyRing(
                new KeySource() {
                    @Override
                    public CompletionStage<Optional<KeyIdentity>> find(String hash) {
                        asked.incrementAndGet();
                        return answer;
                    }

                    @Override
                    public CompletionStage<Optional<KeyIdentity>> current(String keyId) {
                        return answer;
                    }
                },
                Clock.systemUTC());
        String secret = ApiKey.mint(ApiKey.Kind.LIVE);
        var first = ring.lookup(secret, InetAddress.getLoopbackAddress()).toCompletableFuture();
        var second = ring.lookup(secret, InetAddress.getLoopbackAddress()).toCompletableFuture();
        assertThat(first).isNotDone();
        answer.complete(Optional.of(key(List.of(), null)));
        assertThat(first.join()).isInstanceOf(KeyLookup.Known.class);
        assertThat(second.join()).isInstanceOf(KeyLookup.Known.class);
        assertThat(asked).hasValue(1);
    }

    private static KeyLookup who(KeyRing ring, String secret) {
        return ring.lookup(secret, InetAddress.getLoopbackAddress())
                .toCompletableFuture()
                .join();
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
        return new KeyIdentity("k", "n", "o", null, 1, "w", false, null, null, models, 0, expires, Bounds.NONE);
    }
}
