"""Groups of a pool: what they cost idle, when they are made, when an OSD's peers meet again, and per write."""
import time
from scale import POOL, note, table
from curves.load import writes


def run(cluster, args):
    rows, points = [], args.points or [8, 128, 1024]
    cluster.sh("ceph config set global mon_max_pg_per_osd 20000")
    for point in points:
        cluster.drop(POOL)
        time.sleep(2)
        made = cluster.meter()
        cluster.pool(POOL, point)
        made.stop()
        time.sleep(10)
        idle = cluster.meter()
        time.sleep(20)
        idle.stop()
        done, load = writes(cluster, [cluster.rados], 16, args.seconds)
        done, load = writes(cluster, [cluster.rados], 16, args.seconds)
        peering = cluster.meter()
        cluster.sh("ceph osd down 0")
        time.sleep(1)
        cluster.settle()
        peering.stop()
        full = None
        if args.fill:  # every log to its limit
            count = 0
            while count < args.fill * point:
                count += writes(cluster, [cluster.rados], 64, 10)[0]
            full = cluster.memory()
            note(f"{point} groups: {count} writes more")
        again = cluster.restart()
        rows.append((point, made.seconds, made.used, idle.used / idle.seconds * 100, load.per(done), done / load.seconds,
                     peering.seconds, peering.used, full or cluster.memory(), again))
        note(rows[-1])
    cluster.sh("ceph config rm global mon_max_pg_per_osd")
    table(("groups", "made in s", "CPU s", "idle CPU, % of a core", "CPU µs per 4 KiB write, 16 at once", "writes per s",
           "an OSD marked down: clean after s", "CPU s", "memory MiB", "restart to clean, s"), rows)
