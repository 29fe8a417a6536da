"""Objects in a pool: what making, listing, finding, counting and scrubbing them costs, and a restart."""
import random, threading, time
from scale import POOL, note, table

GROUPS, DEPTH, PARTS = 32, 128, 2


def name(number):
    return f"an-object-of-the-scale-curve.{number:08d}"


def flood(cluster, numbers, begin):
    """Runs an asynchronous operation for each number, DEPTH at once in each of PARTS threads."""
    def work(part):
        handle = cluster.connect()
        io = handle.open_ioctx(POOL)
        room = threading.Semaphore(DEPTH)
        done = lambda *_: room.release()
        for number in numbers[part::PARTS]:
            room.acquire()
            begin(io, number, done)
        for _ in range(DEPTH):
            room.acquire()
        handle.shutdown()

    threads = [threading.Thread(target=work, args=(part,)) for part in range(PARTS)]
    meter = cluster.meter()
    [thread.start() for thread in threads], [thread.join() for thread in threads]
    return meter.stop()


def scrub(cluster):
    """Deep scrub of one group. @return the meter, and how many objects it has"""
    group = cluster.command(prefix="osd map", pool=POOL, object=name(0))["pgid"]
    stamp = lambda: next(each for each in cluster.command(prefix="pg dump", dumpcontents=["pgs"])["pg_stats"]
                         if each["pgid"] == group)
    before, meter = stamp(), cluster.meter()
    cluster.sh(f"ceph pg deep-scrub {group}")
    while True:
        after = stamp()
        if after["last_deep_scrub_stamp"] != before["last_deep_scrub_stamp"]:
            return meter.stop(), after["stat_sum"]["num_objects"]
        time.sleep(0.2)


def run(cluster, args):
    points = args.points or [1_000, 10_000, 100_000, 1_000_000]
    cluster.pool(POOL, GROUPS)
    payload, rows, had = b"x" * 64, [], 0
    create = lambda io, number, done: io.aio_write_full(name(number), payload, oncomplete=done)
    stat = lambda io, number, done: io.aio_stat(name(number), done)
    for point in points:
        made = flood(cluster, range(had, point), create)
        count, had = point - had, point
        note(f"{point} objects: {count} more in {made.seconds:.0f} s")
        sample = [random.randrange(point) for _ in range(min(20_000, 4 * point))]
        found = flood(cluster, sample, stat)
        meter, listed = cluster.meter(), 0
        with cluster.rados.open_ioctx(POOL) as io:
            for _ in io.list_objects():
                listed += 1
        meter.stop()
        if listed != point:
            raise RuntimeError(f"{listed} objects listed of {point}")
        df = cluster.meter()
        for _ in range(20):
            cluster.command(prefix="df", detail="detail")
        df.stop()
        scrubbed, inside = scrub(cluster)
        memory = cluster.memory()
        idle = cluster.meter()
        time.sleep(10)
        idle.stop()
        again = cluster.restart()
        rows.append((point, count / made.seconds, made.per(count), found.per(len(sample)), meter.seconds, meter.per(listed),
                     df.seconds * 1000 / 20, scrubbed.seconds, scrubbed.per(inside), memory, idle.used / idle.seconds * 100,
                     again, cluster.memory() if again else None))
        note(rows[-1])
    table(("objects", "made per s", "CPU µs to make one", "to stat one", "list all, s", "CPU µs per object listed", "`df` ms",
           "deep scrub of a group, s", "CPU µs per object scrubbed", "memory MiB", "idle CPU, % of a core",
           "restart to clean, s", "memory after it, MiB"), rows)
