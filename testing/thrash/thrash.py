#!/usr/bin/python3
"""Kills, stops, cuts off and powers down parts of a cluster of real processes on several hosts, under a checked load.

thrash.py [--seed N] [--seconds S] [--dir D] [--keep] [--osds N] [--skip N] [--kinds a,b] [--schedule N]

One seed is one sequence of faults and of writes; timing differs from run to run. Needs root. --schedule N only prints the first
N faults of a seed, --skip N begins after that many, so that a stretch of a long run can be had alone.
"""
import argparse
import json
import os
import random
import shutil
import signal
import sys
import threading
import time
import traceback

import rados

from hosts import NAMES, Hosts
from load import Image, Objects
from watch import Watch

# Heartbeats four times as fast as by default: more failures are noticed in the same time.
OPTIONS = ["osd_heartbeat_interval = 2", "osd_heartbeat_grace = 6", "mon_osd_down_out_interval = 15",
           "mon_osd_adjust_heartbeat_grace = false", "osd_max_markdown_count = 1000", "mon_osd_min_in_ratio = 0.3", "mon_osd_min_up_ratio = 0.1",
           "osd_pool_default_pg_autoscale_mode = off", "mon_allow_pool_delete = true", "osd_min_pg_log_entries = 200",
           "osd_max_pg_log_entries = 300"]


