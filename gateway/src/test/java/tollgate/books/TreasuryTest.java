package tollgate.books;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tollgate.pricing.Usd;
import tollgate.wallet.EntryKind;

/** Orders that are given again, whenever. */
class TreasuryTest {
    @TempDir
    Path folder;

    @Test
    void an_order_given_again_after_the_wallet_has_forgotten_it_is_booked_once() throws IOException {
        try (BooksUnderTest on = new BooksUnderTest(folder, "1", Duration.ZERO)) {
            on.books.drainNow();
            // as an hour after SQL had it
            on.raw(redis -> redis.del("{s7}:p:t1"));
            for (int again = 0; again < 2; again++) {
                assertThat(on.treasury.order(on.wallet, "t1", EntryKind.TOP_UP, Usd.parse("1"), false, "r", "t"))
                        .isEqualTo(new Treasury.Outcome.Booked(Usd.parse("1")));
            }
            assertThat(on.balance()).isEqualTo(Usd.parse("1"));
            on.books.drainNow();
            assertThat(on.kinds()).containsExactly("open", "top_up");
            assertThat(on.treasury.order(on.wallet, "t1", EntryKind.TOP_UP, Usd.parse("2"), false, "r", "t"))
                    .isInstanceOf(Treasury.Outcome.Conflict.class);
        }
    }
}
