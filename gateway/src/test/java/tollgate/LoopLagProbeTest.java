package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import tollgate.http.Transport;

/** The probe of the other tests finds what it is for. */
class LoopLagProbeTest {
    @Test
    void a_loop_that_sleeps_is_found_and_so_is_one_that_computes_but_not_one_that_is_only_busy() throws Exception {
        EventLoopGroup group = Transport.best().loops(1, "probed");
        try {
            EventLoop loop = group.next();
            // a turn in which classes are loaded does not count, and to look at a late loop for the first time loads
            // some
            assertThatCode(() -> probed(loop, () -> LockSupport.parkNanos(60_000_000), 1))
                    .satisfiesAnyOf(
                            thrown -> assertThat(thrown).isNull(),
                            thrown -> assertThat(thrown).isInstanceOf(AssertionError.class));
            assertThatThrownBy(() -> probed(loop, () -> LockSupport.parkNanos(60_000_000), 3))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("parkNanos");
            assertThatThrownBy(() -> probed(loop, () -> spin(60_000_000), 3)).isInstanceOf(AssertionError.class);
            assertThatCode(() -> probed(loop, () -> spin(500_000), 50)).doesNotThrowAnyException();
        } finally {
            group.shutdownGracefully().syncUninterruptibly();
        }
    }

    private static void probed(EventLoop loop, Runnable task, int times) throws InterruptedException {
        try (LoopLagProbe probe = new LoopLagProbe(List.of(loop))) {
            Thread.sleep(50);
            for (int i = 0; i < times; i++) {
                loop.submit(task).syncUninterruptibly();
                Thread.sleep(10);
            }
            Thread.sleep(150);
            probe.assertNoneWasHeldUp();
        }
    }

    private static void spin(long nanos) {
        long since = System.nanoTime();
        while (System.nanoTime() - since < nanos) {
            Thread.onSpinWait();
        }
    }
}
