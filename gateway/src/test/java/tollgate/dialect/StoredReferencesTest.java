package tollgate.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a request names that its provider keeps is told, so that whose it is can be asked before anything is held. */
class StoredReferencesTest {
    private static final String ARN = "arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEF1234:1";

    private static List<String> references(String dialect, String path, String body) {
        Dialect speaks = Dialects.all().stream()
                .filter(each -> each.name().equals(dialect) && each.service("POST", path) != null)
                .findFirst()
                .orElseThrow();
        Service service = Objects.requireNonNull(speaks.service("POST", path));
        ByteBuf bytes = Unpooled.copiedBuffer(body.replace('\'', '"'), StandardCharsets.UTF_8);
        try {
            RequestReading reading = speaks.read(service, path, bytes);
            assertThat(reading).as(body).isInstanceOf(RequestReading.Understood.class);
            return ((RequestReading.Understood) reading)
                    .request().extent().kept().references().stream()
                            .map(MeteredRequest.Reference::id)
                            .toList();
        } finally {
            bytes.release();
        }
    }

    private static void named(String dialect, String path, String body, @Nullable String ids) {
        List<String> expected = ids == null ? List.of() : List.of(ids.split(" "));
        assertThat(references(dialect, path, body)).as(body).containsExactlyElementsOf(expected);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'cachedContent':'cachedContents/theirs'                                                        | cachedContents/theirs",
                "'cached_content':'cachedContents/theirs'                                                       | cachedContents/theirs",
                "'contents':[{'parts':[{'fileData':{'fileUri':'https://generativelanguage.googleapis.com/v1beta/files/x'}}]}] | https://generativelanguage.googleapis.com/v1beta/files/x",
                "'contents':[{'parts':[{'file_data':{'file_uri':'HTTPS://Generativelanguage.GoogleAPIs.com:443/v1beta/files/x'}}]}] | HTTPS://Generativelanguage.GoogleAPIs.com:443/v1beta/files/x",
                "'contents':[{'parts':[{'fileData':{'fileUri':'https://generativelanguage.googleapis.com./v1beta/files/x'}}]}] | https://generativelanguage.googleapis.com./v1beta/files/x",
                "'contents':[{'parts':[{'fileData':{'fileUri':'https://a@youtube.com/x'}}]}]                    | https://a@youtube.com/x",
                "'contents':[{'parts':[{'fileData':{'fileUri':'files/x'}}]}]                                    | files/x",
                "'contents':[{'parts':[{'fileData':{'fileUri':'gs://bucket/x'}}]}]                              | gs://bucket/x",
                "'contents':[{'parts':[{'functionResponse':{'name':'f','parts':[{'fileData':{'fileUri':'files/x'}}]}}]}] | files/x",
                "'systemInstruction':{'parts':[{'fileData':{'fileUri':'files/x'}}]}                             | files/x",
                "'contents':[{'parts':[{'fileData':{'fileUri':'https://www.youtube.com/watch'}}]}]              | ",
                "'tools':[{'fileSearch':{'fileSearchStoreNames':['fileSearchStores/a','fileSearchStores/b'],'metadataFilter':'a=1','topK':3}}] | fileSearchStores/a fileSearchStores/b",
                "'tools':[{'retrieval':{'vertexAiSearch':{'datastore':'projects/p/x','filter':'f'}}}]           | projects/p/x",
                "'tools':[{'retrieval':{'vertexRagStore':{'ragResources':[{'ragCorpus':'c','ragFileIds':['1']}]}}}] | c 1",
                "'tools':[{'googleSearch':{'excludeDomains':['a.example']}},{'urlContext':{}}]                  | ",
                "'tools':[{'whatComesNext':{'store':'s'}}]                                                      | s",
            })
    void of_gemini(String field, @Nullable String ids) {
        String more = field.contains("contents'") ? "" : ",'contents':[{'parts':[{'text':'a'}]}]";
        named("gemini", "/v1beta/models/gemini-2.5-flash:generateContent", "{" + field + more + "}", ids);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'contents':[{'parts':[{'fileData':{'fileUri':'files/x'}}]}]}                                | files/x",
                "{'generateContentRequest':{'model':'models/gemini-2.5-flash','cached_content':'cachedContents/x'}} | cachedContents/x",
                "{'contents':[{'parts':[{'text':'files/x'}]}]}                                                | ",
            })
    void of_counting_geminis_tokens(String body, @Nullable String ids) {
        named("gemini", "/v1beta/models/gemini-2.5-flash:countTokens", body, ids);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'document':{'format':'pdf','name':'d','source':{'s3Location':{'uri':'s3://theirs/d.pdf','bucketOwner':'1'}}}} | s3://theirs/d.pdf",
                "{'image':{'format':'png','source':{'s3Location':{'uri':'s3://theirs/i.png'}}}}               | s3://theirs/i.png",
                "{'video':{'format':'mp4','source':{'s3Location':{'uri':'s3://theirs/v.mp4'}}}}               | s3://theirs/v.mp4",
                "{'toolResult':{'toolUseId':'t','content':[{'document':{'format':'pdf','name':'d','source':{'s3Location':{'uri':'s3://t/d'}}}}]}} | s3://t/d",
                "{'text':'s3://theirs/d.pdf'}                                                                 | ",
            })
    void of_converse(String block, @Nullable String ids) {
        String body = "{'messages':[{'role':'user','content':[" + block + "]}]}";
        named("bedrock", "/model/us.amazon.nova-lite-v1:0/converse", body, ids);
        named("bedrock", "/model/us.amazon.nova-lite-v1:0/invoke", body, ids);
        named("bedrock", "/model/us.amazon.nova-lite-v1:0/count-tokens", "{'input':{'converse':" + body + "}}", ids);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'prompt':'a','max_tokens':5,'images':['s3://theirs/i.png']}                                  | s3://theirs/i.png",
                "{'prompt':'a','max_tokens':5,'images':['https://example.com/i.png']}                          | ",
                "{'prompt':'s3://theirs/i.png','max_tokens':5}                                                 | ",
            })
    void of_models_own_languages(String body, @Nullable String ids) {
        named("bedrock", "/model/mistral.pixtral-large-2502-v1:0/invoke", body, ids);
    }

    @Test
    void a_stored_prompt_is_told() {
        named("bedrock", "/model/" + ARN.replace(":", "%3A").replace("/", "%2F") + "/converse", "{}", ARN);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'user_profile_id':'prof_theirs'                            | prof_theirs",
                "'diagnostics':{'previous_message_id':'msg_theirs'}         | msg_theirs",
                "'diagnostics':{'previous_message_id':null}                 | ",
                "'metadata':{'user_id':'u'}                                 | ",
            })
    void of_anthropic(String field, @Nullable String ids) {
        named(
                "anthropic",
                "/v1/messages",
                "{'model':'claude-sonnet-4-5','max_tokens':5,'messages':[{'role':'user','content':'a'}]," + field + "}",
                ids);
    }
}
