#!/usr/bin/python3
"""What faults of monitors cost: five of them, each on a host of its own, under clients whose every answer is checked.

monitors.py [--dir D] [--keep] [--hold SECONDS] [--only WORD]

Prints, for each fault, the longest time without service for `ceph osd dump` in a loop, for a client that changes a value by
way of the monitors, and for one that writes 4 KiB objects. Needs root; nftables, and libfaketime for clocks that are off.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback

import rados

from hosts import Hosts, run

OPTIONS = ["osd_pool_default_pg_autoscale_mode = off", "mon_allow_pool_delete = true"]
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
OBJECTS = 16


class Probe(threading.Thread):
    """Does one thing again and again, and keeps when each attempt began and ended, and whether it succeeded."""

    def __init__(self, name, pause, action):
        super().__init__(daemon=True)
        self.name, self.pause, self.action = name, pause, action
        self.done, self.began = [], None
        self.wrong, self.ends = [], False

    def run(self):
        while not self.ends:
            self.began = time.monotonic()
            try:
                good = self.action()
            except Exception as error:  # whatever the client raises
                good = False
                self.wrong.append("%s: %s" % (self.name, error))
            now = time.monotonic()
            self.done.append((self.began, now, good))
            self.began = None
            time.sleep(self.pause)

    def worst(self, since, until):
        """The longest time between two successes, the pause left out, as far as it lies within."""
        last, longest = since, 0.0
        for began, ended, good in list(self.done):
            if good and ended > since:
                longest = max(longest, min(ended, until) - max(last, since))
                last = ended
        return max(0.0, max(longest, until - max(last, since)) - self.pause)


class Clients:
    def __init__(self, hosts):
        self.hosts = hosts
        self.counter, self.acknowledged = 0, 0
        self.versions = [0] * OBJECTS
        self.turn = 0
        self.writer, self.reader = self.connect(), self.connect()
        self.ioctx = self.connect().open_ioctx("mons")
        self.probes = [
            Probe("osd dump", 0.1, self.dump), Probe("change", 0.02, self.change),
            Probe("read", 0.05, self.read), Probe("write", 0.01, self.write)]
        for probe in self.probes:
            probe.start()

    def connect(self):
        cluster = rados.Rados(conffile=str(self.hosts.dir / "ceph.conf"))
        cluster.connect()
        return cluster

    def dump(self):
        result = run("timeout", 100, "ceph", "osd", "dump", check=False, env=self.hosts.env())
        return result.returncode == 0 and "pool 1 'mons'" in result.stdout

    @staticmethod
    def command(cluster, **words):
        code, out, message = cluster.mon_command(json.dumps(words), b"")
        if code:
            raise RuntimeError("%s: %d %s" % (words["prefix"], code, message))
        return out.decode()

    def change(self):
        self.counter += 1
        self.command(self.writer, prefix="config-key set", key="counter", val=str(self.counter))
        self.acknowledged = self.counter
        return True

    def read(self):
        least = self.acknowledged
        got = int(self.command(self.reader, prefix="config-key get", key="counter")) if least else 0
        if not least <= got <= self.counter:
            raise AssertionError("STALE: read %d, acknowledged %d, sent %d" % (got, least, self.counter))
        return True

    def write(self):
        at = self.turn % OBJECTS
        self.turn += 1
        self.ioctx.write_full("o%d" % at, (b"%08d" % (self.versions[at] + 1)) * 512)
        self.versions[at] += 1
        return True

    def finish(self):
        for probe in self.probes:
            probe.ends = True
        for probe in self.probes:
            probe.join(120)
        problems = [w for p in self.probes for w in p.wrong]
        if any(p.is_alive() for p in self.probes):
            problems.append("a client waits for ever")
        got = int(self.command(self.reader, prefix="config-key get", key="counter"))
        if got != self.acknowledged:
            problems.append("counter is %d, acknowledged was %d" % (got, self.acknowledged))
        for at, version in enumerate(self.versions):
            if self.ioctx.read("o%d" % at, 4096) != (b"%08d" % version) * 512:
                problems.append("o%d is not version %d" % (at, version))
        print("%d changes, %d reads, %d writes, %d dumps" % (
            self.acknowledged, len(self.probes[2].done), sum(self.versions), len(self.probes[0].done)))
        return problems


class Faults:
    def __init__(self, hosts, clients, hold):
        self.hosts, self.clients, self.hold = hosts, clients, hold
        self.problems = []

    def quorum(self):
        return json.loads(self.hosts.ceph("quorum_status", "-f", "json", timeout=60))

    def leader(self):
        return "mon." + self.quorum()["quorum_leader_name"]

    def peons(self):
        now = self.quorum()
        return ["mon." + name for name in now["quorum_names"] if name != now["quorum_leader_name"]]

    def await_quorum(self, count, seconds=60):
        end = time.monotonic() + seconds
        while len(self.quorum()["quorum_names"]) != count:
            if time.monotonic() > end:
                self.problems.append("not %d in quorum within %d s" % (count, seconds))
                return
            time.sleep(0.2)

    def step(self, text, action, hold=None):
        begin = time.monotonic()
        action()
        time.sleep(hold or self.hold)
        end = time.monotonic()
        worst = "  ".join("%s %5.1f" % (p.name, p.worst(begin, end)) for p in self.clients.probes)
        print("%-64s %s" % (text, worst), flush=True)

    def kill(self, daemons):
        for daemon in daemons:
            self.hosts.signal(daemon, signal.SIGKILL)
            self.hosts.await_end(daemon)

    def restart(self, daemons):
        for daemon in daemons:
            self.hosts.start(daemon)
        self.await_quorum(5)

    # ---- the faults

    def calm(self):
        self.step("nothing", lambda: None)

    def stop(self):
        leader = self.leader()
        self.step("the leader is stopped (SIGSTOP)", lambda: self.hosts.signal(leader, signal.SIGSTOP))

        def go_on():
            self.hosts.signal(leader, signal.SIGCONT)
            self.await_quorum(5)
        self.step("it goes on", go_on, 5)

    def ports(self, host, *rules):
        space = ["ip", "netns", "exec", self.hosts.namespace(host), "nft"]
        if not rules:
            run(*space, "delete", "table", "inet", "cut")
            return
        run(*space, "add table inet cut")
        for hook in ("input", "output"):
            run(*space, "add chain inet cut %s { type filter hook %s priority 0; }" % (hook, hook))
            for rule in rules:
                run(*space, "add rule inet cut %s %s drop" % (hook, rule))

    def partition(self):
        leader = self.leader()
        host = leader[4:]
        rules = ["tcp dport { 3300, 6789 }", "tcp sport { 3300, 6789 }"]
        self.step("the leader's packets are dropped (nft)", lambda: self.ports(host, *rules))

        def heal():
            self.ports(host)
            self.await_quorum(5)
        self.step("healed", heal, 5)

    def link(self):
        leader = self.leader()
        host = leader[4:]
        what = "with an OSD" if self.hosts.daemons(host, "osd") else "without an OSD"
        self.step("the leader's host is cut off (link), " + what, lambda: self.hosts.cut(host), max(self.hold, 40))

        def heal():
            self.hosts.heal(host)
            self.await_quorum(5)
        self.step("connected again", heal, 15)

    def kills(self):
        victims = [self.leader(), self.peons()[0]]
        self.step("kill -9 of the leader and a peon", lambda: self.kill(victims))
        self.step("both return", lambda: self.restart(victims), 5)

    def minority(self):
        victims = self.peons()[:3]
        self.step("kill -9 of three peons: no quorum", lambda: self.kill(victims), 15)
        one = victims[0]

        def back():
            self.hosts.start(one)
            self.await_quorum(3)
        self.step("one of them returns", back, 5)
        self.step("the others return", lambda: self.restart(victims[1:]), 5)

    def clock(self):
        """libfaketime reads how far the clock is off from a file; the steady clock it leaves alone."""
        peon = self.peons()[0]
        file = self.hosts.dir / "clock"

        def skew(by):
            file.write_text(by)
        skew("+0")
        env = {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_DONT_FAKE_MONOTONIC": "1",
               "FAKETIME_CACHE_DURATION": "1", "FAKETIME_NO_CACHE": "0"}
        self.kill([peon])
        self.hosts.start(peon, env=env)
        self.await_quorum(5)
        self.step("a peon's clock is 3 s ahead", lambda: (skew("+3"), self.await_health("MON_CLOCK_SKEW", True)), 1)
        print(self.hosts.ceph("health", "detail"), end="")
        print(self.hosts.ceph("time-sync-status"), end="")
        self.step("it is right again", lambda: (skew("+0"), self.await_health("MON_CLOCK_SKEW", False)), 1)
        self.kill([peon])
        self.restart([peon])

    def await_health(self, check, there, seconds=400):
        begin = time.monotonic()
        while (check in json.loads(self.hosts.ceph("health", "-f", "json"))["checks"]) != there:
            if time.monotonic() - begin > seconds:
                self.problems.append("%s is not %s after %d s" % (check, there, seconds))
                return
            time.sleep(0.3)
        print("%s %s after %.1f s" % (check, "raised" if there else "cleared", time.monotonic() - begin))


ALL = ["calm", "stop", "partition", "link", "kills", "minority", "clock"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", default="/tmp/inkfish-monitors")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--hold", type=float, default=12)
    parser.add_argument("--only", action="append", choices=ALL)
    args = parser.parse_args()
    hosts = Hosts(args.dir, os.environ.get("HOSTS_PREFIX", "inm"), os.environ.get("HOSTS_SUBNET", "10.78.0"))
    problems = []
    try:
        hosts.up(5, 1, options=OPTIONS, storage=3)
        hosts.ceph("osd", "pool", "create", "mons", 8)
        hosts.ceph("osd", "pool", "application", "enable", "mons", "x")
        clients = Clients(hosts)
        faults = Faults(hosts, clients, args.hold)
        faults.await_quorum(5)
        for name in args.only or ALL:
            try:
                getattr(faults, name)()
            except Exception as error:
                traceback.print_exc()
                problems.append("%s: %s" % (name, error))
                break
        problems += faults.problems + clients.finish()
        problems += ["%s has ended" % d for d in hosts.daemons() if not hosts.pid(d)]
        for daemon in hosts.daemons():
            log = (hosts.home(hosts.state["daemons"][daemon]["host"]) / (daemon + ".log")).read_text(errors="replace")
            problems += ["%s: %s" % (daemon, line) for line in log.splitlines() if "halted by a bug" in line]
    finally:
        hosts.down()
        if not args.keep:
            shutil.rmtree(args.dir, ignore_errors=True)
    for problem in problems:
        print("PROBLEM", problem)
    print("%d problems" % len(problems))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
