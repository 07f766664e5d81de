"""Who asks: clients that keep what they were told, and an operator that moves money and rules meanwhile."""
import collections
import http.client
import json
import random
import re
import threading
import time
import urllib.error
from datetime import datetime, timedelta, timezone
from decimal import Decimal

# of an event that brings any: the first one of a stream has "", which nobody pays for where an error follows
CONTENT = re.compile(rb'"content":"[^"]')
EARLIER = re.compile(rb'"exchange": ?"([^"]+)"')


class Pausing(threading.Thread):
    """Does one thing after the other while a load runs; says when it rests."""

    def __init__(self, running):
        super().__init__(daemon=True)
        self.running, self.idle = running, threading.Event()

    def run(self):
        while True:
            if not self.running.is_set():
                self.idle.set()
                self.running.wait()
                self.idle.clear()
            self.once()


class Account:
    """A wallet with a key, and what its owner may expect."""

    def __init__(self, site, name):
        self.name, self.wallet = name, site.api("wallets", {"name": name, "test": False})["id"]
        key = site.api("keys", {"wallet": self.wallet})
        self.key, self.key_id = key["secret"], key["id"]
        # what its cap allows for ever; times in which it was surely frozen
        self.cap, self.limit, self.frozen = None, None, []

    def capped(self, site, usd):
        self.limit = Decimal(usd)
        self.cap = site.api("caps", {"scope": "wallet:" + self.wallet, "per": "lifetime", "usd": usd})["id"]
        for more in ({"per": "minute", "rolling": True, "tokens": 60000}, {"per": "minute", "requests": 3000},
                     {"concurrent": 3}, {"per": "minute", "rate": 3000}):
            site.api("caps", {"scope": "key:" + self.key_id} | more)


class Names:
    """Names that clients of one key give to requests; the same one soon again, by whichever of them."""

    def __init__(self):
        self.recent, self.given, self.lock = collections.deque(maxlen=4), 0, threading.Lock()

    def next(self, r):
        with self.lock:
            if not self.recent or r.random() < 0.4:
                self.given += 1
                self.recent.append((f"name-{self.given}", r.random() < 0.6))
            return r.choice(self.recent)


class Client(Pausing):
    """Asks without pause and keeps what it was told."""

    def __init__(self, site, account, seed, running, names=None):
        super().__init__(running)
        self.site, self.account, self.random, self.names = site, account, random.Random(seed), names
        self.seen = []

    def once(self):
        try:
            self.ask()
        except ConnectionRefusedError:
            # nobody was there to be asked
            time.sleep(0.1)
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(0.05)

    def ask(self, gateway=None):
        r = self.random
        name, stream = self.names.next(r) if self.names and r.random() < 0.15 else (None, r.random() < 0.6)
        tokens = r.choice([1, 8, 40, 120])
        told = f"tokens={tokens}, pace={r.choice([0, 0, 2, 10])}ms" if stream else f"tokens={tokens}, pace={r.choice([0, 20])}ms"
        if r.random() < 0.03:
            told += ", " + r.choice(["cut=300", "usage=omit", "status=500", "error=mid", "done=omit"])
        leaves = stream and r.random() < 0.15
        leaves_at_once = not leaves and self.names and r.random() < 0.04
        body = json.dumps({"model": "gpt-4o-mini", "stream": stream, "max_completion_tokens": 200,
                           "messages": [{"role": "user", "content": "Say something."}]})
        fields = {"Authorization": "Bearer " + self.account.key, "Content-Type": "application/json", "X-Sandbox": told}
        if name:
            fields["Idempotency-Key"] = name
        connection = http.client.HTTPConnection("127.0.0.1", (gateway or r.choice(self.site.gateways)).front, timeout=30)
        one = {"id": None, "status": 0, "content": False, "told": None, "leaves": leaves or leaves_at_once,
               "name": name and (self.account.key, name), "began": time.time()}
        try:
            connection.connect()
            self.seen.append(one)
            connection.request("POST", "/v1/chat/completions", body, fields)
            if leaves_at_once:
                time.sleep(r.uniform(0, 0.05))
                return
            answer = connection.getresponse()
            one["id"], one["status"] = answer.headers["X-Tollgate-Request-Id"], answer.status
            if not stream or answer.status != 200:
                body = answer.read()
                one["content"] = answer.status == 200 and b'"content"' in body
                one["told"] = answer.headers.get("X-Usage-Cost")
                if answer.status == 409 and EARLIER.search(body):
                    one["earlier"] = EARLIER.search(body).group(1).decode()
                if answer.status in (402, 403, 429, 503):
                    time.sleep(0.02)
                return
            text = b""
            while chunk := answer.read1(65536):
                text += chunk
                one["got"] = text[-800:]
                one["content"] = one["content"] or CONTENT.search(text) is not None
                if leaves and len(text) > 400:
                    return
            for line in text.splitlines():
                if line.startswith(b": tollgate "):
                    one["told"] = json.loads(line[11:])["usage_cost"]
        finally:
            one["ended"] = time.time()
            connection.close()


