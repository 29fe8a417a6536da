"""Snapshots of one image, each followed by writes: what the n-th costs, and removing all of them."""
import json, random, time
import rbd
from scale import POOL, note, table

OBJECTS, WRITES = 32, 8


def queue(cluster):
    pool = next(each for each in cluster.command(prefix="osd dump")["pools"] if each["pool_name"] == POOL)
    lengths = sum(each.get("snaptrimq_len", 0) for each in cluster.command(prefix="pg dump", dumpcontents=["pgs"])["pg_stats"]
                  if each["pgid"].startswith(f"{pool['pool']}."))
    return lengths + len(pool.get("removed_snaps_queue", []))


def run(cluster, args):
    points, rows, had = args.points or [1, 10, 100, 1000], [], 0
    cluster.pool(POOL, 32)
    rng = random.Random(1)
    with cluster.rados.open_ioctx(POOL) as io:
        rbd.RBD().create(io, "many", OBJECTS * 4 << 20)
        with rbd.Image(io, "many") as image:
            timed = lambda what: (cluster.meter(), what())[0].stop()
            write = lambda count, size=4096: [image.write(rng.randbytes(size), rng.randrange(OBJECTS) << 22) for _ in range(count)]
            for number in range(OBJECTS):
                image.write(b"0" * 4096, number << 22)
            write(200)
            for point in points:
                def more():
                    for number in range(had, point):
                        image.create_snap(f"s{number}")
                        write(WRITES)
                made = timed(more)
                count, had = point - had, point
                image.create_snap("last")
                fresh = timed(lambda: [image.write(b"1" * 4096, number << 22) for number in range(OBJECTS)])
                image.remove_snap("last")
                steady = timed(lambda: write(300))
                listed = timed(lambda: list(image.list_snaps()))
                with rbd.Image(io, "many", snapshot="s0", read_only=True) as old:
                    read = timed(lambda: [old.read(rng.randrange(OBJECTS) << 22, 4096) for _ in range(300)])
                opened = timed(lambda: rbd.Image(io, "many", read_only=True).close())
                rows.append((point, made.seconds / count * 1000, made.per(count) / 1000, fresh.per(OBJECTS), steady.per(300),
                             steady.seconds * 1000 / 300, read.per(300), listed.seconds * 1000, opened.seconds * 1000, cluster.memory()))
                note(rows[-1])
            gone = timed(lambda: [image.remove_snap(each["name"]) for each in list(image.list_snaps())])
        trim, empty = cluster.meter(), 0
        while empty < 3:
            time.sleep(2)
            empty = empty + 1 if queue(cluster) == 0 else 0
        trim.stop()
    table(("snapshots", "ms to make one, with 8 writes", "its CPU ms", "CPU µs of a write that makes a clone", "of another write", "its ms",
           "of a read of the oldest", "list ms", "open ms", "memory MiB"), rows)
    print(f"\nRemoved all: {gone.seconds:.1f} s, {gone.used:.1f} s of CPU; then trimmed within {trim.seconds:.0f} s, {trim.used:.1f} s of CPU.")
