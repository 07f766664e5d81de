package tollgate.admin;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tollgate.books.Accounts;
import tollgate.books.Bookkeeper;
import tollgate.books.Statement;
import tollgate.records.Organisations;
import tollgate.records.Records;
import tollgate.records.Wallets;

/** The control plane's routes about months and accounts that add up. Thread-safe; blocks. */
final class StatementRoutes {
    /** Of more wallets together the answer would be too long. */
    private static final int MOST_WALLETS = 100;

    private final Office office;
    private final Records records;
    private final Bookkeeper bookkeeper;
    private final Accounts accounts;
    private final Clock clock;

    StatementRoutes(Office office, Records records, Bookkeeper bookkeeper, Accounts accounts, Clock clock) {
        this.office = office;
        this.records = records;
        this.bookkeeper = bookkeeper;
        this.accounts = accounts;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/admin/v1/wallets/{id}/statement", this::ofWallet, "month", "format"),
                Route.get("/admin/v1/organizations/{id}/statement", this::ofOrganisation, "month", "format"),
                Route.get("/admin/v1/trial_balance", this::trial, "since", "until"));
    }

    private Object ofWallet(Asked asked) {
        Wallets.Wallet wallet = office.wallet(asked.id());
        Organisations.Organisation of = office.directory().organisation(wallet.organisation());
        return told(asked, of, List.of(wallet));
    }

    private Object ofOrganisation(Asked asked) {
        Organisations.Organisation of = office.directory().organisation(asked.id());
        List<Wallets.Wallet> wallets = records.wallets().of(of.id(), MOST_WALLETS + 1);
        if (wallets.size() > MOST_WALLETS) {
            throw new Problem(
                    422,
                    "too_many_wallets",
                    "organization '" + Shown.text(of.id()) + "' has more than " + MOST_WALLETS
                            + " wallets (expected: at most that; ask for the statement of each)");
        }
        return told(asked, of, wallets);
    }

    private Object told(Asked asked, Organisations.Organisation of, List<Wallets.Wallet> wallets) {
        ZoneId zone = ZoneId.of(of.zone());
        YearMonth month = month(asked.query("month"), zone);
        String format = asked.query("format");
        if (!List.of("", "json", "csv").contains(format)) {
            throw Problem.invalid("format: '" + Shown.text(format) + "' (expected: json or csv)");
        }
        List<Statement> all = new ArrayList<>();
        for (Wallets.Wallet wallet : wallets) {
            try {
                all.add(bookkeeper.statement(wallet, month, zone));
            } catch (Statement.DoesNotAddUp wrong) {
                throw new Problem(409, "does_not_add_up", String.valueOf(wrong.getMessage()));
            }
        }
        if (format.equals("csv")) {
            return new Csv(StatementText.csv(all));
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("organization", of.id());
        json.put("month", month.toString());
        json.put("zone", of.zone());
        json.put("totals", StatementText.totals(all));
        json.put("wallets", all.stream().map(StatementText::json).toList());
        return json;
    }

    private YearMonth month(String text, ZoneId zone) {
        try {
            YearMonth month = YearMonth.parse(text);
            YearMonth now = YearMonth.from(clock.instant().atZone(zone));
            if (!month.isAfter(now) && month.getYear() >= 1970) {
                return month;
            }
        } catch (DateTimeException wrong) {
            // told below, for one that has not begun too
        }
        throw Problem.invalid("month: '" + Shown.text(text) + "' (expected: a month that has begun, such as 2026-01)");
    }

    private Object trial(Asked asked) {
        Instant since = asked.moment("since", Instant.EPOCH);
        Instant until = asked.moment("until", Asked.NO_END);
        Accounts.Trial trial = accounts.trial(since.toEpochMilli(), until.toEpochMilli());
        if (!trial.problems().isEmpty()) {
            throw new Problem(409, "does_not_add_up", String.join("; ", trial.problems()));
        }
        List<Object> rows = new ArrayList<>();
        trial.byCurrency()
                .forEach((currency, each) -> each.forEach((account, amount) -> {
                    Map<String, @Nullable Object> row = new LinkedHashMap<>();
                    row.put("currency", currency);
                    row.put("account", account.wireName());
                    row.put("amount", StatementText.usd(amount));
                    rows.add(row);
                }));
        return AdminApi.page(rows, null);
    }
}
