package tollgate.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Service;

/** Where the charge goes inside an answer's own usage object, however its bytes come. */
class CostInUsageTest {
    private static final String TOKEN = "data: {\"choices\":[{\"delta\":{\"content\":\"}\\\"usage\\\":{\"}}]}";
    private static final String USAGE =
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":1#}}";

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "T|U|D,       #",
        "T|U|:c|D,    #",
        "T|U|T|D,     -",
        "U|U|D,       2",
        "T|U,         #",
        "T|D,         -",
        "T|E|D,       -",
        "T|G|D,       -",
    })
    void the_last_usage_object_of_a_stream_is_withheld_and_its_end_known(String story, String where) {
        for (String newline : new String[] {"\n", "\r\n"}) {
            String text = story.replace("|", newline + newline)
                            .replace("T", "@1")
                            .replace("U", "@2")
                            .replace("D", "@3")
                            .replace("E", "@4")
                            .replace("G", "@5")
                            .replace("@1", TOKEN)
                            .replace("@2", USAGE)
                            .replace("@3", "data: [DONE]")
                            .replace("@4", "data: {\"choices\":[],\"usage\":{ }}")
                            .replace("@5", "data: {\"choices\":[],\"x_groq\":{\"usage\":{\"prompt_tokens\":1}}}")
                    + newline
                    + newline;
            int at = switch (where) {
                case "#" -> text.indexOf('#');
                case "2" -> text.replaceFirst("#", "").indexOf('#');
                default -> -1;
            };
            byte[] bytes = text.replace("#", "").getBytes(StandardCharsets.UTF_8);
            for (int cut = 0; cut <= bytes.length; cut++) {
                AnswerScanner scanner = new OpenAiDialect().scanner(Service.CHAT, new AnswerShape(true, false, true));
                scan(scanner, bytes, 0, cut);
                scan(scanner, bytes, cut, bytes.length);
                scanner.end(true);
                assertThat(scanner.costAt()).as(story + " cut at " + cut).isEqualTo(at);
                if (at >= 0) {
                    assertThat(scanner.releasable()).isLessThan(at);
                    assertThat(bytes[at]).isEqualTo((byte) '}');
                }
                scanner.settled();
                assertThat(scanner.releasable()).isEqualTo(bytes.length);
                assertThat(scanner.tornEvent()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'choices':[{'message':{'content':'}'}}],'usage':{'total_tokens':3,'d':{'x':1}#}}",
                "{'usage':{'total_tokens':3#},'choices':[{'message':{'content':'u'}}]}",
                "{'usage':{ },'choices':[]}",
                "{'usage':null,'choices':[]}",
            })
    void so_it_is_in_a_whole_answer(String document) {
        String text = document.replace('\'', '"');
        byte[] bytes = text.replace("#", "").getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            AnswerScanner scanner = new OpenAiDialect().scanner(Service.CHAT, new AnswerShape(false, false, true));
            scan(scanner, bytes, 0, cut);
            scan(scanner, bytes, cut, bytes.length);
            scanner.end(true);
            assertThat(scanner.costAt()).isEqualTo(text.indexOf('#'));
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void an_event_withheld_for_its_usage_leaves_although_the_stream_is_cut(boolean torn) {
        String text = TOKEN + "\n\n" + USAGE.replace("#", "") + "\n\n" + (torn ? "data: {\"cho" : "");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        AnswerScanner scanner = new OpenAiDialect().scanner(Service.CHAT, new AnswerShape(true, false, true));
        scan(scanner, bytes, 0, bytes.length);
        scanner.end(false);
        scanner.settled();
        assertThat(scanner.releasable()).isEqualTo(text.lastIndexOf("\n\n") + 2);
        assertThat(scanner.tornEvent()).isFalse();
    }

    private static void scan(AnswerScanner scanner, byte[] bytes, int from, int to) {
        ByteBuf slice = Unpooled.wrappedBuffer(bytes, from, to - from);
        scanner.scan(slice);
        slice.release();
    }
}
