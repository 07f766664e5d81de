package tollgate.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tollgate.dialect.RequestReading.Refused;
import tollgate.dialect.RequestReading.Understood;

/** Bodies that two readers could read differently, at every metered path of every dialect: all are refused, none breaks anything. */
class HostileBodiesTest {
    private static final String CHAT =
            "{\"model\":\"m\",\"max_tokens\":10,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    private static final String RESPONSE =
            "{\"model\":\"m\",\"max_output_tokens\":10,\"stream\":true,\"input\":\"Hi\"}";
    private static final String CONTENTS =
            "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}],\"generationConfig\":{\"maxOutputTokens\":10,\"candidateCount\":1}}";
    private static final String CONVERSE =
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Hi\"}]}],\"inferenceConfig\":{\"maxTokens\":10}}";
    private static final String CLAUDE =
            "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":10,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    private static final String EMBEDDING = "{\"model\":\"m\",\"input\":\"Hi\"}";
    private static final String DEEP = "[".repeat(100_000);

    /** A path, a body that is understood there, and members of it that are read, as they stand in it. */
    record Path(String path, String body, List<String> members) {
        Path(String path, String body, String... members) {
            this(path, body, List.of(members));
        }

        @Override
        public String toString() {
            return path;
        }
    }

    static Stream<Path> paths() {
        String[] chat = {"\"model\":\"m\"", "\"max_tokens\":10", "\"stream\":true"};
        String[] response = {"\"model\":\"m\"", "\"max_output_tokens\":10", "\"stream\":true", "\"input\":\"Hi\""};
        String[] embedding = {"\"model\":\"m\"", "\"input\":\"Hi\""};
        String[] contents = {"\"maxOutputTokens\":10", "\"candidateCount\":1"};
        String gemini = "/v1beta/models/gemini-2.5-flash:";
        String model = "/model/amazon.nova-lite-v1:0/";
        String claude = "/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/";
        String azure = "/openai/deployments/d/";
        return Stream.of(
                new Path("/v1/chat/completions", CHAT, chat),
                new Path("/v1/completions", "{\"model\":\"m\",\"max_tokens\":10,\"prompt\":\"Hi\"}", chat[0], chat[1]),
                new Path("/v1/responses", RESPONSE, response),
                new Path("/v1/embeddings", EMBEDDING, embedding),
                new Path("/v1/moderations", EMBEDDING, embedding),
                new Path("/v1/messages", CHAT, chat),
                new Path("/v1/messages/count_tokens", CHAT.replace("\"max_tokens\":10,\"stream\":true,", ""), chat[0]),
                new Path(gemini + "generateContent", CONTENTS, contents),
                new Path(gemini + "streamGenerateContent", CONTENTS, contents),
                new Path(
                        gemini + "embedContent",
                        "{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}",
                        "\"content\":{\"parts\":[{\"text\":\"Hi\"}]}"),
                new Path("/v1beta/openai/chat/completions", CHAT, chat),
                new Path(azure + "chat/completions", CHAT, chat[1], chat[2]),
                new Path(azure + "embeddings", EMBEDDING, embedding[1]),
                new Path("/openai/v1/chat/completions", CHAT, chat),
                new Path("/openai/v1/responses", RESPONSE, response),
                new Path(model + "converse", CONVERSE, "\"maxTokens\":10"),
                new Path(model + "converse-stream", CONVERSE, "\"maxTokens\":10"),
                new Path(claude + "converse", CONVERSE, "\"maxTokens\":10"),
                new Path(claude + "invoke", CLAUDE, chat[1]),
                new Path(claude + "invoke-with-response-stream", CLAUDE, chat[1]),
                new Path(
                        "/api/chat",
                        "{\"model\":\"m\",\"stream\":true,\"options\":{\"num_predict\":10},\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
                        chat[0],
                        chat[2],
                        "\"num_predict\":10"),
                new Path(
                        "/api/generate",
                        "{\"model\":\"m\",\"stream\":true,\"options\":{\"num_predict\":10},\"prompt\":\"Hi\"}",
                        chat[0],
                        chat[2],
                        "\"num_predict\":10"),
                new Path("/api/embed", EMBEDDING, embedding));
    }

    private static RequestReading read(Path at, byte[] body) {
        for (Dialect dialect : Dialects.all()) {
            Service service = dialect.service("POST", at.path);
            if (service != null) {
                return dialect.read(service, at.path, Unpooled.wrappedBuffer(body));
            }
        }
        throw new IllegalArgumentException(at.path + ": no dialect's");
    }

