"""Images: fio writes 4 KiB to each, 64 at once in all, each image opened by a client of its own."""
import json, tempfile, time
import rbd
from scale import POOL, note, table


def fio(cluster, count, seconds):
    job = f"[global]\nioengine=rbd\nclientname=admin\npool={POOL}\nrw=randwrite\nbs=4k\niodepth={max(1, 64 // count)}\n" \
          f"time_based\nruntime={int(seconds)}\nthread\nrandrepeat=0\ngroup_reporting\n"
    job += "".join(f"[i{i}]\nrbdname=i{i}\n" for i in range(count))
    with tempfile.NamedTemporaryFile("w", suffix=".fio") as file:
        file.write(job)
        file.flush()
        text = cluster.sh(f"fio {file.name} --output-format=json")
    return json.loads(text[text.index("{"):])["jobs"][0]["write"]["total_ios"]


def run(cluster, args):
    cluster.pool(POOL, 32)
    rows, had, library = [], 0, rbd.RBD()
    with cluster.rados.open_ioctx(POOL) as io:
        library.pool_init(io, True)
        for point in args.points or [1, 10, 100]:
            made = cluster.meter()
            for number in range(had, point):
                library.create(io, f"i{number}", 64 << 20)
            made.stop()
            new, had = point - had, point
            for number in range(point):  # so that no object is new when it is measured
                with rbd.Image(io, f"i{number}") as image:
                    for at in range(0, 64 << 20, 4 << 20):
                        image.write(b"x" * 4096, at)
            fio(cluster, point, args.seconds)
            meter = cluster.meter()
            done = fio(cluster, point, args.seconds)
            meter.stop()
            listing = cluster.meter()
            names = library.list(io)
            listing.stop()
            if len(names) != point:
                raise RuntimeError(f"{len(names)} images listed of {point}")
            rows.append((point, made.used * 1000 / new, done / meter.seconds, meter.per(done),
                         listing.seconds * 1000, cluster.memory()))
            note(rows[-1])
    table(("images", "CPU ms to make one", "4 KiB writes per s (with fio's start)", "CPU µs per write", "list ms",
           "memory MiB"), rows)
