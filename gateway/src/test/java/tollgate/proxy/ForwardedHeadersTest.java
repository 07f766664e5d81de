package tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tollgate.dialect.anthropic.AnthropicDialect;
import tollgate.dialect.openai.OpenAiDialect;

class ForwardedHeadersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host",
                "Content-Length",
                "Content-Encoding",
                "Expect",
                "Authorization",
                "X-Api-Key",
                "api-key",
                "x-goog-api-key",
                "Cookie",
                "Forwarded",
                "X-Forwarded-For",
                "X-Forwarded-Anything",
                "OpenAI-Organization",
                "OpenAI-Project",
                "anthropic-workspace-id",
                "X-Tollgate-Tags",
                "X-Tollgate-Request-Id",
                "X-Usage-Cost",
                "X-Wallet-Balance",
                "Idempotency-Key"
            })
    void never_goes_upstream(String name) {
        HttpHeaders client = new DefaultHttpHeaders().set(name, "secret");
        assertThat(ForwardedHeaders.upstream(client, true).get(name)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type",
                "User-Agent",
                "X-Stainless-Lang",
                "traceparent",
                "X-Whatever",
                "Accept",
                "anthropic-version",
                "anthropic-beta"
            })
    void goes_upstream(String name) {
        HttpHeaders client = new DefaultHttpHeaders().set(name, "v");
        assertThat(ForwardedHeaders.upstream(client, true).get(name)).isEqualTo("v");
    }

    @Test
    void our_own_key_takes_the_place_of_the_clients_as_each_dialect_bears_it() {
        HttpHeaders client = new DefaultHttpHeaders()
                .set("Authorization", "Bearer tg_live_x")
                .set("X-Api-Key", "tg_live_x");
        HttpHeaders openai = ForwardedHeaders.upstream(client, true);
        new OpenAiDialect().authorize("sk-ours", openai::set);
        assertThat(openai.getAll("Authorization")).containsExactly("Bearer sk-ours");
        assertThat(openai.contains("x-api-key")).isFalse();
        HttpHeaders anthropic = ForwardedHeaders.upstream(client, true);
        new AnthropicDialect().authorize("sk-ours", anthropic::set);
        assertThat(anthropic.getAll("x-api-key")).containsExactly("sk-ours");
        assertThat(anthropic.contains("Authorization")).isFalse();
    }

    @ParameterizedTest(name = "{0}, stream {1}")
    @CsvSource({"'gzip, br', false, gzip", "br, false, identity", "'gzip, br', true, identity", "'', false, identity"})
    void an_encoding_is_asked_for_only_where_we_decode_it(String accepted, boolean stream, String asked) {
        HttpHeaders client = new DefaultHttpHeaders().set("Accept-Encoding", accepted);
        assertThat(ForwardedHeaders.upstream(client, stream).get("Accept-Encoding"))
                .isEqualTo(asked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Set-Cookie", "Alt-Svc", "Strict-Transport-Security", "OpenAI-Organization",
                        "x-ratelimit-remaining-tokens",
                "anthropic-ratelimit-requests-limit", "X-Usage-Cost", "X-Tollgate-Anything", "X-Total-Tokens",
                        "Content-Length",
                "Access-Control-Allow-Origin", "Retry-After"
            })
    void never_comes_downstream_on_success(String name) {
        HttpHeaders upstream = new DefaultHttpHeaders().set(name, "1");
        assertThat(ForwardedHeaders.downstream(upstream, 200).get(name)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Retry-After", "retry-after-ms", "x-should-retry", "x-request-id"})
    void comes_downstream_on_errors(String name) {
        HttpHeaders upstream = new DefaultHttpHeaders().set(name, "1");
        assertThat(ForwardedHeaders.downstream(upstream, 429).get(name)).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,               /p",
                "key=k,           /p",
                "a=1&key=k&b=2,   /p?a=1&b=2",
                "keyed=1,         /p?keyed=1",
                "api-version=1,   /p?api-version=1",
            })
    void a_clients_key_is_not_in_the_query(String query, String target) {
        assertThat(Query.target("/p", query)).isEqualTo(target);
    }

    @Test
    void tags_are_kept_cut_and_never_a_reason_to_refuse() {
        assertThat(Tags.of("team=search, feature = autocomplete ,nonsense,=x,"))
                .isEqualTo(Map.of("team", "search", "feature", "autocomplete"));
        assertThat(Tags.of(null)).isEmpty();
        assertThat(Tags.of("a=" + "x".repeat(500)).get("a")).hasSize(64);
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            many.append("t").append(i).append("=1,");
        }
        assertThat(Tags.of(many.toString())).hasSize(16);
    }
}
