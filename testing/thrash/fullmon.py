#!/usr/bin/python3
"""The disk of one monitor among three fills up, first a peon's, then the leader's: the others serve on, the health says so, and
with room again it comes back with everything that was acknowledged meanwhile.

fullmon.py DIR      needs root; exits with 1 where something is not as it should be
"""
import json
import os
import subprocess
import sys
import threading
import time

from hosts import Hosts, run, until


class Keys(threading.Thread):
    """Sets one key after the other through whichever monitor serves."""

    def __init__(self, hosts):
        super().__init__(daemon=True)
        self.hosts, self.done, self.longest, self.ends = hosts, 0, 0.0, False

    def run(self):
        while not self.ends:
            begin = time.monotonic()
            for _ in range(20):
                try:
                    self.hosts.ceph("config-key", "set", "full/%d" % self.done, "x" * 2000, timeout=60)
                    break
                except RuntimeError:
                    continue
            else:
                return
            self.longest = max(self.longest, time.monotonic() - begin)
            self.done += 1


def main():
    hosts = Hosts(sys.argv[1], os.environ.get("HOSTS_PREFIX", "ink"), os.environ.get("HOSTS_SUBNET", "10.77.0"))
    wrong = []

    def check(what, holds, seen=""):
        print("%s %s%s" % ("ok   " if holds else "WRONG", what, "" if holds else ": %s" % (seen,)), flush=True)
        if not holds:
            wrong.append(what)

    def health():
        try:
            return hosts.ceph("health", "detail")
        except RuntimeError as error:
            return str(error)

    try:
        hosts.up(3, disks=True)
        until(lambda: len(json.loads(hosts.ceph("quorum_status"))["quorum"]) == 3, 60)
        keys = Keys(hosts)
        keys.start()
        for whose in ("a peon", "the leader"):
            leader = json.loads(hosts.ceph("quorum_status"))["quorum_leader_name"]
            victim = leader if whose == "the leader" else next(h for h in hosts.names if h != leader)
            before = keys.done
            keys.longest = 0.0
            ballast = hosts.home(victim) / "data" / "ballast"
            room = os.statvfs(hosts.home(victim) / "data")
            part = int(room.f_blocks * room.f_frsize * 0.75)
            run("fallocate", "-l", part, ballast, check=False)
            check("%s (mon.%s): MON_DISK_LOW" % (whose, victim), until(lambda: "MON_DISK_LOW" in health(), 120), health())
            subprocess.run("dd if=/dev/zero of=%s.2 bs=1M 2>/dev/null; sync %s.2" % (ballast, ballast), shell=True, check=False)
            critical = until(lambda: "MON_DISK_CRIT" in health() or not hosts.pid("mon." + victim), 120)
            check("MON_DISK_CRIT, or it has ended", critical, health())
            ended = until(lambda: not hosts.pid("mon." + victim), 120)
            print("      mon.%s %s" % (victim, "has ended" if ended else "goes on"))
            there = keys.done
            check("the others serve on", until(lambda: keys.done > there + 5, 90), keys.done - there)
            if ended:
                check("it is out of quorum", until(lambda: "MON_DOWN" in health(), 30), health())
                hosts.start("mon." + victim)
                check("it does not start without room", until(lambda: not hosts.pid("mon." + victim), 60))
            for file in (ballast, str(ballast) + ".2"):
                run("rm", "-f", file)
            for daemon in hosts.daemons(victim):
                if not hosts.pid(daemon):
                    hosts.start(daemon)
            back = until(lambda: len(json.loads(hosts.ceph("quorum_status"))["quorum"]) == 3, 120)
            check("three in quorum again", back, health())
            check("health", until(lambda: "MON_" not in health(), 120), health())
            print("      %d keys meanwhile, the longest took %.1f s" % (keys.done - before, keys.longest))
        keys.ends = True
        keys.join()
        listed = json.loads(hosts.ceph("config-key", "dump", "full/"))
        check("all %d keys are there" % keys.done, all("full/%d" % i in listed for i in range(keys.done)), len(listed))
    finally:
        hosts.down()
    sys.exit(1 if wrong else 0)


main()