class Operator(Pausing):
    """Pays in, gives credit, gives back, raises a cap, freezes and thaws: each until it is acknowledged, whatever breaks."""

    def __init__(self, site, accounts, clients, seed, running):
        super().__init__(running)
        self.site, self.accounts, self.clients, self.random = site, accounts, clients, random.Random(seed)
        self.number, self.done, self.failures = 0, collections.Counter(), []
        # (kind, reference) -> [wallet, amount, whether it was acknowledged]
        self.orders = {}

    def once(self):
        what = self.random.choice([self.pay, self.pay, self.give, self.give, self.give_back, self.give_back,
                                   self.raise_cap, self.freeze])
        try:
            if what():
                self.done[what.__name__] += 1
        except Exception as failed:  # a thread of its own: nobody else would hear of it
            self.failures.append(f"{what.__name__}: {failed!r}")
        time.sleep(self.random.uniform(0.05, 0.4))

    def ordered(self, kind, path, body, wallet, amount, reference, again=lambda: True):
        """Asks until there is an answer; whether it was a yes."""
        order = self.orders[kind, reference] = [wallet, Decimal(amount), False]
        order[2] = self.asked(path, body, again) is not None
        return order[2]

    def asked(self, path, body, again=lambda: True, seconds=120):
        """The answer; None where the order is refused for good, or nobody wants to ask again."""
        end, last = time.time() + seconds, None
        while time.time() < end:
            try:
                return self.random.choice(self.site.gateways).api(path, body)
            except urllib.error.HTTPError as refused:
                last = f"{refused.code} {refused.read()[:300]}"
                if refused.code == 422 or "expires: " in last:
                    return None
                if refused.code < 500 and refused.code not in (404, 429):
                    raise RuntimeError(f"{path} {body}: {last}") from None
                if refused.code == 404 and not again():
                    return None
            except (OSError, ValueError, http.client.HTTPException) as away:
                last = repr(away)
            time.sleep(0.2)
        raise RuntimeError(f"{path} {body}: not acknowledged within {seconds} s: {last}")

    def next(self, what):
        self.number += 1
        return f"{what}-{self.number}"

    def pay(self, account=None, amount=None):
        account = account or self.accounts[self.random.choice(["rich", "poor"])]
        amount = amount or self.random.choice(["0.0003", "0.001"])
        reference = self.next("paid")
        body = {"wallet": account.wallet, "amount": amount, "reference": reference}
        return self.ordered("top_up", "top_ups", body, account.wallet, amount, reference)

    def give(self):
        account = self.accounts[self.random.choice(["rich", "poor", "capped"])]
        amount, reason = self.random.choice(["0.0001", "0.0005", "0.002"]), self.next("gift")
        body = {"wallet": account.wallet, "amount": amount, "reason": reason, "priority": self.random.randrange(3)}
        if self.random.random() < 0.8:
            over = datetime.now(timezone.utc) + timedelta(seconds=self.random.uniform(1, 20))
            body["expires"] = over.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return self.ordered("grant", "grants", body, account.wallet, amount, reason)

    def give_back(self):
        client = self.random.choice(self.clients)
        told = [one for one in client.seen[-50:-5] if one["told"] and Decimal(one["told"]) > 0]
        if not told:
            return False
        one = self.random.choice(told)
        amount = f"{(Decimal(one['told']) / self.random.choice([1, 2, 3])).quantize(Decimal('0.000000001')):f}"
        reason = self.next("sorry")
        # 404 until its entry has come to SQL
        return self.ordered("refund", "refunds", {"exchange": one["id"], "amount": amount, "reason": reason},
                            client.account.wallet, amount, reason, self.running.is_set)

    def raise_cap(self):
        capped = self.accounts["capped"]
        # before it is asked for: what nobody acknowledged may be in force all the same
        capped.limit += Decimal("0.0005")
        return self.asked(f"caps/{capped.cap}", {"usd": str(capped.limit)}) is not None

    def freeze(self):
        cold = self.accounts["cold"]
        self.asked(f"wallets/{cold.wallet}/freeze", {})
        since = time.time()
        time.sleep(self.random.uniform(0.3, 1.5))
        cold.frozen.append((since, time.time()))
        self.asked(f"wallets/{cold.wallet}/unfreeze", {})
        return True
