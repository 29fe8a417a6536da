#!/usr/bin/python3
"""Time without service for a client that writes 4 KiB blocks, from the moment of a fault.

outage.py POOL SECONDS AT COMMAND [AT COMMAND ...]

Writes 4 KiB to one object after the other (32 of them, so that all groups of a small pool are hit), one at a time in each of 8
threads, through librados. At each second AT the shell COMMAND runs. Prints for each thread's longest wait, and when it began.
"""
import os
import subprocess
import sys
import threading
import time

import rados

THREADS = 8
OBJECTS = 32


def writer(ioctx, number, end, waits, errors, counts):
    block = os.urandom(4096)
    turn = 0
    while time.monotonic() < end[0]:
        name = "outage-%d-%d" % (number, turn % OBJECTS)
        turn += 1
        begin = time.monotonic()
        try:
            ioctx.write(name, block, 0)
        except rados.Error as error:
            errors.append("%s: %s" % (name, error))
        waits.append((time.monotonic() - begin, begin, name))
        counts[number] += 1


def main():
    pool, seconds = sys.argv[1], float(sys.argv[2])
    faults = [(float(sys.argv[i]), sys.argv[i + 1]) for i in range(3, len(sys.argv), 2)]
    cluster = rados.Rados(conffile=os.environ.get("CEPH_CONF", "/etc/ceph/ceph.conf"))
    cluster.conf_parse_env("CEPH_ARGS")
    cluster.connect()
    ioctx = cluster.open_ioctx(pool)
    start = time.monotonic()
    end = [start + seconds]
    waits, errors, counts = [], [], [0] * THREADS
    threads = [threading.Thread(target=writer, args=(ioctx, n, end, waits, errors, counts)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for at, command in faults:
        time.sleep(max(0.0, start + at - time.monotonic()))
        subprocess.run(command, shell=True, check=False)
        print("%7.2f s  %s" % (time.monotonic() - start, command), flush=True)
    for thread in threads:
        thread.join()
    print("%d writes, %d errors %s" % (sum(counts), len(errors), errors[:3]))
    for wait, begin, name in sorted(waits, reverse=True)[:5]:
        print("waited %6.2f s from %7.2f s to %7.2f s  %s" % (wait, begin - start, begin - start + wait, name))
    cluster.shutdown()


main()
