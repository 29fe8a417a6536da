#!/usr/bin/python3
"""How long a client's 4 KiB writes take, one at a time, while nothing moves, while an OSD is out and its groups move, and while
they move back. On any cluster with three OSDs, ours or a real Ceph's:

recovery.py CEPH.CONF [MIB]     MIB (400) of objects of 64 KiB, in a pool of 16 groups, size 2
"""
import json
import os
import subprocess
import sys
import threading
import time

import rados

POOL = "recovery"
STILL_SECONDS = 12


class Writer(threading.Thread):
    """Writes all the time; a phase is what was written since `begin`."""

    def __init__(self, ioctx):
        super().__init__(daemon=True)
        self.ioctx, self.waits, self.stopped = ioctx, [], False

    def run(self):
        block, count = os.urandom(4096), 0
        while not self.stopped:
            begin = time.monotonic()
            self.ioctx.write("latency-%d" % (count % 512), block, 0)
            self.waits.append(time.monotonic() - begin)
            count += 1

    def begin(self):
        self.waits = []
        return time.monotonic()

    def tell(self, what, began):
        waits = sorted(self.waits)

        def at(share):
            return 1000 * waits[min(len(waits) - 1, int(share * len(waits)))]
        print("%-12s %5.1f s  %6d writes  p50 %6.2f  p95 %6.2f  p99 %6.2f  longest %7.1f ms  load %.1f" % (
            what, time.monotonic() - began, len(waits), at(0.5), at(0.95), at(0.99), 1000 * waits[-1], os.getloadavg()[0]),
            flush=True)


def main():
    conf, mib = sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else 400
    env = dict(os.environ, CEPH_CONF=conf)

    def ceph(*words):
        return subprocess.run(["ceph", *words], env=env, check=True, capture_output=True, text=True).stdout

    def await_still(seconds=300):
        """All of the pool's groups active+clean, seen three times."""
        seen, end = 0, time.monotonic() + seconds
        while seen < 3:
            assert time.monotonic() < end, "not active+clean within %d s" % seconds
            groups = json.loads(ceph("pg", "ls-by-pool", POOL, "-f", "json"))["pg_stats"]
            seen = seen + 1 if groups and all(each["state"] == "active+clean" for each in groups) else 0
            time.sleep(1)

    ceph("osd", "pool", "create", POOL, "16", "16")
    ceph("osd", "pool", "set", POOL, "size", "2")
    ceph("osd", "pool", "application", "enable", POOL, "test")
    await_still()
    subprocess.run(["rados", "-p", POOL, "bench", "600", "write", "-b", "65536", "-t", "16", "--max-objects", str(mib * 16),
                    "--no-cleanup"], env=env, check=True, stdout=subprocess.DEVNULL)
    with rados.Rados(conffile=conf) as cluster, cluster.open_ioctx(POOL) as ioctx:
        writer = Writer(ioctx)
        writer.start()
        time.sleep(5)
        began = writer.begin()
        time.sleep(STILL_SECONDS)
        writer.tell("still", began)
        for what in ("out", "in"):
            began = writer.begin()
            ceph("osd", what, "osd.2")
            time.sleep(2)
            await_still()
            writer.tell("osd.2 " + what, began)
        writer.stopped = True
        writer.join()
    ceph("osd", "pool", "rm", POOL, POOL, "--yes-i-really-really-mean-it")


if __name__ == "__main__":
    main()
