package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/** What README says of a model of one's own is what happens. */
final class ReadmePricesTest {
    private static final Pattern CARD = Pattern.compile("```yaml\n(# my-rates.yaml\n.*?)```", Pattern.DOTALL);
    private static final Pattern USAGE = Pattern.compile("echo '(.*)' > usage.json");
    private static final Pattern CHARGE = Pattern.compile("`\"charge\": \"([0-9.]+)\"`");

    @TempDir
    Path folder;

    @Test
    void one_edit_adds_a_model_and_sees_it_charged() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        Path card = Files.writeString(folder.resolve("my-rates.yaml"), first(CARD, readme));
        Path usage = Files.writeString(folder.resolve("usage.json"), first(USAGE, readme));
        assertThat(run("check", "--stale-days", "100000", card.toString())).isEmpty();
        String charged = run(
                "charge",
                "--json",
                "--dialect",
                "openai",
                "--model",
                "acme-large-latest",
                "--usage",
                usage.toString(),
                "--rates",
                card.toString());
        assertThat(JsonMapper.shared().readTree(charged).path("charge").stringValue())
                .isEqualTo(first(CHARGE, readme));
    }

    private static String first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        assertThat(found.find()).as(pattern.pattern()).isTrue();
        return found.group(1);
    }

    private static String run(String... args) {
        StringWriter out = new StringWriter();
        CommandLine line = new CommandLine(new PriceCommand()).setOut(new PrintWriter(out));
        assertThat(line.execute(args)).as(String.join(" ", args)).isZero();
        return out.toString();
    }
}