class Paper:
    """Hosts to which nothing happens: the faults of a seed can be gone through without them."""

    def __init__(self, osds):
        self.names = NAMES[:3]
        self.state = {"disks": True, "daemons": {}}
        self.groups = {}
        for host in self.names:
            for daemon in ["mon." + host, "mgr." + host]:
                self.state["daemons"][daemon] = {"host": host}
        for number in range(3 * osds):
            self.state["daemons"]["osd.%d" % number] = {"host": self.names[number // osds]}

    def daemons(self, host=None, role=None):
        return [d for d, s in self.state["daemons"].items()
                if (host is None or s["host"] == host) and (role is None or d.startswith(role + "."))]

    def ceph(self, *words):
        if words[:3] == ("osd", "pool", "set") and words[4] == "pg_num":
            self.groups[words[3]] = words[5]
        known = {"quorum_leader_name": self.names[0]}
        if words[:3] == ("osd", "pool", "get"):
            known["pg_num"] = self.groups.get(words[3], 16)
        return json.dumps(known)

    def power_cut(self, host):
        return self.daemons(host)

    def nothing(self, *_):
        pass

    signal = cut = heal = isolate = await_end = start = nothing

    def pid(self, _):
        return 1


class Faults:
    def __init__(self, hosts, seed, pace=1.0, kinds=()):
        self.hosts = hosts
        self.random = random.Random(seed)
        self.pace = pace
        self.kinds = kinds
        self.start = time.monotonic()
        self.counts = {}
        self.paper_time = None

    def on_paper(self, number, osds, say):
        """Goes through the first faults without doing them."""
        real, self.hosts, self.paper_time = self.hosts, Paper(osds), 0.0
        spoken, self.say = self.say, (lambda text: say("%7.1f  %s" % (self.paper_time, text)))
        for _ in range(number):
            self.one()
        self.hosts, self.say, self.paper_time, self.counts = real, spoken, None, {}

    def say(self, text):
        print("%7.1f  %s" % (time.monotonic() - self.start, text), flush=True)

    def sleep(self, seconds):
        if self.paper_time is None:
            time.sleep(seconds)
        else:
            self.paper_time += seconds

    def seconds(self, low, high):
        return self.random.uniform(low, high) * self.pace

    def hold(self, low, high):
        self.sleep(self.seconds(low, high))

    def host(self):
        return self.random.choice(self.hosts.names)

    def osd(self):
        return self.random.choice(self.hosts.daemons(role="osd"))

    def restart(self, daemons):
        for daemon in daemons:
            self.hosts.await_end(daemon)
            self.hosts.start(daemon)

    def kill_osd(self, number=1):
        victims = self.random.sample(self.hosts.daemons(role="osd"), number)
        self.say("kill -9 " + " ".join(victims))
        for victim in victims:
            self.hosts.signal(victim, signal.SIGKILL)
        self.hold(0, 12)
        self.restart(victims)

    def kill_two_osds(self):
        self.kill_osd(2)

    def stop_osd(self):
        victim = self.osd()
        seconds = self.seconds(1, 20)
        self.say("SIGSTOP %s for %.1f s" % (victim, seconds))
        self.hosts.signal(victim, signal.SIGSTOP)
        self.sleep(seconds)
        self.hosts.signal(victim, signal.SIGCONT)

    def cut_host(self):
        victim = self.host()
        seconds = self.seconds(2, 20)
        self.say("cut off %s for %.1f s" % (victim, seconds))
        self.hosts.cut(victim)
        self.sleep(seconds)
        self.hosts.heal(victim)

    def part_hosts(self):
        pair = self.random.sample(self.hosts.names, 2)
        seconds = self.seconds(2, 20)
        self.say("%s and %s do not reach each other for %.1f s" % (*pair, seconds))
        for host in pair:
            self.hosts.isolate(host)
        self.sleep(seconds)
        for host in pair:
            self.hosts.heal(host)

    def power_cut(self):
        victim = self.host()
        self.say("power cut of " + victim)
        dead = self.hosts.power_cut(victim)
        self.hold(0, 8)
        self.restart(dead)

    def power_cut_all(self):
        self.say("power cut of all hosts")
        dead = []
        threads = [threading.Thread(target=lambda h=h: dead.extend(self.hosts.power_cut(h))) for h in self.hosts.names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.hold(0, 3)
        self.restart(sorted(dead))

    def out_and_in(self):
        victim = self.osd().split(".")[1]
        self.say("osd.%s out" % victim)
        self.hosts.ceph("osd", "out", victim)
        self.hold(2, 10)
        self.hosts.ceph("osd", "in", victim)

    def mark_down(self):
        victim = self.osd().split(".")[1]
        self.say("osd down %s" % victim)
        self.hosts.ceph("osd", "down", victim)

    def kill_mon(self):
        victim = self.random.choice(self.hosts.daemons(role="mon"))
        self.say("kill -9 " + victim)
        self.hosts.signal(victim, signal.SIGKILL)
        self.hold(0, 8)
        self.restart([victim])

    def kill_leader(self):
        leader = "mon." + json.loads(self.hosts.ceph("quorum_status"))["quorum_leader_name"]
        self.say("kill -9 %s, which leads" % leader)
        self.hosts.signal(leader, signal.SIGKILL)
        self.hold(0, 15)
        self.restart([leader])

    def stop_mon(self):
        victim = self.random.choice(self.hosts.daemons(role="mon"))
        seconds = self.seconds(1, 20)
        self.say("SIGSTOP %s for %.1f s" % (victim, seconds))
        self.hosts.signal(victim, signal.SIGSTOP)
        self.sleep(seconds)
        self.hosts.signal(victim, signal.SIGCONT)

    def kill_mgr(self):
        victim = self.random.choice(self.hosts.daemons(role="mgr"))
        self.say("kill -9 " + victim)
        self.hosts.signal(victim, signal.SIGKILL)
        self.hold(0, 5)
        self.restart([victim])

    def change_size(self):
        size = self.random.choice((2, 3))
        self.say("pool objects: size %d" % size)
        self.hosts.ceph("osd", "pool", "set", "objects", "size", size)

    def move_primary(self):
        victim, weight = self.osd(), self.random.choice((0, 0.5, 1))
        self.say("primary affinity of %s: %s" % (victim, weight))
        self.hosts.ceph("osd", "primary-affinity", victim, weight)

    def grow_groups(self):
        """Groups split while all else goes on; 64 to a pool at most."""
        pool = self.random.choice(("objects", "rbd"))
        now = json.loads(self.hosts.ceph("osd", "pool", "get", pool, "pg_num", "--format", "json"))["pg_num"]
        if now >= 64:
            self.scrub()
            return
        self.say("pool %s: %d groups" % (pool, now + 8))
        self.hosts.ceph("osd", "pool", "set", pool, "pg_num", now + 8)

    def scrub(self):
        victim, how = self.osd(), self.random.choice(("scrub", "deep-scrub"))
        self.say("%s of %s" % (how, victim))
        self.hosts.ceph("osd", how, victim)

    def kill_and_cut(self):
        """An OSD dies while another host cannot be reached."""
        cut = self.host()
        self.say("cut off %s, and" % cut)
        self.hosts.cut(cut)
        self.hold(0, 5)
        self.kill_osd()
        self.hosts.heal(cut)

    def one(self):
        kinds = [self.kill_osd] * 3 + [self.stop_osd] * 3 + [self.cut_host] * 3 + [self.part_hosts] * 2 + [
            self.kill_two_osds, self.out_and_in, self.mark_down, self.kill_mon, self.kill_leader, self.stop_mon, self.kill_mgr,
            self.change_size, self.move_primary, self.kill_and_cut, self.grow_groups, self.scrub]
        if self.hosts.state["disks"]:
            kinds += [self.power_cut] * 2 + [self.power_cut_all]
        kind = self.random.choice([k for k in kinds if not self.kinds or k.__name__ in self.kinds])
        self.counts[kind.__name__] = self.counts.get(kind.__name__, 0) + 1
        try:
            kind()
        except RuntimeError as error:  # a command that no monitor answered
            self.say(str(error)[:200])
        self.hold(0.5, 6)
        return self.dead()

    def dead(self):
        """Daemons that ended by themselves: they are started again, but it is a failure."""
        found = []
        for daemon in self.hosts.daemons():
            if not self.hosts.pid(daemon):
                log = self.hosts.home(self.hosts.state["daemons"][daemon]["host"]) / (daemon + ".log")
                lines = log.read_text(errors="replace").splitlines()[-12:]
                self.say("%s ended by itself:\n    %s" % (daemon, "\n    ".join(line[:300] for line in lines)))
                found.append(daemon + " ended by itself")
                self.hosts.start(daemon)
        return found

    def stop(self):
        """Everything is as it should be again."""
        for host in self.hosts.names:
            self.hosts.heal(host)
        for daemon in self.hosts.daemons():
            self.hosts.signal(daemon, signal.SIGCONT)
        self.hosts.ceph("osd", "pool", "set", "objects", "size", 3)
        for daemon in self.hosts.daemons(role="osd"):
            self.hosts.ceph("osd", "primary-affinity", daemon, 1)
            self.hosts.ceph("osd", "in", daemon.split(".")[1])


def await_clean(hosts, seconds):
    """Seconds until all OSDs are up and all groups active and clean; None if that takes too long."""
    begin = time.monotonic()
    wanted = len(hosts.daemons(role="osd"))
    said = ""
    while time.monotonic() - begin < seconds:
        try:
            status = json.loads(hosts.ceph("status", "--format", "json", timeout=20))
            groups = status["pgmap"]
            states = {s["state_name"]: s["count"] for s in groups.get("pgs_by_state", [])}
            said = "%s up, %s" % (status["osdmap"]["num_up_osds"], states)
            clean = sum(n for state, n in states.items() if set(state.split("+")) - {"scrubbing", "deep"} == {"active", "clean"})
            if status["osdmap"]["num_up_osds"] == wanted and clean == groups["num_pgs"] > 0:
                return time.monotonic() - begin
        except (RuntimeError, ValueError, KeyError) as error:
            said = str(error)
        time.sleep(0.3)
    print("not clean: " + said)
    return None


def verify_replicas(hosts, loads):
    """Each OSD in turn is primary of all its groups, so that every replica is read."""
    osds = hosts.daemons(role="osd")
    for chosen in osds:
        for each in osds:
            hosts.ceph("osd", "primary-affinity", each, 1 if each == chosen else 0)
        if await_clean(hosts, 60) is None:
            raise RuntimeError("not clean with primaries on " + chosen)
        for load in loads:
            load.verify("with primaries on " + chosen)


def deep_scrub(hosts, seconds=120):
    """What scrub says; None where there is none."""
    before = {}
    for group in json.loads(hosts.ceph("pg", "dump", "pgs", "--format", "json"))["pg_stats"]:
        before[group["pgid"]] = group["last_deep_scrub_stamp"]
        try:
            hosts.ceph("pg", "deep-scrub", group["pgid"])
        except RuntimeError:
            return None
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        groups = json.loads(hosts.ceph("pg", "dump", "pgs", "--format", "json"))["pg_stats"]
        broken = [g["pgid"] for g in groups if "inconsistent" in g["state"]]
        if broken:
            return "inconsistent: " + " ".join(broken)
        if all(g["last_deep_scrub_stamp"] > before[g["pgid"]] for g in groups):
            return "%d groups consistent" % len(groups)
        time.sleep(1)
    return "not finished within %d s" % seconds


def lost(wrong):
    return [text for text in wrong if "by itself" not in text]


def thrash(hosts, arguments):
    hosts.up(3, arguments.osds, disks=True, options=OPTIONS)
    for pool in ("objects", "rbd"):
        hosts.ceph("osd", "pool", "create", pool, "16")
    if await_clean(hosts, 60) is None:
        return ["the cluster did not come up"]
    cluster = rados.Rados(conffile=str(hosts.dir / "ceph.conf"))
    cluster.conf_set("rbd_discard_granularity_bytes", "4096")  # else librbd leaves the edges of a discard
    if arguments.client_log:
        cluster.conf_set("log_file", arguments.client_log)
        cluster.conf_set("debug_ms", "1")
        cluster.conf_set("debug_objecter", "5")
    cluster.connect()
    loads = [Objects(cluster, "objects", arguments.seed * 10 + i) for i in range(3)]
    loads.append(Image(cluster, "rbd", arguments.seed))
    for load in loads:
        load.start()
    faults = Faults(hosts, arguments.seed, arguments.pace, arguments.kinds)
    faults.on_paper(arguments.skip, arguments.osds, lambda text: None)
    watch = Watch(hosts, loads, faults.say)
    watch.start()
    wrong = []
    while time.monotonic() - faults.start < arguments.seconds and not lost(wrong):
        wrong += faults.one()
        wrong += [text for load in loads for text in load.wrong]
    faults.say("faults stop; " + ", ".join("%s %d" % each for each in sorted(faults.counts.items())))
    faults.stop()
    clean = await_clean(hosts, 60)
    if clean is None:
        wrong.append("not active+clean within 60 s")
    else:
        faults.say("active+clean after %.1f s" % clean)
    watch.stop()
    for load in loads:
        load.finish(30)
    for load in loads:
        wait, begin, what = load.longest
        faults.say("%s: %d operations, longest wait %.1f s at %.1f (%s)" % (
            load, load.count, wait, begin - faults.start, what))
    wrong = list(dict.fromkeys(wrong + [text for load in loads for text in load.wrong]))
    if not lost(wrong):
        for load in loads:
            load.verify("after all")
        verify_replicas(hosts, loads)
        faults.say("deep scrub: %s" % (deep_scrub(hosts) or "not there"))
    wrong = list(dict.fromkeys(wrong + [text for load in loads for text in load.wrong]))
    if not wrong:
        loads[-1].close()
        cluster.shutdown()
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pace", type=float, default=1.0, help="how long each fault lasts, beside the usual")
    parser.add_argument("--dir", default="/tmp/inkfish-thrash")
    parser.add_argument("--osds", type=int, default=1, help="on each host")
    parser.add_argument("--prefix", default="thr", help="of the names of namespaces and devices")
    parser.add_argument("--subnet", default="10.98.0")
    parser.add_argument("--client-log", help="a file for what the load's librados sends and gets")
    parser.add_argument("--skip", type=int, default=0, help="faults of the seed that are left out")
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=[], help="no others; names of methods of Faults")
    parser.add_argument("--schedule", type=int, help="only print so many faults, with the times they would have on an idle machine")
    parser.add_argument("--keep", action="store_true", help="leave the cluster running where something was wrong")
    arguments = parser.parse_args()
    if arguments.schedule:
        Faults(None, arguments.seed, arguments.pace, arguments.kinds).on_paper(arguments.schedule, arguments.osds, print)
        return
    hosts = Hosts(arguments.dir, arguments.prefix, arguments.subnet)
    print("seed %d, %d s" % (arguments.seed, arguments.seconds), flush=True)
    try:
        wrong = thrash(hosts, arguments)
    except (Exception, SystemExit):  # noqa: whatever it is, the run failed
        wrong = [traceback.format_exc()]
    for text in wrong[:20]:
        print("WRONG " + text)
    print("seed %d: %s" % (arguments.seed, "%d failures" % len(wrong) if wrong else "nothing lost, nothing wrong"), flush=True)
    if not (wrong and arguments.keep):
        hosts.down()
    if not wrong:
        shutil.rmtree(hosts.dir)
    os._exit(1 if wrong else 0)  # a client that waits for ever does not hold us


if __name__ == "__main__":
    main()
