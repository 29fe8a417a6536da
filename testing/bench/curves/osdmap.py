"""OSDs in a map: the map itself in our code beside osdmaptool, then a monitor that has such a map."""
import json, os, re, subprocess, tempfile, threading, time, uuid
from scale import HERE, note, table


def codec(points):
    """MapBench and osdmaptool on the same maps, 32 groups for each OSD (4 where they are many)."""
    root = os.path.join(HERE, "..", "..")
    with tempfile.TemporaryDirectory() as work:
        files, tool = [], []
        for point in points:
            files.append(f"{work}/{point}")
            bits = "5" if point <= 1_000 else "2"
            subprocess.run(["osdmaptool", "--createsimple", str(point), "--pg-bits", bits, "--pgp-bits", bits, "--with-default-pool",
                            files[-1]], check=True, capture_output=True)
            began = os.times()
            said = subprocess.run(["osdmaptool", files[-1], "--mark-up-in", "--test-map-pgs"], check=True, capture_output=True,
                                  text=True).stdout
            ended = os.times()
            groups = int(re.search(r"^pool \d+ pg_num (\d+)", said, re.M)[1])
            tool.append(groups / (ended.children_user - began.children_user))
        java = subprocess.run(f". {root}/scripts/jdk.sh && exec \"$JAVA_HOME/bin/java\" @{root}/scripts/jvm.options -cp "
                              f"'{root}/apps/inkfish/target/lib/*' {HERE}/src/main/java/dev/inkfish/bench/MapBench.java {' '.join(files)}",
                              shell=True, check=True, capture_output=True, text=True, executable="/bin/bash").stdout
    rows = []
    for line, rate in zip(java.splitlines(), tool):
        osds, groups, size, encode, decode, apply, increment, placed = line.split()
        rows.append((int(osds), int(groups), int(size), float(encode), float(decode), float(apply), int(increment),
                     float(placed), rate))
    table(("OSDs", "groups", "bytes of the map", "encode ms", "decode ms", "apply an increment ms", "its bytes",
           "placements per s", "osdmaptool's per s of CPU"), rows)


def crush(cluster, osds):
    """Puts the OSDs into a root of their own, 20 to a host, which no rule uses."""
    with tempfile.TemporaryDirectory() as work:
        cluster.sh(f"ceph osd getcrushmap -o {work}/map && crushtool -d {work}/map -o {work}/text")
        text = open(f"{work}/text").read()
        text = re.sub(r"^(host scale-\d+|root scale) \{.*?^\}\n", "", text, flags=re.M | re.S)
        devices = {int(number) for number in re.findall(r"^device (\d+) ", text, re.M)}
        text = text.replace("# types", "".join(f"device {osd} osd.{osd}\n" for osd in osds if osd not in devices) + "# types", 1)
        bucket = lambda kind, name, items: f"{kind} {name} {{\n\talg straw2\n\thash 0\n" + \
            "".join(f"\titem {item} weight {weight:.3f}\n" for item, weight in items) + "}\n"
        hosts = [osds[i:i + 20] for i in range(0, len(osds), 20)]
        buckets = "".join(bucket("host", f"scale-{i}", [(f"osd.{osd}", 1) for osd in part]) for i, part in enumerate(hosts))
        buckets += bucket("root", "scale", [(f"scale-{i}", len(part)) for i, part in enumerate(hosts)])
        text = text.replace("# rules", buckets + "# rules", 1)
        open(f"{work}/text", "w").write(text)
        cluster.sh(f"crushtool -c {work}/text -o {work}/new && ceph osd setcrushmap -i {work}/new")


def make(cluster, count):
    """`osd new`, many at once."""
    left, lock = list(range(count)), threading.Lock()

    def work():
        while True:
            with lock:
                if not left:
                    return
                left.pop()
            cluster.command(prefix="osd new", uuid=str(uuid.uuid4()))

    threads = [threading.Thread(target=work) for _ in range(64)]
    [thread.start() for thread in threads], [thread.join() for thread in threads]


def run(cluster, args):
    points = args.points or [100, 1_000, 10_000]
    codec(points)
    cluster.sh("ceph osd set noout")
    before, rows = {each["osd"] for each in cluster.command(prefix="osd dump")["osds"]}, []
    own, had = sorted(before), []
    try:
        for point in points:
            present = {each["osd"] for each in cluster.command(prefix="osd dump")["osds"]}
            new = point - len(present)
            made = cluster.meter()
            make(cluster, new)
            made.stop()
            had = sorted({each["osd"] for each in cluster.command(prefix="osd dump")["osds"]} - before)
            placed = cluster.meter()
            crush(cluster, had)
            placed.stop()
            note(f"{point} OSDs")
            row = [point, made.used * 1000 / max(1, new), placed.used]
            for what in ("osd stat", "osd dump", "osd tree"):
                meter = cluster.meter()
                for _ in range(5):
                    cluster.command(prefix=what)
                row.append(meter.stop().seconds * 1000 / 5)
            epochs = cluster.meter()
            for turn in range(20):
                cluster.command(prefix="osd reweight", id=own[0], weight=1.0 if turn % 2 else 0.99)
            epochs.stop()
            time.sleep(5)
            idle = cluster.meter()
            time.sleep(15)
            idle.stop()
            row += [epochs.seconds * 1000 / 20, epochs.used * 1000 / 20, idle.used / idle.seconds * 100, cluster.memory(), cluster.restart()]
            rows.append(row)
            note(row)
    finally:
        cluster.sh(f"ceph osd reweight {own[0]} 1 && ceph osd unset noout")
    print()
    table(("OSDs", "CPU ms per `osd new`", "CPU s of a CRUSH map with them", "`osd stat` ms", "`osd dump` ms", "`osd tree` ms", "a change ms",
           "its CPU ms, all daemons", "idle CPU, % of a core", "memory MiB", "restart to clean, s"), rows)
