package tollgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code price check}, {@code diff} and {@code import} as they are typed. */
final class PriceFileCommandsTest {
    private static final String CARD = """
            provider: example
            source: https://example.com/pricing
            seen: %s
            models:
              - model: big-2
                usd_per_million: { input: "2.00", cached_input: "0.20", output: "8.00" }
            """;

    private static final String CATALOGUE = """
            {"gpt-9": {"litellm_provider": "openai", "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05,
                       "output_cost_per_character": 1e-06},
             "bare": {"mode": "chat"}}
            """;

    @TempDir
    Path folder;

    private record Answer(int code, String out, String err) {
        JsonNode json() {
            assertThat(out.lines()).as(out).hasSize(1);
            return JsonMapper.shared().readTree(out);
        }
    }

    @Test
    void a_card_without_fault_passes_in_silence() throws IOException {
        Answer answer = check(file("good.yaml", today()));
        assertThat(answer).isEqualTo(new Answer(0, "", ""));
    }

    @Test
    void findings_are_printed_with_file_and_line_and_answered_with_1() throws IOException {
        Path file = file("slip.yaml", today().replace("\"8.00\"", "\"0.80\""));
        Answer answer = check(file);
        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.out())
                .isEqualTo(file + ":6: suspicious: big-2: output is cheaper than input: 0.80 usd_per_million beside"
                        + " 2.00 usd_per_million" + System.lineSeparator());
        assertThat(answer.err()).isEqualTo("tollgate: 1 finding in 1 file" + System.lineSeparator());
    }

    @Test
    void findings_as_json_are_one_object() throws IOException {
        Path slip = file("slip.yaml", today().replace("\"8.00\"", "\"0.80\""));
        Path bad = file("bad.yaml", today().replace("\"2.00\"", "-2"));
        Answer answer = run("check", "--json", slip.toString(), bad.toString());
        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.json().path("files").intValue()).isEqualTo(2);
        JsonNode findings = answer.json().path("findings");
        assertThat(findings).hasSize(2);
        assertThat(findings.path(0).path("kind").stringValue()).isEqualTo("suspicious");
        assertThat(findings.path(0).path("line").intValue()).isEqualTo(6);
        assertThat(findings.path(1).path("kind").stringValue()).isEqualTo("invalid");
        assertThat(findings.path(1).path("message").stringValue()).contains("-2");
    }

    @Test
    void the_age_that_is_too_old_can_be_said() throws IOException {
        Path file = file("old.yaml", CARD.formatted("2025-01-01"));
        assertThat(check(file).out()).contains(":3: stale: seen 2025-01-01");
        assertThat(run("check", "--stale-days", "100000", file.toString())).isEqualTo(new Answer(0, "", ""));
    }

    @Test
    void wrong_usage_is_answered_with_2() throws IOException {
        Path file = file("good.yaml", today());
        assertThat(run("check").code()).isEqualTo(2);
        assertThat(run("check", "--stale-days=-1", file.toString()).code()).isEqualTo(2);
        assertThat(run("diff", file.toString()).code()).isEqualTo(2);
        assertThat(run("import", file.toString()).code()).isEqualTo(2);
        Answer format = run("import", "--from", "yaml", file.toString(), "--to", "x.yaml");
        assertThat(format.code()).isEqualTo(2);
        assertThat(format.err()).contains("--from: 'yaml' (expected: litellm or models.dev)");
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        Path missing = folder.resolve("missing.yaml");
        assertThat(check(missing)).isEqualTo(new Answer(1, "", missing + ": no such file"));
        assertThat(check(folder)).isEqualTo(new Answer(1, "", folder + ": a folder (expected: a file)"));
    }

    @Test
    void brackets_without_end_are_one_clear_line_in_every_command() throws IOException {
        String endless = "[".repeat(200_000);
        Path good = file("good.yaml", today());
        Path card = file("deep.yaml", today().replace("\"2.00\"", endless));
        Path json = file("deep.json", "{\"usage\": " + endless);
        Path to = folder.resolve("to.yaml");
        assertThat(check(card).out()).startsWith(card + ":6: invalid: not YAML: nested too deeply");
        for (Answer answer : List.of(
                run("diff", good.toString(), card.toString()),
                run("diff", card.toString(), good.toString()),
                run("show", "big-2", "--rates", card.toString()),
                run(
                        "estimate",
                        file("r.jsonl", "{\"model\": \"big-2\", \"messages\": []}")
                                .toString(),
                        "--rates",
                        card.toString()),
                run("charge", "--model", "big-2", "--usage", json.toString(), "--rates", good.toString()),
                run("estimate", json.toString(), "--rates", good.toString()),
                run("import", "--from", "litellm", json.toString(), "--to", to.toString()),
                run("import", "--from", "models.dev", json.toString(), "--to", to.toString()))) {
            assertThat(answer.code()).as(answer.err()).isEqualTo(1);
            assertThat(answer.err())
                    .containsAnyOf("nested too deeply", "nesting depth")
                    .doesNotContain("\n");
            assertThat(answer.out()).isEmpty();
        }
        assertThat(to).doesNotExist();
    }

    @Test
    void changes_are_printed_with_both_figures_and_by_how_much() throws IOException {
        Path before = file("before.yaml", today());
        Path after =
                file("after.yaml", today().replace("\"2.00\"", "\"2.50\"").replace("cached_input: \"0.20\", ", ""));
        Answer answer = run("diff", before.toString(), after.toString());
        assertThat(answer.code()).isZero();
        assertThat(answer.out().lines())
                .containsExactly(
                        "changed example/big-2 input: 2.00 usd_per_million -> 2.50 usd_per_million (+25.0 %)",
                        "removed example/big-2 cached_input: 0.20 usd_per_million", "2 changes");
        JsonNode changes = run("diff", "--json", before.toString(), after.toString())
                .json()
                .path("changes");
        assertThat(changes.path(0).path("percent").stringValue()).isEqualTo("25.0");
        assertThat(changes.path(1).path("after").isNull()).isTrue();
    }

    @Test
    void a_catalogue_becomes_a_card_that_can_be_used_and_the_rest_is_printed() throws IOException {
        Path catalogue = file("prices.json", CATALOGUE);
        Path rates = folder.resolve("rates.yaml");
        Answer answer = run("import", "--from", "litellm", catalogue.toString(), "--to", rates.toString());
        assertThat(answer.code()).isZero();
        assertThat(answer.err()).isEmpty();
        assertThat(answer.out().lines())
                .containsExactly(
                        catalogue + ":2: gpt-9: output_cost_per_character 1e-06: no class of units for it",
                        catalogue + ":3: bare: no price that a card can say, or of the answer alone (not imported)",
                        "1 models written to " + rates + ", 1 not, 2 remarks");
        assertThat(Files.readString(rates)).contains("model: \"gpt-9\"").doesNotContain(folder.toString());
        assertThat(check(rates).code()).isZero();
    }

    @Test
    void an_import_as_json_says_what_is_missing() throws IOException {
        Path catalogue = file("prices.json", CATALOGUE);
        Path rates = folder.resolve("rates.yaml");
        JsonNode answer = run(
                        "import",
                        "--json",
                        "--seen",
                        "2026-08-01",
                        "--from",
                        "litellm",
                        catalogue.toString(),
                        "--to",
                        rates.toString())
                .json();
        assertThat(answer.path("imported").intValue()).isEqualTo(1);
        assertThat(answer.path("missing").intValue()).isEqualTo(1);
        assertThat(answer.path("not_expressed").path(1).path("imported").booleanValue())
                .isFalse();
        assertThat(Files.readString(rates)).contains("seen: 2026-08-01");
    }

    @Test
    void what_is_no_catalogue_leaves_the_card_that_is_there_alone() throws IOException {
        Path rates = file("rates.yaml", today());
        Path broken = file("prices.json", "{\"gpt-9\": {\"input_cost_per_token\": }");
        Answer answer = run("import", "--from", "litellm", broken.toString(), "--to", rates.toString());
        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.err()).contains(broken.getFileName() + ":1:");
        assertThat(Files.readString(rates)).isEqualTo(today());
        assertThat(run("import", "--from", "litellm", broken.toString(), "--to", broken.toString())
                        .code())
                .isEqualTo(2);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    private static String today() {
        return CARD.formatted(java.time.LocalDate.now(java.time.ZoneOffset.UTC));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Answer check(Path file) {
        return run("check", file.toString());
    }

    private static Answer run(String command, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                new CommandLine(new PriceCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        line.setExecutionExceptionHandler((failure, failed, parsed) -> {
            err.write(String.valueOf(failure.getMessage()));
            return 1;
        });
        String[] all = Stream.concat(Stream.of(command), Stream.of(args)).toArray(String[]::new);
        return new Answer(line.execute(all), out.toString(), err.toString());
    }
}
