#!/usr/bin/python3
"""Objects of which the newest copy is lost, on real processes and with the real clients: what `ceph` says of them, that a reader
waits (held back by the OSD), and what `mark_unfound_lost` makes of them.

unfound.py inkfish|ceph DIR      needs root; exits with 1 where something is not as it should be
"""
import json
import os
import signal
import subprocess
import sys
import time

from ceph_hosts import CephHosts
from hosts import Hosts


class Unfound:
    def __init__(self, hosts):
        self.hosts = hosts
        self.wrong = []

    def sh(self, command, seconds=60):
        done = subprocess.run(["timeout", str(seconds), "bash", "-c", command], env=self.hosts.env(), text=True,
                              capture_output=True, check=False)
        return done.returncode, (done.stdout + done.stderr).strip()

    def check(self, what, holds, seen=""):
        print("%s %s%s" % ("ok   " if holds else "WRONG", what, "" if holds else ": %s" % (seen,)), flush=True)
        if not holds:
            self.wrong.append(what)

    def until(self, what, test, seconds=90):
        end = time.monotonic() + seconds
        while not test():
            if time.monotonic() > end:
                self.check(what, False, self.sh("ceph -s; ceph pg ls")[1])
                return
            time.sleep(0.5)
        self.check(what, True)

    def state(self):
        stats = json.loads(self.hosts.ceph("pg", "ls-by-pool", self.pool, "-f", "json"))["pg_stats"]
        return stats[0]

    def up(self, osd):
        osds = json.loads(self.hosts.ceph("osd", "dump", "-f", "json"))["osds"]
        return next(o["up"] for o in osds if o["osd"] == osd)

    def kill(self, osd):
        self.hosts.signal("osd.%d" % osd, signal.SIGKILL)
        self.hosts.await_end("osd.%d" % osd)
        self.until("osd.%d is down" % osd, lambda: not self.up(osd))

    def put(self, name, text):
        self.check("put %s" % name, self.sh("echo -n %s | rados -p %s put %s -" % (text, self.pool, name))[0] == 0)

    def content(self, name):
        return self.sh("rados -p %s get %s -" % (self.pool, name), 30)

    def lose(self, mode):
        """One member has the log of writes whose data only the other has, and that one is gone."""
        self.pool = "unfound-" + mode
        self.hosts.ceph("osd", "pool", "create", self.pool, 1, 1)
        for key, value in (("size", 2), ("min_size", 1)):
            self.hosts.ceph("osd", "pool", "set", self.pool, key, value)
        self.hosts.ceph("osd", "pool", "application", "enable", self.pool, "test")
        self.until("clean", lambda: self.state()["state"] == "active+clean" and len(self.state()["acting"]) == 2)
        for name in ("a", "b"):
            self.put(name, "first")
        first, second = self.state()["acting"]
        self.kill(second)
        for name in ("a", "b", "c"):
            self.put(name, "second")
        for flag in ("norecover", "nobackfill"):
            self.hosts.ceph("osd", "set", flag)
        self.hosts.start("osd.%d" % second)
        self.until("both serve, one without the data",
                   lambda: sorted(self.state()["acting"]) == sorted([first, second]) and "active" in self.state()["state"])
        self.kill(first)
        for flag in ("norecover", "nobackfill"):
            self.hosts.ceph("osd", "unset", flag)
        self.until("unfound", lambda: "recovery_unfound" in self.state()["state"])
        return first

    def run(self, mode):
        lost = self.lose(mode)
        log = self.hosts.dir / ("reader-%s.log" % mode)
        reader = subprocess.Popen(
            ["rados", "-p", self.pool, "get", "a", "-", "--debug-ms", "1", "--log-to-stderr=true"], env=self.hosts.env(), text=True,
            stdout=subprocess.PIPE, stderr=open(log, "w"))
        pgid = self.state()["pgid"]
        time.sleep(5)
        self.check("a reader waits", reader.poll() is None)
        text = log.read_text()
        self.check("it is told to hold back", "osd_backoff(" in text and "block" in text, text[-400:])
        self.check("health", "OBJECT_UNFOUND" in self.sh("ceph health detail")[1], self.sh("ceph health detail")[1])
        print(self.sh("ceph health detail | grep -A3 -E 'OBJECT_UNFOUND|PG_DAMAGED'")[1])
        listed = json.loads(self.hosts.ceph("pg", pgid, "list_unfound"))
        print(json.dumps(listed, indent=1))
        self.check("list_unfound", listed["num_unfound"] == 3 and [o["oid"]["oid"] for o in listed["objects"]] != [], listed)
        code, said = self.sh("ceph pg %s mark_unfound_lost %s" % (pgid, mode))
        print(code, said)
        self.check("refused while somebody may have them", code == 22 and "probed all sources" in said, said)
        self.hosts.ceph("osd", "lost", lost, "--yes-i-really-mean-it")
        time.sleep(3)
        code, said = self.sh("ceph pg %s mark_unfound_lost %s" % (pgid, mode))
        print(code, said)
        self.check("marked", code == 0 and "3 objects unfound and apparently lost marking" in said, said)
        try:
            got, code = reader.communicate(timeout=60)[0], reader.returncode
        except subprocess.TimeoutExpired:
            reader.kill()
            got, code = "", None
        wanted = ("first", 0) if mode == "revert" else ("", 1)
        self.check("the reader goes on", (got, code) == wanted, (got, code))
        for name in ("a", "b", "c"):
            code, got = self.content(name)
            good = (code, got) == (0, "first") if mode == "revert" and name != "c" else code == 1 and "No such file" in got
            self.check("%s after %s" % (name, mode), good, (code, got))
        code, said = self.sh("ceph pg %s mark_unfound_lost %s" % (pgid, mode))
        print(code, said)
        self.check("again", code == 0 and "no unfound objects" in said, said)
        self.put("b", "third")
        self.hosts.start("osd.%d" % lost)
        self.until("clean with the one that returns", lambda: self.state()["state"] == "active+clean", 180)
        for name, wanted in (("a", "first" if mode == "revert" else None), ("b", "third"), ("c", None)):
            code, got = self.content(name)
            self.check("%s in the end" % name, (code, got) == (0, wanted) if wanted else code == 1, (code, got))
        stamp = self.state()["last_deep_scrub_stamp"]
        self.hosts.ceph("pg", "deep-scrub", pgid)
        self.until("deep scrub", lambda: self.state()["last_deep_scrub_stamp"] != stamp, 120)
        self.check("nothing inconsistent", self.state()["state"] == "active+clean", self.state()["state"])


def main():
    kind, directory = sys.argv[1:3]
    prefix = os.environ.get("HOSTS_PREFIX", "ink")
    hosts = (CephHosts if kind == "ceph" else Hosts)(directory, prefix, os.environ.get("HOSTS_SUBNET", "10.77.0"))
    scenario = Unfound(hosts)
    try:
        hosts.up(3, options=["osd_pool_default_pg_autoscale_mode = off"])  # a pool of one group stays so
        hosts.ceph("osd", "set", "noout")
        for mode in ("revert", "delete"):
            scenario.run(mode)
    finally:
        hosts.down()
    sys.exit(1 if scenario.wrong else 0)


main()
