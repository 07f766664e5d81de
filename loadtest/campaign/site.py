"""Everything that runs: a Redis behind relays that can be cut, gateways, a sandbox provider, SQL."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOLLGATE = str(ROOT / "tollgate")
ADMIN_KEY = "tg_admin_chaos"


class Failed(Exception):
    """What had to happen in time did not."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(good, what, seconds=120):
    end = time.time() + seconds
    while True:
        try:
            result = good()
            if result:
                return result
        except (OSError, ValueError, http.client.HTTPException):
            pass
        if time.time() > end:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(0.02)


class Relay:
    """Passes bytes to Redis; can hold them back, or cut all connections and take no new ones."""

    def __init__(self, port):
        self.target, self.port = port, free_port()
        self.cut_off, self.flowing = False, threading.Event()
        self.flowing.set()
        self.pairs = set()
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return  # closed
            if self.cut_off:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target), 2)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            for s in (near, far):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.pairs.add((near, far))
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(a, b, (near, far)), daemon=True).start()

    def _pass(self, a, b, pair):
        try:
            while True:
                chunk = a.recv(65536)
                if not chunk:
                    break
                self.flowing.wait()
                b.sendall(chunk)
        except OSError:
            pass
        self._close(pair)

    def _close(self, pair):
        self.pairs.discard(pair)
        for s in pair:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def cut(self):
        self.cut_off = True
        for pair in list(self.pairs):
            self._close(pair)

    def mend(self):
        self.cut_off = False

    def leads_to(self, port):
        """From now on; what was connected is cut."""
        self.cut()
        self.target = port
        self.mend()

    def close(self):
        self.cut()
        self.listener.close()


class Redis:
    """One redis-server with a folder of its own."""

    def __init__(self, site, name, primary=None):
        self.site, self.port, self.folder = site, free_port(), site.disk / name
        self.folder.mkdir()
        self.file = site.work / f"{name}.conf"
        self.file.write_text(
            f"bind 127.0.0.1\nport {self.port}\nappendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\n"
            f"save \"\"\nauto-aof-rewrite-percentage 0\ndir {self.folder}\n")
        self.start(*(["--replicaof", f"127.0.0.1 {primary}"] if primary else []))

    def start(self, *more):
        self.process = self.site.start(shutil.which("redis-server"), str(self.file), *more)
        until(lambda: self.process.poll() is not None or self.ask("PING").startswith("+PONG"), "Redis answers")
        if self.process.poll() is not None:
            # 7.0 leaves zeros in its log when the disk of a former replica was full; a person cuts it off there
            self.site.mended += 1
            subprocess.run(["redis-check-aof", "--fix", str(next(self.folder.glob("appendonlydir/*.manifest")))], check=True,
                           executable=shutil.which("redis-server"), input=b"y\ny\n", stdout=subprocess.DEVNULL)
            self.process = self.site.start(shutil.which("redis-server"), str(self.file), *more)
            until(lambda: self.ask("PING").startswith("+PONG"), "Redis answers once its log is mended")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def ask(self, command):
        """The answer to a command without arguments of its own that need quoting."""
        with socket.create_connection(("127.0.0.1", self.port), 2) as s:
            s.sendall(command.encode() + b"\r\n")
            told = b""
            while not told.endswith(b"\r\n") or (told[:1] == b"$" and len(told) < int(told[1:].split(b"\r\n")[0])):
                chunk = s.recv(65536)
                if not chunk:
                    break
                told += chunk
            return told.decode()


