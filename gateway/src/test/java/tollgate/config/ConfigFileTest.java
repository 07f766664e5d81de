package tollgate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.pricing.Usd;

class ConfigFileTest {
    @Test
    void the_documented_file_says_what_an_empty_one_means() {
        Map<String, String> set = Map.of(
                "OPENAI_API_KEY",
                "sk-o",
                "ANTHROPIC_API_KEY",
                "sk-a",
                "GEMINI_API_KEY",
                "AIza",
                "AWS_BEARER_TOKEN_BEDROCK",
                "ABSK",
                "TOLLGATE_ADMIN_KEY",
                "tg_admin_x");
        TollgateConfig documented = ConfigFile.read(Path.of("..", "config", "tollgate.yaml"), set);
        assertThat(documented).isEqualTo(ConfigFile.defaults(set));
        assertThat(documented.upstreams()).hasSize(4);
    }

    @Test
    void what_needs_an_unset_variable_is_left_out_with_a_warning() {
        TollgateConfig config = ConfigFile.read(Path.of("..", "config", "tollgate.yaml"), Map.of());
        assertThat(config.upstreams()).isEmpty();
        assertThat(config.adminKeys()).isEmpty();
        assertThat(config.warnings()).anySatisfy(warning -> assertThat(warning).contains("OPENAI_API_KEY"));
    }

    @Test
    void explicit_values_are_taken() {
        TollgateConfig config = ConfigFile.parse("t.yaml", """
                listen: {gateway: "127.0.0.1:9000"}
                holds: {life_s: 30, max_overrun: "1.50"}
                timeouts: {idle: 250ms, total: 2h}
                limits: {request_bytes: 64KiB}
                journal: {sync_ms: 0}
                announce: {sse_comment: false}
                prices: {markup_percent: 12.5}
                upstreams: {mine: {dialect: openai, base_url: "http://127.0.0.1:1/x", api_key: k}}
                """, Map.of());
        assertThat(config.listen().gateway().getPort()).isEqualTo(9000);
        assertThat(config.holds().life()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.holds().maxOverrun()).isEqualTo(Usd.parse("1.5"));
        assertThat(config.timeouts().idle()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.timeouts().total()).isEqualTo(Duration.ofHours(2));
        assertThat(config.limits().requestBytes()).isEqualTo(65_536);
        assertThat(config.journalSync()).isZero();
        assertThat(config.announce().sseComment()).isFalse();
        assertThat(config.upstreams().getFirst().apiKey()).isEqualTo("k");
        assertThat(config.toString()).doesNotContain("api_key=k");
    }

    private static final String BEDROCK =
            "upstreams: {b: {dialect: bedrock, base_url: 'https://bedrock-runtime.eu-west-1.amazonaws.com', ";

    @Test
    void bedrock_is_signed_for_with_credentials_and_a_region() {
        Map<String, String> set = Map.of("ID", "AKID", "SECRET", "s3cr3t", "SESSION", "t0ken");
        String aws = "aws: {access_key_id: '${ID}', secret_access_key: '${SECRET}'";
        TollgateConfig lasting = ConfigFile.parse("t.yaml", BEDROCK + aws + "}}}", set);
        assertThat(lasting.upstreams().getFirst().aws())
                .isEqualTo(new TollgateConfig.Aws("AKID", "s3cr3t", null, "eu-west-1"));
        TollgateConfig temporary = ConfigFile.parse(
                "t.yaml", BEDROCK + aws + ", session_token: '${SESSION}', region: us-gov-west-1}}}", set);
        assertThat(temporary.upstreams().getFirst().aws())
                .isEqualTo(new TollgateConfig.Aws("AKID", "s3cr3t", "t0ken", "us-gov-west-1"));
        assertThat(temporary.toString()).doesNotContain("s3cr3t", "t0ken");
        assertThat(ConfigFile.parse("t.yaml", BEDROCK + aws + "}}}", Map.of()).upstreams())
                .isEmpty();
        Map<String, String> told = Map.of("AWS_BEARER_TOKEN_BEDROCK", "ABSK", "AWS_REGION", "eu-central-1");
        assertThat(ConfigFile.defaults(told).upstreams().getFirst().baseUrl())
                .hasHost("bedrock-runtime.eu-central-1.amazonaws.com");
    }

