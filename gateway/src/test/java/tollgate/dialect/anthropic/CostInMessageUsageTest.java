package tollgate.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tollgate.dialect.AnswerScanner;
import tollgate.dialect.AnswerShape;
import tollgate.dialect.Service;

/** Where the charge goes inside a message's own usage object, however its bytes come. */
class CostInMessageUsageTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "S|T|U|E,   #",
        "S|T|U|P|E, -",
        "S|T|U,     #",
        "S|T|E,     -",
        "U|U|E,     2",
        "S|T|N|E,   -",
    })
    void the_usage_of_a_streams_last_delta_is_withheld_and_its_end_known(String story, String where) {
        for (String newline : new String[] {"\n", "\r\n"}) {
            String text = story.replace("|", "\n\n")
                            .replace("S", "@1")
                            .replace("T", "@2")
                            .replace("U", "@3")
                            .replace("P", "@4")
                            .replace("E", "@5")
                            .replace("N", "@6")
                            .replace(
                                    "@1",
                                    "event: message_start\ndata: {'type':'message_start','message':{'usage':{'input_tokens':3}}}")
                            .replace("@2", "data: {'type':'content_block_delta','delta':{'text':'}usage:{'}}")
                            .replace(
                                    "@3",
                                    "event: message_delta\ndata: {'type':'message_delta','usage':{'output_tokens':7,'d':{'x':1}#}}")
                            .replace("@4", "event: ping\ndata: {'type':'ping'}")
                            .replace("@5", "event: message_stop\ndata: {'type':'message_stop'}")
                            .replace("@6", "data: {'type':'message_delta','usage':{ }}")
                            .replace('\'', '"')
                            .replace("\n", newline)
                    + newline
                    + newline;
            int at = switch (where) {
                case "#" -> text.indexOf('#');
                case "2" -> text.replaceFirst("#", "").indexOf('#');
                default -> -1;
            };
            byte[] bytes = text.replace("#", "").getBytes(StandardCharsets.UTF_8);
            for (int cut = 0; cut <= bytes.length; cut++) {
                AnswerScanner scanner =
                        new AnthropicDialect().scanner(Service.CHAT, new AnswerShape(true, false, true));
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
                "{'type':'message','content':[{'text':'}'}],'usage':{'input_tokens':3,'d':{'x':1}#}}",
                "{'usage':{'output_tokens':3#},'content':[{'usage':{'a':1}}],'type':'message'}",
                "{'type':'message','content':[],'usage':{ }}",
                "{'type':'message','content':[],'usage':null}",
                "{'type':'message','content':[],'message':{'usage':{'input_tokens':3}}}",
            })
    void so_it_is_in_a_whole_answer(String document) {
        String text = document.replace('\'', '"');
        byte[] bytes = text.replace("#", "").getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            AnswerScanner scanner = new AnthropicDialect().scanner(Service.CHAT, new AnswerShape(false, false, true));
            scan(scanner, bytes, 0, cut);
            scan(scanner, bytes, cut, bytes.length);
            scanner.end(true);
            assertThat(scanner.costAt()).isEqualTo(text.indexOf('#'));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"input_tokens\":14};                                                   true",
                "{\"input_tokens\":0,\"context_management\":{}};                          true",
                "{\"input_tokens\":null};                                                 false",
                "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\"}};           false",
                "[14];                                                                    false",
                "{\"input_tokens\":14;                                                    false",
            })
    void what_counting_tokens_answers_is_told_from_what_it_does_not(String document, boolean answer) {
        byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            AnswerScanner scanner =
                    new AnthropicDialect().scanner(Service.COUNT_TOKENS, new AnswerShape(false, false, false));
            scan(scanner, bytes, 0, cut);
            scan(scanner, bytes, cut, bytes.length);
            scanner.end(true);
            assertThat(scanner.facts().complete()).isEqualTo(answer);
            assertThat(scanner.facts().usage()).isNull();
        }
    }

    private static void scan(AnswerScanner scanner, byte[] bytes, int from, int to) {
        ByteBuf slice = Unpooled.wrappedBuffer(bytes, from, to - from);
        scanner.scan(slice);
        slice.release();
    }
}
