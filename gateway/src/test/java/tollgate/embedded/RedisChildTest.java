package tollgate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisChildTest {
    @TempDir
    Path folder;

    @Test
    void what_was_written_is_there_after_a_restart_and_nobody_else_reads_the_password() throws IOException {
        Path data = folder.resolve("redis");
        try (RedisChild first = RedisChild.start(data)) {
            assertThat(ask(first, "set")).isEqualTo("OK");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("redis.conf"))))
                    .isEqualTo("rw-------");
            assertThat(first.url()).doesNotContain("null");
        }
        try (RedisChild second = RedisChild.start(data)) {
            assertThat(ask(second, "get")).isEqualTo("v");
        }
    }

    @Test
    void a_killed_one_is_noticed_and_started_again_for_the_same_clients() throws IOException {
        RedisChild first = RedisChild.start(folder.resolve("redis"));
        ProcessHandle.of(first.pid()).orElseThrow().destroyForcibly();
        assertThat(first.onExit()).succeedsWithin(Duration.ofSeconds(5));
        try (RedisChild again = first.restart()) {
            assertThat(again.url()).isEqualTo(first.url());
            assertThat(ask(again, "set")).isEqualTo("OK");
        }
    }

    @Test
    void an_orphan_that_still_runs_on_the_folder_is_stopped_first() throws IOException {
        Path data = folder.resolve("redis");
        RedisChild orphan = RedisChild.start(data);
        assertThat(ask(orphan, "set")).isEqualTo("OK");
        try (RedisChild next = RedisChild.start(data)) {
            assertThat(orphan.onExit()).succeedsWithin(Duration.ofSeconds(5));
            assertThat(ask(next, "get")).isEqualTo("v");
        }
        orphan.close();
    }

    @Test
    void a_folder_is_for_one_gateway() throws IOException {
        try (DataDirectory locked = DataDirectory.lock(folder)) {
            assertThatThrownBy(() -> DataDirectory.lock(locked.path()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by another gateway");
        }
        DataDirectory.lock(folder).close();
    }

    private static String ask(RedisChild redis, String what) {
        try (RedisClient client = RedisClient.create(redis.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            return what.equals("set")
                    ? connection.sync().set("k", "v")
                    : connection.sync().get("k");
        }
    }
}
