"""Holds the books against what clients and the operator saw, while nothing runs."""
import collections
import urllib.error
from decimal import Decimal

from campaign.site import Failed, until

# entries that may take a balance below zero, or a cap above its limit: what was relayed is charged, whenever it is known
BELOW_ZERO = {"overrun", "late", "reapply", "chargeback", "adjust"}


class Books:
    def __init__(self, site, accounts):
        self.site, self.accounts = site, accounts
        self.bad, self.counted, self.problems = collections.Counter(), collections.Counter(), []
        # by a request's name: the exchanges that ran under it
        self.named = collections.defaultdict(set)

    def wrong(self, what, problem):
        self.bad[what] += 1
        self.problems.append(f"{what}: {problem}")

    def tell(self):
        """Says what was found since it was last asked."""
        for problem in self.problems[:20]:
            print("  " + problem[:4000], flush=True)
        self.problems.clear()

    def at_rest(self):
        pending = sum(gateway.api("verify")["journal_pending"] for gateway in self.site.gateways[1:])
        verified = self.site.api("verify")
        held = any(Decimal(w["held"]) for w in verified["wallets"])
        return verified if verified["journal_pending"] + pending == 0 and not held else None

    def count(self, clients, operator):
        until(self.site.ready, "the gateway is ready", 240)
        try:
            verified = until(self.at_rest, "no hold is left and the journal is empty", 240)
        except Failed:
            verified = self.site.api("verify")
            self.wrong("held", f"not at rest: {verified}")
        for problem in verified["problems"]:
            self.wrong("verify", problem)
        taken, given_back, booked = collections.defaultdict(Decimal), collections.defaultdict(Decimal), {}
        for account in self.accounts.values():
            self.wallet(account, taken, given_back, booked)
        self.orders(operator, booked)
        for client in clients:
            seen, client.seen = client.seen, []
            for one in seen:
                self.exchange(client, one, taken)
        for name, exchanges in self.named.items():
            paid = [each for each in exchanges if taken[each] - given_back[each] > 0]
            if len(paid) > 1:
                self.wrong("doubled", f"{name} ran as {[(each, taken[each]) for each in paid]}")

    def entries(self, wallet):
        after, entries = None, []
        while True:
            page = self.site.api(f"wallets/{wallet}/entries?limit=1000" + (f"&after={after}" if after else ""))
            entries += page["data"]
            after = page.get("next")
            if not after:
                return entries

    def wallet(self, account, taken, given_back, booked):
        entries = self.entries(account.wallet)
        if sum(Decimal(e["amount"]) for e in entries) != Decimal(entries[-1]["balance"]):
            self.wrong("sums", f"{account.name}: {entries[-1]}")
        for e in entries:
            self.counted["entry " + e["kind"]] += 1
            if e.get("exchange"):
                taken[e["exchange"]] -= Decimal(e["amount"])
            elif e["kind"] == "refund" and e["actor"] == "gateway":
                # nothing of it had left to the client
                given_back[e["reference"]] += Decimal(e["amount"])
            elif e["kind"] in ("top_up", "grant", "refund"):
                booked.setdefault((e["kind"], e["reference"]), []).append((account.wallet, Decimal(e["amount"])))
            if Decimal(e["balance"]) < 0 and e["kind"] not in BELOW_ZERO:
                self.wrong("overspent", f"{account.name}: {e}")
        if account.limit is not None:
            under = -sum(Decimal(e["amount"]) for e in entries if e.get("exchange") and e["kind"] not in BELOW_ZERO)
            if under > account.limit:
                self.wrong("overspent", f"{account.name}: {under} under a cap of {account.limit}")

    def orders(self, operator, booked):
        for order, (wallet, amount, acknowledged) in operator.orders.items():
            found = booked.pop(order, [])
            if found not in ([], [(wallet, amount)]):
                self.wrong("doubled", f"{order} of {amount} is booked as {found}")
            if acknowledged and not found:
                self.wrong("lost", f"{order} of {amount} was acknowledged")
        for order, found in booked.items():
            self.wrong("doubled", f"{order}: {found}, which nobody asked for")
        for failure in operator.failures:
            self.wrong("lost", failure)
        operator.failures.clear()

    def exchange(self, client, one, taken):
        self.counted["exchanges"] += 1
        self.counted[one["status"]] += 1
        self.counted["left"] += bool(one["leaves"])
        if one["name"]:
            self.counted["named"] += 1
            self.named[one["name"]] |= {each for each in (one["id"], one.get("earlier")) if each}
        if one["status"] == 200 and any(since < one["began"] and one["ended"] < thawed
                                        for since, thawed in client.account.frozen):
            self.wrong("frozen", f"served while its wallet was frozen: {one}")
        if one["id"] is None or not one["content"]:
            return
        if one["told"] is not None:
            self.counted["told"] += 1
            if taken.get(one["id"], Decimal(0)) != Decimal(one["told"]):
                self.wrong("doubled", f"told {one}, took {taken.get(one['id'])}")
        elif taken.get(one["id"], Decimal(0)) <= 0:
            self.wrong("lost", f"content for nothing: {one}, its record: {self.record(one['id'])}")

    def record(self, exchange):
        try:
            return self.site.api("exchanges/" + exchange)
        except urllib.error.HTTPError as none:
            return none.code
