package tollgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import tollgate.TestGateway.Account;
import tollgate.pricing.Usd;
import tollgate.records.Exchanges;

/**
 * Clients that ask one request after the other, whatever becomes of them, and remember what they were told: afterwards the
 * books must say the same.
 */
final class SteadyLoad implements AutoCloseable {
    private static final String ID = "X-Tollgate-Request-Id";
    private final List<Thread> clients = new ArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final Map<String, Usd> charges = new ConcurrentHashMap<>();
    private final Queue<Long> good = new ConcurrentLinkedQueue<>();
    private final Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
    private final Set<String> strange = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    /** Asks of each gateway by so many clients, for the accounts in turn. */
    SteadyLoad(List<TestGateway> gateways, List<Account> accounts, int each) {
        for (TestGateway gateway : gateways) {
            for (int i = 0; i < each; i++) {
                clients.add(Thread.startVirtualThread(() -> ask(gateway, accounts)));
            }
        }
    }

    private void ask(TestGateway gateway, List<Account> accounts) {
        while (!over) {
            int number = asked.incrementAndGet();
            Account account = accounts.get(number % accounts.size());
            boolean stream = number % 3 == 0;
            try {
                HttpResponse<String> answer = gateway.ask(
                        account, TestGateway.chat(stream, 100), stream ? "tokens=20, pace=10ms" : "tokens=20");
                statuses.computeIfAbsent(answer.statusCode(), status -> new AtomicInteger())
                        .incrementAndGet();
                if (answer.statusCode() == 200) {
                    good.add(System.nanoTime());
                    answer.headers()
                            .firstValue("X-Usage-Cost")
                            .ifPresent(
                                    cost -> told(answer.headers().firstValue(ID).orElse(""), Usd.parse(cost)));
                } else {
                    if (answer.statusCode() != 503) {
                        strange.add(answer.statusCode() + " " + answer.body());
                    }
                    Thread.sleep(20);
                }
            } catch (IOException failed) {
                strange.add(failed.toString());
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private void told(String exchange, Usd charge) {
        if (charges.put(exchange, charge) != null) {
            strange.add("twice the same exchange " + exchange);
        }
    }

    /** How many were answered well by now. */
    int served() {
        return good.size();
    }

    /** Waits until so many more are. */
    void serve(int more) {
        int before = served();
        await().atMost(Duration.ofMinutes(1)).until(() -> served() >= before + more);
    }

    /** The longest time that nobody was served after a moment, in seconds to a tenth. */
    String longestPauseAfter(long nanos) {
        long last = nanos;
        long longest = 0;
        for (long at : good.stream().filter(at -> at > nanos).sorted().toList()) {
            longest = Math.max(longest, at - last);
            last = at;
        }
        return String.format("%.1f s", longest / 1e9);
    }

    @Override
    public void close() {
        over = true;
        for (Thread client : clients) {
            try {
                client.join(Duration.ofMinutes(1));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What clients were told is what the books have, and nothing is open, parked or unexplained. */
    void isBookedExactly(List<TestGateway> gateways, List<Account> accounts, Usd each) {
        close();
        assertThat(strange).isEmpty();
        for (TestGateway gateway : gateways) {
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                var verified = gateway.installation.verify();
                assertThat(verified.get("problems")).asString().isEqualTo("[]");
                assertThat(verified.get("journal_pending")).isEqualTo(0);
                assertThat(String.valueOf(verified.get("wallets"))).doesNotContainPattern("held=0\\.0*[1-9]");
            });
        }
        Map<String, Usd> booked = new ConcurrentHashMap<>();
        for (Account account : accounts) {
            long taken = 0;
            for (Exchanges.Exchange one :
                    gateways.getFirst().installation.records().exchanges().last(account.wallet(), 1_000_000)) {
                booked.put(one.id(), new Usd(one.charge()));
                taken += one.charge();
            }
            var entries = gateways.getFirst().installation.records().ledger().ofWallet(account.wallet(), 0, 1_000_000);
            assertThat(entries.getLast().balance())
                    .isEqualTo(each.nano() - taken)
                    .isNotNegative();
        }
        assertThat(booked).containsAllEntriesOf(charges);
        assertThat(charges).isNotEmpty();
    }

    @Override
    public String toString() {
        return asked + " asked, " + statuses + ", " + charges.size() + " told their charge";
    }
}