    private static RequestReading read(Path at, String body) {
        return read(at, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void refused(Path at, String body) {
        assertThat(read(at, body))
                .as(body.length() < 2_000 ? body : body.substring(0, 200))
                .isInstanceOfSatisfying(
                        Refused.class, told -> assertThat(told.status()).isEqualTo(400));
    }

    /** Of every member also with escapes: readers compare names before or after they are undone. */
    private static List<String> spellings(String member) {
        String name = member.substring(1, member.indexOf('"', 1));
        String value = member.substring(name.length() + 2);
        String last =
                name.substring(0, name.length() - 1) + String.format("\\u%04x", (int) name.charAt(name.length() - 1));
        String all = name.chars().mapToObj(c -> String.format("\\u%04X", c)).reduce("", String::concat);
        return List.of(member, '"' + last + '"' + value, '"' + all + '"' + value);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("paths")
    void a_plain_body_is_understood_also_where_its_names_are_escaped(Path at) {
        assertThat(read(at, at.body)).isInstanceOf(Understood.class);
        for (String member : at.members) {
            assertThat(at.body.split(Pattern.quote(member), -1)).as(member).hasSize(2);
            for (String spelling : spellings(member)) {
                assertThat(read(at, at.body.replace(member, spelling)))
                        .as(spelling)
                        .isInstanceOf(Understood.class);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("paths")
    void what_is_read_is_given_once_however_it_is_spelled(Path at) {
        for (String member : at.members) {
            for (String one : spellings(member)) {
                for (String other : spellings(member)) {
                    refused(at, at.body.replace(member, one + "," + other));
                    String between = ",\"zzz\":{\"a\":[1,{}]},";
                    refused(at, at.body.replace(member, one + between + other));
                }
            }
            String name = member.substring(0, member.indexOf(':'));
            refused(at, at.body.replace(member, name + ":null," + member));
            refused(at, at.body.replace(member, member + "," + name + ":null"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("paths")
    void numbers_past_all_bounds_are_no_counts(Path at) {
        for (String member : at.members) {
            if (member.endsWith(":10")) {
                for (String number : List.of(
                        "9223372036854775807",
                        "9223372036854775808",
                        "18446744073709551626",
                        "1" + "0".repeat(5_000),
                        "10.5",
                        "1e999999999",
                        "1E-999999999",
                        "010",
                        "0x10",
                        "+10",
                        "1_0",
                        "NaN",
                        "Infinity",
                        "true",
                        "[]",
                        "{}")) {
                    refused(at, at.body.replace(member, member.substring(0, member.length() - 2) + number));
                }
                for (String below : List.of("-9223372036854775809", "-5", "-1" + "0".repeat(900))) {
                    String body = at.body.replace(member, member.substring(0, member.length() - 2) + below);
                    if (member.contains("num_predict")) {
                        assertThat(read(at, body))
                                .as(body)
                                .isInstanceOfSatisfying(
                                        Understood.class,
                                        endless -> assertThat(endless.request().ceiling())
                                                .isNull());
                    } else {
                        refused(at, body);
                    }
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("paths")
    void what_is_not_utf8_or_not_one_document_is_refused(Path at) {
        int hi = at.body.indexOf("Hi");
        byte[] good = at.body.getBytes(StandardCharsets.UTF_8);
        for (String hex : List.of(
                "c0af",
                "c1bf",
                "e08080",
                "eda080",
                "edbfbf",
                "f08080af",
                "f4908080",
                "f5808080",
                "80",
                "bf",
                "e282",
                "f09f98",
                "ff",
                "fe",
                "c2")) {
            List<Byte> bytes = new ArrayList<>();
            for (int i = 0; i < good.length; i++) {
                if (i == hi) {
                    for (byte b : HexFormat.of().parseHex(hex)) {
                        bytes.add(b);
                    }
                }
                bytes.add(good[i]);
            }
            byte[] broken = new byte[bytes.size()];
            for (int i = 0; i < broken.length; i++) {
                broken[i] = bytes.get(i);
            }
            assertThat(read(at, broken)).as(hex).isInstanceOf(Refused.class);
        }
        for (int end = 0; end < good.length; end++) {
            assertThat(read(at, Arrays.copyOf(good, end)))
                    .as("its first %d bytes", end)
                    .isInstanceOf(Refused.class);
        }
        for (String body : List.of(
                at.body + at.body,
                at.body + "{}",
                at.body + ",",
                at.body + "]",
                "[" + at.body + "]",
                "\uFEFF" + at.body,
                "null",
                "\"a\"",
                "1",
                at.body.replace("{\"", "{,\""),
                at.body.replace("}", ",}"),
                at.body.replace("\"Hi\"", "'Hi'"),
                "/* a */" + at.body,
                at.body + "// a",
                at.body.replace("Hi", "H\u0000i"),
                at.body.replace("Hi", "H\ni"),
                at.body.replace("Hi", "\\x41"),
                at.body.replace("Hi", "\\u12"))) {
            refused(at, body);
        }
        assertThat(read(at, at.body.getBytes(StandardCharsets.UTF_16LE))).isInstanceOf(Refused.class);
        assertThat(read(at, at.body.getBytes(StandardCharsets.UTF_16BE))).isInstanceOf(Refused.class);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("paths")
    void what_is_deep_or_huge_is_refused_or_bounded_and_breaks_nothing(Path at) {
        refused(at, DEEP);
        refused(at, "{\"zzz\":" + DEEP);
        refused(at, "{\"zzz\":" + DEEP + "]".repeat(DEEP.length()) + "," + at.body.substring(1));
        refused(at, "{\"a\":".repeat(50_000));
        refused(at, at.body.replace("\"Hi\"", DEEP + "]".repeat(DEEP.length())));
        // as long as it likes, and still one document: it weighs what it is
        String text = "x".repeat(1_000_000);
        RequestReading long1 = read(at, at.body.replace("Hi", text));
        assertThat(Objects.requireNonNull(long1)).isInstanceOf(Understood.class);
        String names = "\"n" + "y".repeat(60_000) + "\":1,";
        assertThat(read(at, at.body.replaceFirst("\\{", "{" + names))).isNotNull();
        assertThat(read(at, at.body.replace("Hi", "\\ud800"))).isNotNull();
        assertThat(read(at, at.body.replace("Hi", "\\udc00\\ud800"))).isNotNull();
    }
}
