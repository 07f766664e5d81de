package tollgate.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server's refusal says of where a call belongs, and of whether it may have been carried out. */
class RedirectTest {
    private static final Node ASKED = new Node("asked", 1);

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "MOVED 3999 10.0.0.1:6381                               | 10.0.0.1:6381 | false | true",
                "MOVED 3999 ::1:6381                                    | ::1:6381      | false | true",
                "MOVED 3999 :6381                                       | asked:6381    | false | true",
                "MOVED 3999 ?:6381                                      | asked:6381    | false | true",
                "ASK 3999 r2.internal:6381                              | r2.internal:6381 | true | true",
                "TRYAGAIN Multiple keys request during rehashing of slot |              |       | true",
                "CLUSTERDOWN Hash slot not served                       |               |       | true",
                "LOADING Redis is loading the dataset in memory         |               |       | true",
                "MASTERDOWN Link with MASTER is down                    |               |       | true",
                "NOREPLICAS Not enough good replicas to write.          |               |       | true",
                "READONLY You can't write against a read only replica. script: x, on @user_script:12. | | | true",
                "MISCONF Errors writing to the AOF file: No space left  |               |       | true",
                "OOM command not allowed when used memory > 'maxmemory' |               |       | true",
                "BUSY Redis is busy running a script                    |               |       | true",
                "NOPERM this user has no permissions to run 'xadd'      |               |       | false",
                "ERR The user executing the script can't run this command |             |       | false",
                "ERR something nobody knows                             |               |       | false",
                "UNKILLABLE Sorry the script already executed write commands |          |       | false",
            })
    void each_word_is_understood_for_what_it_says(String message, String node, Boolean asks, boolean nothing) {
        RedisException failure = new RedisCommandExecutionException(message);
        Redirect redirect = Redirect.of(failure, ASKED);
        if (node == null) {
            assertThat(redirect).isNull();
        } else {
            assertThat(Objects.requireNonNull(redirect).node()).hasToString(node);
            assertThat(redirect.asks()).isEqualTo(asks);
        }
        assertThat(Redirect.wroteNothing(failure)).isEqualTo(nothing);
    }

    @Test
    void a_call_that_was_sent_and_not_answered_may_have_been_carried_out() {
        assertThat(Redirect.wroteNothing(new RedisCommandTimeoutException("MOVED too late")))
                .isFalse();
        assertThat(Redirect.wroteNothing(new RedisException("Connection closed")))
                .isFalse();
        assertThat(Redirect.wroteNothing(new RedisException("Currently not connected. Commands are rejected.")))
                .isTrue();
        assertThat(Redirect.of(new RedisException("MOVED 1 a:2"), ASKED)).isNull();
    }
}