class Gateway:
    """One gateway, with its data directory and its way to Redis."""

    def __init__(self, site, name, records):
        self.site, self.file = site, site.work / f"{name}.yaml"
        self.front, self.admin = free_port(), free_port()
        self.relay = Relay(site.redis.port)
        self.lock, self.deadly, self.died = threading.Lock(), None, None
        self.turn = threading.Lock()
        # whether it is to run, has served since it was started, and what it said last but for requests
        self.wanted, self.serves, self.last = False, False, ""
        self.file.write_text(f"""listen: {{ gateway: "127.0.0.1:{self.front}", admin: "127.0.0.1:{self.admin}" }}
data_dir: "{site.work}/{name}"
admin: {{ keys: ["{ADMIN_KEY}"] }}
redis: {{ url: "redis://127.0.0.1:{self.relay.port}" }}
records: {{ url: "{records}" }}
holds: {{ life_s: 10 }}
drain_s: 1
upstreams: {{ sim: {{ dialect: openai, base_url: "http://127.0.0.1:{site.provider}", api_key: "sandbox" }} }}
""")

    def start(self):
        with self.turn:
            self.wanted = True
            self._begin()

    def _begin(self):
        # it says each step of a recovery, so that it can be killed at one
        self.serves = False
        self.process = self.site.start(TOLLGATE, "serve", "--config", str(self.file), stderr=subprocess.PIPE,
                                       env=os.environ | {"TOLLGATE_LOG_RECOVERY": "DEBUG"})
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()

    def _read(self, process):
        with open(self.site.work / "log", "ab") as log:
            for line in process.stderr:
                with self.lock:
                    # what an earlier process had said is still read once that is gone
                    if self.deadly and self.deadly in line and process is self.process:
                        self.wanted = False
                        process.kill()
                        self.deadly, self.died = None, process
                if b"RecoveryStep admitted" in line or b" access exchange" in line:
                    self.serves = True
                elif b" access " not in line:
                    self.last = line.decode(errors="replace").strip()[:200]
                log.write(line)
                log.flush()
        process.wait()
        with self.turn:
            by_itself = self.wanted and process is self.process
        if by_itself:
            self.ended(process)

    def ended(self, process):
        """It did so by itself: what starts it again in earnest is a supervisor, which waits a second."""
        self.site.ended.append((self.serves, self.last))
        time.sleep(1)
        with self.turn:
            if self.wanted and process is self.process:
                self._begin()

    def dies_at(self, step):
        """Killed without warning as soon as it says that it has taken this step of a recovery."""
        with self.lock:
            self.deadly, self.died = f"RecoveryStep {step} ".encode(), None

    def dies_no_more(self):
        """Whether it was killed so, and nobody has started it again since."""
        with self.lock:
            self.deadly = None
            return self.died is self.process

    def dead(self):
        """Killed; waited for by who calls."""
        with self.turn:
            self.wanted = False
            self.process.kill()

    def kill(self):
        self.dead()
        self.process.wait()

    def stop(self):
        with self.turn:
            self.wanted = False
            self.process.terminate()
        self.process.wait()

    def ready(self):
        return urllib.request.urlopen(f"http://127.0.0.1:{self.front}/readyz", timeout=2).status == 200

    def api(self, path, body=None):
        """GET where there is no body; {} posts none."""
        sent = None if body is None else json.dumps(body).encode() if body else b""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.admin}/admin/v1/{path}", sent,
            {"Authorization": "Bearer " + ADMIN_KEY, "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


class Site:
    """Everything that runs."""

    def __init__(self, work, postgres, gateways):
        self.work, self.started, self.replicas, self.mended, self.ended = work, [], 0, 0, []
        self.provider = free_port()
        self.postgres = work / "postgres" if postgres else None
        records = "embedded"
        if postgres:
            records = subprocess.run([str(ROOT / ".ci/postgres"), "start", str(self.postgres)], check=True,
                                     capture_output=True, text=True).stdout.strip()
        self.disk = work / "redis"
        self.disk.mkdir()
        # a small disk that can be filled, where we may have one
        self.small_disk = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(self.disk)],
                                         stderr=subprocess.DEVNULL).returncode == 0
        self.redis = Redis(self, "redis0")
        self.gateways = [Gateway(self, "data" if gateways == 1 else f"data{i}", records) for i in range(gateways)]
        self.start(TOLLGATE, "simulator", "--port", str(self.provider))
        until(lambda: socket.create_connection(("127.0.0.1", self.provider), 1), "the provider listens")
        for gateway in self.gateways:
            gateway.start()

    def start(self, *command, stderr=None, env=None):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=stderr or open(self.work / "log", "a"),
                                   env=env)
        self.started.append(process)
        return process

    def replica_link(self, port):
        """What a replica follows a server through; can be cut, so that it is behind."""
        return Relay(port)

    def replica(self, port):
        """A server that follows the one behind a port."""
        self.replicas += 1
        return Redis(self, f"redis{self.replicas}", port)

    def ready(self):
        return all(gateway.ready() for gateway in self.gateways)

    def api(self, path, body=None):
        return self.gateways[0].api(path, body)

    def postgres_processes(self):
        first = int((self.postgres / "data/postmaster.pid").read_text().split()[0])
        return [first] + [int(p) for p in open(f"/proc/{first}/task/{first}/children").read().split()]

    def signal_sql(self, number):
        for pid in self.postgres_processes():
            os.kill(pid, number)

    def stop(self):
        for gateway in self.gateways:
            gateway.wanted = False
        for process in reversed(self.started):
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGTERM)
        for process in self.started:
            process.wait()
        if self.postgres:
            subprocess.run([str(ROOT / ".ci/postgres"), "stop", str(self.postgres)], stderr=subprocess.DEVNULL)
        if self.small_disk:
            subprocess.run(["umount", "-l", str(self.disk)])