    @Test
    void brackets_without_end_are_refused_with_their_line() {
        assertThatThrownBy(() -> ConfigFile.parse("t.yaml", "\nprices: " + "[".repeat(200_000), Map.of()))
                .isInstanceOf(InvalidConfig.class)
                .hasMessageStartingWith("t.yaml:2: not YAML: nested too deeply");
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "lisen: {}                                | t.yaml line 1: lisen: unknown (expected: listen)",
                "drain                                    | not YAML",
                "holds: {max_open: 0}                     | t.yaml line 1: holds.max_open: '0' (expected: a whole number",
                "approval: {above: '-1'}                  | t.yaml line 1: approval.above: '-1' (expected: dollars",
                "approval: {above: NaN}                   | t.yaml line 1: approval.above: 'NaN' (expected: dollars",
                "approval: {within: 0s}                   | t.yaml line 1: approval.within: '0' (expected: a time above 0",
                "approval: {abov: '1'}                    | t.yaml line 1: approval.abov: unknown (expected: above",
                "holds: {life_s: x}                       | t.yaml line 1: holds.life_s: 'x' (expected: a whole number",
                "holds: {lief_s: 9}                       | holds.lief_s: unknown (expected: life_s)",
                "holds: {mode: loose}                     | holds.mode: 'loose' (expected: strict or tranches or typical)",
                "holds: {tranche_tokens: 63}              | holds.tranche_tokens: '63' (expected: a whole number from 64",
                "holds: {max_overrun: -1}                 | holds.max_overrun: '-1' (expected: dollars",
                "timeouts: {idle: 5}                      | timeouts.idle: '5' (expected: a duration",
                "limits: {request_bytes: 8MB}             | limits.request_bytes: '8MB' (expected: a size",
                "redis: {url: 'redis//x'}                 | redis.url: 'redis//x' (expected: embedded, redis://host:port",
                "redis: {url: 'redis://u:secret@a b'}     | redis.url: '…@a b' (expected: embedded",
                "redis: {url: 'redis://a:1,b:2'}          | redis.url: 'redis://a:1,b:2' (expected: embedded",
                "redis: {url: 'redis-sentinel://a:1'}     | redis-sentinel://host:port,…#master",
                "redis: {url: 'redis-cluster://a:1#m'}    | redis-cluster://host:port,…",
                "redis: {url: 'redis://a', ca_file: x}    | redis.ca_file: 'x' (expected: none, or a url of rediss",
                "redis: {url: 'rediss://a', ca_file: nox} | redis.ca_file: 'nox' (expected: a file of certificates",
                "enforce: no                              | enforce: 'no' (expected: true or false",
                "routes: [a]                              | routes: given (expected: nothing: it is not built yet)",
                "listen: {gateway: nowhere}               | listen.gateway: 'nowhere' (expected: host:port)",
                "upstreams: {a: {dialect: openai, base_url: 'http://example.com'}} | upstreams.a.base_url: 'http://example.com' (expected: https",
                "upstreams: {a: {dialect: opnai, base_url: 'https://example.com'}} | upstreams.a.dialect: 'opnai'",
                "upstreams: {a: {dialect: openai, base_url: 'https://a.example', aws: {access_key_id: a}}} | upstreams.a.aws: 'openai' (expected: dialect: bedrock",
                "upstreams: {a: {dialect: bedrock, base_url: 'https://a.example', aws: {access_key_id: a, secret_access_key: b}}} | upstreams.a.aws.region: '' (expected: a region",
                "upstreams: {a: {dialect: bedrock, base_url: 'https://a.example', aws: {access_key_id: a}}} | upstreams.a.aws: 'incomplete' (expected: access_key_id",
                "upstreams: {a: {dialect: bedrock, base_url: 'https://a.example', api_key: k, aws: {access_key_id: a}}} | upstreams.a.aws: 'api_key beside it' (expected: one",
                "prices: {unknown_model: free}            | prices.unknown_model: 'free' (expected: refuse or default)",
                "- a                                      | (expected: keys",
            })
    void what_cannot_be_used_is_named_with_its_line(String yaml, String complaint) {
        String text = yaml.startsWith("drain") ? "drain_s: 5\n\tx: [" : yaml;
        assertThatThrownBy(() -> ConfigFile.parse("t.yaml", text, Map.of()))
                .isInstanceOf(InvalidConfig.class)
                .hasMessageContaining(complaint);
    }
}
