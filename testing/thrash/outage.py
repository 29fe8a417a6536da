#!/usr/bin/python3
"""Time without service for a client that writes 4 KiB blocks, from the moment of a fault.

outage.py POOL SECONDS AT COMMAND [AT COMMAND ...]

Writes 4 KiB to one object after the other (32 of them, so that all groups of a small pool are hit), one at a time in each of 8
threads, through librados. At each second AT the shell COMMAND runs. Prints the longest wait of a write
after each.
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
    begun = []
    for at, command in faults:
        time.sleep(max(0.0, start + at - time.monotonic()))
        begun.append((time.monotonic(), command))
        subprocess.run(command, shell=True, check=False, stdout=subprocess.DEVNULL)
    for thread in threads:
        thread.join()
    print("%d writes, %d errors %s" % (sum(counts), len(errors), errors[:3]))
    begun.append((end[0], "end"))
    for i, (at, command) in enumerate(begun[:-1]):
        # a write that was under way when it happened counts from then on
        later = begun[i + 1][0]
        longest = max((min(begin + wait, later) - max(begin, at), name) for wait, begin, name in waits
                      if begin < later and begin + wait > at)
        print("%7.2f s  longest wait after it %6.2f s (%s)  %s" % (at - start, *longest, command), flush=True)
    cluster.shutdown()


main()
