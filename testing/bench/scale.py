#!/usr/bin/env python3
"""What an operation costs as a cluster grows: one curve by name, as a table.

  testing/bench/scale.py CEPH.CONF CURVE [--points A,B,C] [--seconds 5] [--restart COMMAND] [--fill N] [--pids A,B]

Curves: images, clients, groups, objects, thin, snapshots, osdmap (docs/scale.md says what they measure).
The cluster may be ours or a real Ceph; the conf must let client.admin in. CPU and memory are those of all its daemons, found
by the directory that the conf is in. Pools of the name inkfish-scale* are made, and removed again.
"""
import argparse, importlib, os, re, subprocess, sys, tempfile, time
import rados

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)
TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
CURVES = ("images", "clients", "groups", "objects", "thin", "snapshots", "osdmap")
POOL = "inkfish-scale"


def daemons(conf):
    """Processes with the conf's directory in their command line or environment."""
    directory, found = os.path.dirname(os.path.realpath(conf)), []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            name = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
            said = open(f"/proc/{pid}/cmdline").read() + open(f"/proc/{pid}/environ").read()
        except OSError:
            continue
        if name in ("java", "ceph-osd", "ceph-mon", "ceph-mgr") and re.search(re.escape(directory) + r"(/|\0|$)", said):
            found.append(int(pid))
    return found


class Meter:
    """CPU of the daemons and time between two points."""

    def __init__(self, cluster):
        self.cluster, self.began, self.cpu = cluster, time.monotonic(), cluster.cpu()

    def stop(self):
        self.seconds, self.used = time.monotonic() - self.began, self.cluster.cpu() - self.cpu
        return self

    def per(self, count):
        """µs of CPU of the daemons per operation."""
        return self.used * 1e6 / max(1, count)


class Cluster:
    def __init__(self, args):
        self.conf, self.args, self.pinned = args.conf, args, [int(pid) for pid in args.pids.split(",") if pid]
        copy = tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False)
        copy.write(open(args.conf).read() + "\n[client]\nrbd_cache = false\nadmin_socket =\nlog_file = /dev/null\n"
                   "rados_osd_op_timeout = 300\n")
        copy.close()
        self.client_conf = copy.name
        self.env = dict(os.environ, CEPH_CONF=copy.name)
        self.env.pop("CEPH_ARGS", None)
        self.find()
        self.rados = self.connect()

    def find(self):
        self.pids = self.pinned or daemons(self.conf)

    def connect(self):
        handle = rados.Rados(conffile=self.client_conf, rados_id="admin")
        handle.connect(timeout=120)
        return handle

    def cpu(self):
        total = 0
        for pid in self.pids:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICK

    def memory(self):
        """MiB resident."""
        return sum(int(open(f"/proc/{pid}/statm").read().split()[1]) for pid in self.pids) * PAGE / 2**20

    def meter(self):
        return Meter(self)

    def sh(self, command, check=True, timeout=3600):
        done = subprocess.run(command, shell=True, env=self.env, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode:
            raise RuntimeError(f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def command(self, **what):
        import json
        code, out, err = self.rados.mon_command(json.dumps(dict(what, format="json")), b"", timeout=120)
        if code:
            raise RuntimeError(f"{what}: {code} {err}")
        return json.loads(out) if out.strip() else None

    def pool(self, name, groups):
        self.drop(name)
        self.sh(f"ceph osd pool create {name} {groups} {groups} && ceph osd pool set {name} pg_autoscale_mode off && "
                f"ceph osd pool application enable {name} rbd")
        self.settle()
        self.rados.wait_for_latest_osdmap()  # else the name may still be that of the pool before

    def drop(self, name):
        self.sh(f"ceph osd pool rm {name} {name} --yes-i-really-really-mean-it", check=False)

    def settle(self, most=900):
        """Until all groups are active+clean and no more are made, split or merged. @return seconds"""
        began = time.monotonic()
        while time.monotonic() - began < most:
            told = self.command(prefix="pg stat")
            summary = told.get("pg_summary", told)
            states = {each["name"]: each["num"] for each in summary.get("num_pg_by_state", [])}
            pools = self.command(prefix="osd dump")["pools"]
            if sum(states.values()) == sum(each["pg_num"] for each in pools) == states.get("active+clean", 0):
                return time.monotonic() - began
            time.sleep(0.3)
        raise RuntimeError(f"not clean after {most} s: {states}")

    def restart(self):
        """@return seconds until the cluster is clean again, None if nobody said how to restart it"""
        if not self.args.restart:
            return None
        began = time.monotonic()
        self.rados.shutdown()
        self.sh(self.args.restart)
        self.find()
        self.rados = self.connect()
        self.settle()
        return time.monotonic() - began

    def close(self):
        self.rados.shutdown()
        os.unlink(self.client_conf)


def table(head, rows):
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(f"{each:,.0f}" if isinstance(each, float) and abs(each) >= 100 else
                                f"{each:.2f}" if isinstance(each, float) else
                                f"{each:,}" if isinstance(each, int) else
                                "–" if each is None else str(each) for each in row) + " |", flush=True)


def note(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conf"), parser.add_argument("curve", choices=CURVES)
    parser.add_argument("--points", default="", help="other points than the curve's own")
    parser.add_argument("--seconds", type=float, default=5, help="of each load")
    parser.add_argument("--restart", default="", help="stops the cluster's daemons and starts them again")
    parser.add_argument("--pids", default="", help="the daemons")
    parser.add_argument("--fill", type=int, default=0, help="groups: write this many times per group first, to fill their logs")
    parser.add_argument("--keep", action="store_true", help="leave pools behind")
    args = parser.parse_args()
    args.points = [int(point) for point in args.points.split(",") if point]
    cluster = Cluster(args)
    try:
        importlib.import_module(f"curves.{args.curve}").run(cluster, args)
    finally:
        if not args.keep:
            cluster.drop(POOL)
        cluster.close()


if __name__ == "__main__":
    sys.modules["scale"] = sys.modules["__main__"]
    main()
