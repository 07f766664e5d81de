package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;

/**
 * Programs that are killed behind a step of a recovery. Production has nothing for that: the steps are log lines, and here
 * what appends them halts the process.
 */
final class KilledBehind {
    /** How a program ends that came to its step. */
    static final int KILLED = 77;

    private KilledBehind() {}

    /** Ends this process at once, without a word to anybody, when a step has been passed so often. */
    static void step(RecoveryStep step, int passage) {
        AtomicInteger passed = new AtomicInteger();
        AppenderBase<ILoggingEvent> killer = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent said) {
                if (said.getArgumentArray()[0] == step && passed.incrementAndGet() == passage) {
                    Runtime.getRuntime().halt(KILLED);
                }
            }
        };
        killer.start();
        Logger steps = (Logger) LoggerFactory.getLogger(RecoveryStep.class);
        steps.setLevel(Level.DEBUG);
        steps.addAppender(killer);
    }

    /** Runs a program of the class path to its end; says how it ended. */
    static int process(Class<?> program, Path log, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
