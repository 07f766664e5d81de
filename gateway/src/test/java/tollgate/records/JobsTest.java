package tollgate.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.records.ProviderObjects.ProviderObject;

/** Jobs and whose objects are, on a real SQLite. */
@SuppressWarnings("NullAway.Init") // opened before every test
class JobsTest {
    @TempDir
    Path folder;

    private Records records;

    @BeforeEach
    void open() {
        records = Records.sqlite(folder.resolve("records.db"));
    }

    @AfterEach
    void close() {
        records.close();
    }

    private static ProviderObject object(String id, String owner) {
        return new ProviderObject("openai", id, "response", owner, true, "x_1", 1);
    }

    private void add(String exchange, String owner, long leaseMs) {
        records.jobs()
                .add(
                        new Jobs.Job(exchange, "openai", "resp_" + exchange, 1, "facts", "asked", 99, null),
                        1,
                        object("resp_" + exchange, "project:p"),
                        owner,
                        leaseMs);
    }

    private List<String> taken(String owner, long nowMs) {
        return records.jobs().take(owner, nowMs, nowMs + 10, 100).stream()
                .map(Jobs.Job::exchange)
                .toList();
    }

    @Test
    void a_job_is_one_gateways_until_its_lease_is_over_and_nobodys_once_it_is_settled() {
        add("x_1", "a.1", 10);
        add("x_2", "a.1", 10);
        assertThat(taken("b.1", 10)).isEmpty();
        records.jobs().renew("a.1", 20);
        assertThat(taken("b.1", 15)).isEmpty();
        assertThat(taken("b.1", 21)).containsExactlyInAnyOrder("x_1", "x_2");
        assertThat(taken("c.1", 21)).isEmpty();
        records.jobs().renew("a.1", 1_000);
        assertThat(records.jobs().holds("x_1", "a.1")).isFalse();
        assertThat(records.jobs().holds("x_1", "b.1")).isTrue();
        records.jobs().settled("x_1");
        assertThat(records.jobs().holds("x_1", "b.1")).isFalse();
        assertThat(taken("c.1", 1_000)).containsExactly("x_2");
        assertThat(records.jobs().has("x_1")).isTrue();
        assertThat(records.jobs().isOpen("x_1")).isFalse();
        assertThat(records.jobs().making("openai", "resp_x_2")).contains("x_2");
        assertThat(records.jobs().making("openai", "resp_x_1")).isEmpty();
        assertThat(records.jobs().making("azure", "resp_x_2")).isEmpty();
    }

    @Test
    void a_gateways_next_run_has_its_jobs_at_once_and_no_other_gateways() {
        add("x_1", "a.1", 1_000);
        add("x_2", "ab.1", 1_000);
        records.jobs().release("a.");
        assertThat(taken("a.2", 10)).containsExactly("x_1");
    }

    @Test
    void a_job_that_is_kept_twice_stays_as_it_was_kept_first() {
        add("x_1", "a.1", 10);
        records.jobs().placed("x_1", 2);
        add("x_1", "b.1", 1_000);
        assertThat(records.jobs().take("c.1", 11, 20, 100))
                .singleElement()
                .satisfies(job -> assertThat(job.generation()).isEqualTo(2));
    }

    @Test
    void of_a_jobs_answer_the_most_that_clients_had_is_kept_until_it_is_settled() {
        add("x_1", "a.1", 10);
        records.jobs().relayed("x_1", "much", 20);
        records.jobs().relayed("x_1", "less", 10);
        assertThat(records.jobs().relayed("x_1")).contains("much");
        assertThat(records.jobs().take("b.1", 11, 20, 100))
                .singleElement()
                .satisfies(job -> assertThat(job.relayed()).isEqualTo("much"));
        records.jobs().settled("x_1");
        records.jobs().relayed("x_1", "more", 30);
        assertThat(records.jobs().relayed("x_1")).isEmpty();
    }

    @Test
    void the_open_jobs_of_a_shard_are_those_of_nobody_else_whoever_has_their_leases() {
        add("x_1", "a.1", 10);
        add("x_2", "b.1", 1_000);
        add("x_3", "b.1", 1_000);
        records.jobs().settled("x_3");
        assertThat(records.jobs().openOf(1)).extracting(Jobs.Job::exchange).containsExactly("x_1", "x_2");
        assertThat(records.jobs().openOf(2)).isEmpty();
    }

    @Test
    void what_somebody_has_nobody_else_gets_by_naming_it_again() {
        records.providerObjects().add(List.of(object("resp_1", "project:p")));
        records.providerObjects().add(List.of(object("resp_1", "project:thief"), object("resp_2", "project:q")));
        assertThat(records.providerObjects().find("resp_1"))
                .extracting(ProviderObject::owner)
                .containsExactly("project:p");
        records.providerObjects().remove("azure", "resp_1");
        assertThat(records.providerObjects().find("resp_1")).hasSize(1);
        records.providerObjects().remove("openai", "resp_1");
        assertThat(records.providerObjects().find("resp_1")).isEmpty();
    }
}
