"""A thinly provisioned image of 1 GiB, 1 TiB, 16 TiB: here and there something is written."""
import random, time
import rbd
from scale import POOL, note, table

WRITES = 500


def run(cluster, args):
    cluster.pool(POOL, 32)
    rows = []
    for point in args.points or [1, 1024, 16384]:
        rng, name = random.Random(1), f"thin{point}"
        with cluster.rados.open_ioctx(POOL) as io:
            timed = lambda what: (cluster.meter(), what())[0].stop()
            made = timed(lambda: rbd.RBD().create(io, name, point << 30))
            with rbd.Image(io, name) as image:
                places = [rng.randrange(point << 18) * 4096 for _ in range(WRITES)]
                first = timed(lambda: [image.write(b"a" * 4096, at) for at in places])
                again = timed(lambda: [image.write(b"b" * 4096, at) for at in places])
                snap = timed(lambda: image.create_snap("one"))
                after = timed(lambda: [image.write(b"c" * 4096, at) for at in places[:WRITES // 10]])
            spec = f"{POOL}/{name}"
            du = timed(lambda: cluster.sh(f"rbd du {spec}"))
            diff = timed(lambda: cluster.sh(f"rbd export-diff --whole-object --from-snap one {spec} - | wc -c"))
            with rbd.Image(io, name) as image:
                grow = timed(lambda: image.resize(2 * point << 30))
                shrink = timed(lambda: image.resize(point << 30))
            cluster.sh(f"rbd snap rm {spec}@one")
            check = timed(lambda: cluster.sh(f"rbd object-map check {spec}", check=False)) if point <= 64 else None
            # the client looks at each of its possible objects
            remove = timed(lambda: cluster.sh(f"rbd rm {spec}")) if point <= 1024 else None
        rows.append((point, made.seconds, first.per(WRITES), again.per(WRITES), snap.seconds, after.per(WRITES // 10), du.seconds,
                     diff.seconds, grow.seconds, shrink.seconds, check and check.seconds, remove and remove.seconds, remove and remove.used, cluster.memory()))
        note(rows[-1])
    table(("GiB", "made s", "CPU µs per first write of an object", "per later write", "snapshot s", "per write behind it",
           "`rbd du` s", "export-diff s", "doubled s", "halved s", "object-map check s", "removed s", "CPU s", "memory MiB"), rows)
