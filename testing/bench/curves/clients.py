"""Clients: 16 writes of 4 KiB under way in all (or one each); then all of them silent."""
import time
from scale import POOL, note, table
from curves.load import writes


def run(cluster, args):
    cluster.pool(POOL, 32)
    writes(cluster, [cluster.rados], 16, 2 * args.seconds)
    rows, handles = [], []
    for point in args.points or [1, 10, 200]:
        meter = cluster.meter()
        new = point - len(handles)
        handles += [cluster.connect() for _ in range(new)]
        for handle in handles:
            with handle.open_ioctx(POOL) as io:
                io.write_full("hello", b"there")
        meter.stop()
        depth = max(1, 16 // point)
        writes(cluster, handles, depth, args.seconds)
        done, load = writes(cluster, handles, depth, args.seconds)
        time.sleep(5)
        idle = cluster.meter()
        time.sleep(15)
        idle.stop()
        rows.append((point, point * depth, meter.used * 1000 / max(1, new), done / load.seconds, load.per(done),
                     idle.used / idle.seconds * 100, cluster.memory()))
        note(rows[-1])
    [handle.shutdown() for handle in handles]
    one = writes(cluster, [cluster.rados], 200, args.seconds)
    rows.append(("1 again", 200, None, one[0] / one[1].seconds, one[1].per(one[0]), None, cluster.memory()))
    table(("clients", "writes at once", "CPU ms per client that connects", "writes per s", "CPU µs per write",
           "idle CPU, % of a core", "memory MiB"), rows)
