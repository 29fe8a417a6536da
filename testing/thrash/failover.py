#!/usr/bin/python3
"""Time without service for a client that writes 4 KiB blocks (`outage.py`), Inkfish's and a real Ceph's, each on three hosts with
all timeouts as by default: an OSD is killed, the monitors' leader is killed, a host is cut off and comes back.

failover.py inkfish|ceph DIR [RUNS]      needs root; the median of RUNS (3)
"""
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

from ceph_hosts import CephHosts
from hosts import Hosts

HERE = Path(__file__).resolve().parent
POOL = "failover"


def await_clean(hosts, osds=3, seconds=180):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            status = json.loads(hosts.ceph("-s", "-f", "json", timeout=20))
        except RuntimeError:
            continue
        states = status["pgmap"].get("pgs_by_state", [])
        quorum = len(status["quorum_names"]) == len(hosts.names)
        if quorum and status["osdmap"]["num_up_osds"] == osds and states and all(
                s["state_name"] == "active+clean" for s in states):
            return
        time.sleep(1)
    raise TimeoutError("not clean: " + hosts.ceph("-s"))


class Outage:
    """The load, and what it waited for."""

    current = None

    def __init__(self, hosts, seconds):
        Outage.current = self
        self.process = subprocess.Popen(
            ["/usr/bin/python3", str(HERE / "outage.py"), POOL, str(seconds), "10", "touch %s/fault" % hosts.dir,
             str(seconds * 0.6), "touch %s/return" % hosts.dir],
            stdout=subprocess.PIPE, text=True, env=hosts.env())
        self.hosts = hosts
        for name in ("fault", "return"):
            (hosts.dir / name).unlink(missing_ok=True)

    def at(self, name, action):
        while not (self.hosts.dir / name).exists():
            if self.process.poll() is not None:
                raise RuntimeError("the load has ended: " + self.process.stdout.read())
            time.sleep(0.01)
        action()

    def waits(self):
        out = self.process.communicate()[0]
        if ", 0 errors" not in out:
            raise RuntimeError(out)
        return [float(w) for w in re.findall(r"longest wait after it +([0-9.]+)", out)]


def killed(hosts, daemon, seconds):
    load = Outage(hosts, seconds)
    load.at("fault", lambda: hosts.signal(daemon, signal.SIGKILL))
    load.at("return", lambda: (hosts.await_end(daemon), hosts.start(daemon)))
    result = load.waits()
    await_clean(hosts)
    return result


def cut_off(hosts, host, seconds):
    load = Outage(hosts, seconds)
    load.at("fault", lambda: hosts.cut(host))
    load.at("return", lambda: hosts.heal(host))
    result = load.waits()
    await_clean(hosts)
    return result


def leader(hosts):
    return json.loads(hosts.ceph("quorum_status"))["quorum_leader_name"]


def measure(hosts, rounds):
    results = {}

    def note(what, waits):
        for part, wait in zip((what, what + ": it returns"), waits):
            results.setdefault(part, []).append(wait)
            print("%6.2f s  %s" % (wait, part), flush=True)

    for turn in range(rounds):
        note("an OSD is killed", killed(hosts, "osd.%d" % (turn % 3), 35))
        first = leader(hosts)
        note("the monitors' leader is killed", killed(hosts, "mon." + first, 35))
        first = leader(hosts)
        note("the leader's host is cut off", cut_off(hosts, first, 90))
        other = [h for h in hosts.names if h != leader(hosts)][turn % 2]
        note("a host without the leader is cut off", cut_off(hosts, other, 90))
    print("\nmedians of %d" % rounds)
    for what, waits in results.items():
        print("%6.2f s  %s  (%s)" % (statistics.median(waits), what, ", ".join("%.2f" % w for w in waits)))


def main():
    kind, directory = sys.argv[1], sys.argv[2]
    rounds = int(sys.argv[3]) if sys.argv[3:] else 3
    prefix = os.environ.get("HOSTS_PREFIX", "ink")
    hosts = (CephHosts if kind == "ceph" else Hosts)(directory, prefix, os.environ.get("HOSTS_SUBNET", "10.77.0"))
    try:
        hosts.up(3)
        hosts.ceph("osd", "pool", "create", POOL, 32, 32)
        hosts.ceph("osd", "pool", "application", "enable", POOL, "test")
        await_clean(hosts)
        measure(hosts, rounds)
    finally:
        if Outage.current:
            Outage.current.process.kill()
        hosts.down()


if __name__ == "__main__":
    main()
