"""What is broken, each as a method of its own name."""
import collections
import os
import shutil
import signal
import subprocess
import time

from campaign.site import TOLLGATE, Failed, until


# those of RecoveryStep that a gateway comes to which somebody else's Redis was given back to
STEPS = ["journal_read", "redis_checked", "claimed", "leased", "part_booked_again", "booked_again", "reread", "drained",
         "epoch_intended", "fence_opened", "epoch_opened", "postings_told", "states_told", "keys_projected",
         "holds_placed_again", "journal_replayed", "decisions_told", "orphans_journalled", "orphans_settled", "reinstated",
         "admitted"]
# only where Redis lost something that SQL has
LOST = {"part_booked_again", "booked_again", "reread"}
# only once in a gateway's life
STARTING = {"journal_read", "redis_checked", "claimed", "orphans_journalled", "orphans_settled"}


class Faults:
    def __init__(self, site, random, others_serve):
        self.site, self.random, self.others_serve = site, random, others_serve
        self.steps, self.killed_at = [], collections.Counter()

    def kinds(self):
        kinds = [self.gateway_killed, self.gateway_stopped, self.gateway_killed_while_starting, self.redis_killed,
                 self.redis_restarted, self.redis_paused, self.redis_failed_over, self.network_cut, self.network_stalled,
                 self.both_killed, self.redis_killed_while_recovering, self.redis_set_back, self.redis_emptied]
        kinds += [self.recovery_killed_at_a_step] * 3
        if self.site.small_disk:
            kinds.append(self.redis_disk_full)
        if self.site.postgres:
            kinds += [self.sql_stopped, self.sql_crashed]
        return kinds

    def one(self):
        return self.random.choice(self.site.gateways)

    def gateway_killed(self, gateway=None):
        gateway = gateway or self.one()
        gateway.kill()
        self.others_serve(gateway)
        gateway.start()
        return gateway

    def gateway_stopped(self):
        gateway = self.one()
        gateway.stop()
        self.others_serve(gateway)
        gateway.start()

    def gateway_killed_while_starting(self):
        gateway = self.gateway_killed()
        time.sleep(self.random.uniform(0.3, 3.0))
        self.gateway_killed(gateway)

    def redis_killed(self):
        self.site.redis.kill()
        time.sleep(self.random.uniform(0, 1))
        self.site.redis.start()

    def redis_restarted(self):
        self.site.redis.process.terminate()
        self.site.redis.process.wait()
        self.site.redis.start()

    def redis_paused(self):
        self.site.redis.process.send_signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(0.3, 4))
        self.site.redis.process.send_signal(signal.SIGCONT)

    def redis_failed_over(self):
        """A replica takes over that has not got the last moments; the old primary is dead, or asleep and wakes later."""
        site, old = self.site, self.site.redis
        link = site.replica_link(old.port)
        new = site.replica(link.port)
        until(lambda: "master_link_status:up" in new.ask("INFO replication"), "a replica has followed", 30)
        time.sleep(self.random.uniform(0.5, 3))
        link.cut()
        time.sleep(self.random.uniform(0, 2))
        asleep = self.random.random() < 0.5
        if asleep:
            old.process.send_signal(signal.SIGSTOP)
        else:
            old.kill()
        new.ask("REPLICAOF NO ONE")
        site.redis = new
        for gateway in site.gateways:
            gateway.relay.leads_to(new.port)
        if asleep:
            time.sleep(self.random.uniform(0, 2))
            old.process.send_signal(signal.SIGCONT)
            old.kill()
        link.close()
        shutil.rmtree(old.folder)

    def network_cut(self):
        relay = self.one().relay
        relay.cut()
        time.sleep(self.random.uniform(0, 3))
        relay.mend()

    def network_stalled(self):
        relay = self.one().relay
        relay.flowing.clear()
        time.sleep(self.random.uniform(0.3, 3))
        relay.flowing.set()

    def both_killed(self):
        for gateway in self.site.gateways:
            gateway.process.kill()
        self.site.redis.kill()
        for gateway in self.site.gateways:
            gateway.process.wait()
        self.site.redis.start()
        for gateway in self.site.gateways:
            gateway.start()

    def redis_killed_while_recovering(self):
        self.redis_killed()
        time.sleep(self.random.uniform(0, 0.5))
        self.redis_killed()

    def recovery_killed_at_a_step(self):
        """A recovery begins, by whichever way; whoever takes the step is killed there, and started again."""
        if not self.steps:
            self.steps = STEPS[:]
            self.random.shuffle(self.steps)
        step = self.steps.pop()
        way = self.random.choice([self.redis_set_back, self.redis_failed_over] if step in LOST
                                 else [self.gateway_restarted, self.both_killed] if step in STARTING
                                 else [self.redis_killed, self.redis_set_back, self.redis_failed_over, self.both_killed])
        for gateway in self.site.gateways:
            gateway.dies_at(step)
        way()
        try:
            until(lambda: any(gateway.died for gateway in self.site.gateways), "", 30)
            self.killed_at[step] += 1
        except Failed:
            pass  # nothing to be done in this step, or another was faster
        for gateway in self.site.gateways:
            if gateway.dies_no_more():
                gateway.process.wait()
                gateway.start()

    def gateway_restarted(self):
        gateway = self.one()
        gateway.kill()
        gateway.start()

    def redis_set_back(self):
        """Its files of some time ago are put back in its place."""
        files, old = self.site.redis.folder / "appendonlydir", self.site.work / "old"
        shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(files, old)
        # what went on meanwhile has reached SQL
        time.sleep(self.random.uniform(1, 8))
        self.site.redis.kill()
        shutil.rmtree(files)
        shutil.copytree(old, files)
        self.site.redis.start()

    def redis_emptied(self):
        """A person fills it from SQL, the gateways being stopped."""
        self.site.redis.kill()
        shutil.rmtree(self.site.redis.folder / "appendonlydir")
        self.site.redis.start()
        time.sleep(self.random.uniform(0, 2))
        for gateway in self.site.gateways:
            gateway.stop()
        # as long as a gateway's lease lives
        time.sleep(10)
        subprocess.run([TOLLGATE, "restore", "--config", str(self.site.gateways[0].file)], check=True,
                       stdout=subprocess.DEVNULL, stderr=open(self.site.work / "log", "a"))
        for gateway in self.site.gateways:
            gateway.start()

    def redis_disk_full(self):
        filler = self.site.disk / "filler"
        with open(filler, "wb", buffering=0) as file:
            for size in (1 << 20, 512):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    pass  # full
        time.sleep(self.random.uniform(1, 3))
        filler.unlink()

    def sql_stopped(self):
        self.site.signal_sql(signal.SIGSTOP)
        time.sleep(self.random.uniform(1, 6))
        self.site.signal_sql(signal.SIGCONT)

    def sql_crashed(self):
        os.kill(self.site.postgres_processes()[-1], signal.SIGKILL)
