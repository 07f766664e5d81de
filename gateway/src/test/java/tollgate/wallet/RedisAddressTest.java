package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How an address is read. */
class RedisAddressTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://h                              | STANDALONE [h:6379]",
                "rediss://u:p@h:7/3                     | STANDALONE [h:7]",
                "redis://[::1]:7                        | STANDALONE [::1:7]",
                "redis-sentinel://a,b:9#m               | SENTINEL [a:26379, b:9] of m",
                "rediss-sentinel://u:p@a/2#my-master.1  | SENTINEL [a:26379] of my-master.1",
                "redis-cluster://a:1,b,c:3              | CLUSTER [a:1, b:6379, c:3]",
            })
    void each_topology_has_its_form(String url, String read) {
        assertThat(RedisAddress.parse(url)).hasToString(read);
    }

    @Test
    void users_and_passwords_are_decoded_and_never_told() {
        RedisAddress address = RedisAddress.parse("rediss://us%40er:pa%3Ass+%2F@h:1");
        var uri = address.uri(new Node("other", 2));
        var credentials = uri.getCredentialsProvider().resolveCredentials().block();
        assertThat(credentials.getUsername()).isEqualTo("us@er");
        assertThat(new String(credentials.getPassword())).isEqualTo("pa:ss+/");
        assertThat(uri.isSsl()).isTrue();
        assertThat(uri.getHost()).isEqualTo("other");
        assertThat(address.toString()).doesNotContain("pa:ss").doesNotContain("pa%3A");
    }

    @ParameterizedTest
    @CsvSource({
        "http://h",
        "redis://",
        "redis://u:secret@",
        "'redis://u:secret@a,b'",
        "redis-sentinel://u:secret@a",
        "redis://u:secret@a#m",
        "redis-cluster://u:secret@a/1",
        "redis://u:secret@a:x",
        "redis://u:secret@a?timeout=1s",
    })
    void what_is_no_address_is_refused_without_its_password(String url) {
        assertThatThrownBy(() -> RedisAddress.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("redis.url: '")
                .hasMessageContaining("(expected: ")
                .hasMessageNotContaining("secret");
    }
}
