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

    private static final String TWO = """
            upstreams:
              a: {dialect: openai, base_url: "https://a.example", region: eu, timeouts: {first_byte: 7s}}
              b: {dialect: openai, base_url: "https://b.example", limits: {concurrent: 4, requests_per_second: 9}}
              c: {dialect: anthropic, base_url: "https://c.example", breaker: {open: 3s}, health: {every: 5s}}
              d: {dialect: openai, base_url: "https://d.example", api_key: "${NOT_SET}"}
            """;

    @Test
    void a_route_is_read_with_what_it_takes_over() {
        TollgateConfig config = ConfigFile.parse("t.yaml", TWO + """
                holds: {tranche_tokens: 500}
                routes:
                  - name: fast
                    models: ["fast", "gpt-*"]
                    upstreams:
                      - {upstream: a, weight: 3, model: gpt-5-mini}
                      - {upstream: b, weight: 0}
                      - {upstream: d}
                    failover: {attempts: 2, within: 9s, resend: true}
                    client_gone: drain
                    input_ceiling: 7
                    holds: {mode: tranches}
                    timeouts: {idle: 3s}
                """, Map.of());
        RouteRules route = config.routes().getFirst();
        assertThat(route.dialect()).isEqualTo("openai");
        assertThat(route.models()).containsExactly("fast", "gpt-*");
        assertThat(route.upstreams()).extracting(RouteRules.Candidate::upstream).containsExactly("a", "b");
        RouteRules.Candidate first = route.upstreams().getFirst();
        assertThat(first.model()).isEqualTo("gpt-5-mini");
        assertThat(first.weight()).isEqualTo(3);
        assertThat(first.timeouts().idle()).isEqualTo(Duration.ofSeconds(3));
        assertThat(first.timeouts().firstByte()).isEqualTo(Duration.ofSeconds(7));
        assertThat(route.attempts()).isEqualTo(2);
        assertThat(route.within()).isEqualTo(Duration.ofSeconds(9));
        assertThat(route.resend()).isTrue();
        assertThat(route.drains()).isTrue();
        assertThat(route.holds().mode()).isEqualTo("tranches");
        assertThat(route.holds().trancheTokens()).isEqualTo(500);
        assertThat(route.holds().inputCeiling()).isEqualTo(7);
        assertThat(config.holds().inputCeiling()).isNull();
        assertThat(config.warnings())
                .anySatisfy(
                        warning -> assertThat(warning).contains("routes[0].upstreams[2].upstream: 'd' is left out"));
    }

    @Test
    void a_route_whose_upstreams_are_all_left_out_still_keeps_its_models_from_going_elsewhere() {
        TollgateConfig config =
                ConfigFile.parse("t.yaml", TWO + "routes: [{models: [x], upstreams: [{upstream: d}]}]", Map.of());
        assertThat(config.routes()).singleElement().satisfies(route -> {
            assertThat(route.name()).isEqualTo("x");
            assertThat(route.dialect()).isEqualTo("openai");
            assertThat(route.upstreams()).isEmpty();
        });
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{models: [x]}                                          | routes[0].upstreams: 'none' (expected: at least one",
                "{upstreams: [{upstream: a}]}                           | routes[0].models: 'none' (expected: a list",
                "{models: ['a b'], upstreams: [{upstream: a}]}          | routes[0].models: 'a b' (expected: names",
                "{models: [x], upstreams: [{upstream: aa}]}             | upstreams[0].upstream: 'aa' (expected: a)",
                "{models: [x], upstreams: [{upstream: a}, {upstream: c}]} | upstreams[1].upstream: 'c' (expected: one of the dialect openai",
                "{models: [x], upstreams: [{upstream: a, weight: -1}]}  | weight: '-1' (expected: a whole number from 0 to 1000",
                "{models: [x], upstreams: [{upstream: a, weight: 0}]}   | routes[0].upstreams: 'weights of 0 alone'",
                "{models: [x], upstreams: [{upstream: a, model: 'a*'}]} | model: 'a*' (expected: a model's own name",
                "{models: [x], region: eu, upstreams: [{upstream: b}]}  | upstream: 'b' (expected: one of the region eu; that one has none",
                "{models: [x], upstreams: [{upstream: a}], failover: {attempts: 6}}  | attempts: '6' (expected: a whole number from 1 to 5",
                "{models: [x], upstreams: [{upstream: a}], failover: {within: 5}}    | within: '5' (expected: a duration",
                "{models: [x], upstreams: [{upstream: a}], client_gone: stop}        | client_gone: 'stop' (expected: cancel or drain",
                "{models: [x], upstreams: [{upstream: a}], input_ceiling: 0}         | input_ceiling: '0' (expected: a whole number",
                "{models: [x], upstreams: [{upstream: a}], holds: {life_s: 5}}       | routes[0].holds.life_s: unknown",
                "{models: [x], upstreams: [{upstream: a}], timeouts: {idle: 5}}      | timeouts.idle: '5' (expected: a duration",
                "{models: [x], upstreams: [{upstream: a}]}, {models: [y, x], upstreams: [{upstream: b}]} | routes[1].models: 'x' (expected: a name or pattern that no route before has",
                "{name: n, models: [x], upstreams: [{upstream: a}]}, {name: n, models: [y], upstreams: [{upstream: a}]} | routes[1].name: 'n'",
            })
    void what_cannot_be_used_of_a_route_is_named(String route, String complaint) {
        assertThatThrownBy(() -> ConfigFile.parse("t.yaml", TWO + "routes: [" + route + "]", Map.of()))
                .isInstanceOf(InvalidConfig.class)
                .hasMessageContaining(complaint);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "base_url: 'https://u:secret@a.example'              | base_url: 'https://…@a.example' (expected: no user or password",
                "base_url: 'https://a.example/v1?x=1'                | base_url: 'https://a.example/v1?x=1' (expected: nothing behind",
                "base_url: 'ftp://a.example'                         | base_url: 'ftp://a.example' (expected: https://host",
                "base_url: 'http://169.254.169.254', insecure: true  | (expected: no address at which machines are told",
                "base_url: 'https://169.254.170.2'                   | (expected: no address at which machines are told",
                "base_url: 'https://[fe80::1]'                       | (expected: no address at which machines are told",
                "base_url: 'http://metadata.google.internal', insecure: true | (expected: no address at which machines are told",
                "base_url: 'https://0.0.0.0'                         | (expected: no address at which machines are told",
                "base_url: 'https://a.example', region: 'e u'        | region: 'e u' (expected: up to 64 letters",
                "base_url: 'https://a.example', limits: {concurrent: x} | limits.concurrent: 'x' (expected: a whole number",
                "base_url: 'https://a.example', breaker: {failure_percent: 0} | failure_percent: '0' (expected: a whole number from 1",
                "base_url: 'https://a.example', health: {path: models} | health.path: 'models' (expected: a path",
                "base_url: 'https://a.example', health: {every: 1ms}   | health.every: '1ms' (expected: 100ms or more",
                "base_url: 'https://a.example', timeouts: {total: x}   | timeouts.total: 'x' (expected: a duration",
            })
    void what_cannot_be_used_of_an_upstream_is_named(String written, String complaint) {
        assertThatThrownBy(() ->
                        ConfigFile.parse("t.yaml", "upstreams: {u: {dialect: openai, " + written + "}}", Map.of()))
                .isInstanceOf(InvalidConfig.class)
                .hasMessageContaining(complaint)
                .hasMessageNotContaining("secret");
    }

    @Test
    void an_address_of_the_link_can_be_meant() {
        TollgateConfig config = ConfigFile.parse(
                "t.yaml",
                "upstreams: {u: {dialect: ollama, base_url: 'http://169.254.1.7:11434', insecure: true, link_local: true}}",
                Map.of());
        assertThat(config.upstreams().getFirst().rules().linkLocal()).isTrue();
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
                "routes: [a]                              | routes[0]: a value (expected: keys: name, models",
                "routes: {a: 1}                           | routes: one value or keys (expected: a list",
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
