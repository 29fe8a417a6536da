#!/usr/bin/python3
"""A cluster of several hosts on one machine: each host is a network and UTS namespace with its own address, processes and,
where asked for, its own disk (an ext4 file system in a file), so that a power cut really loses what was not synced.

Needs root. `scripts/three-hosts` is the command for people; `thrash.py` drives it as a library.
"""
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NAMES = ["alpha", "beta", "gamma", "delta", "epsilon"]
JAVA = ["-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xms32m", "-Xmx320m", "-XX:MaxDirectMemorySize=128m",
        "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED"]
CHILD = ["-XX:+UseSerialGC", "-Xmx128m", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"]


def run(*command, check=True, **more):
    return subprocess.run([str(c) for c in command], check=check, text=True, capture_output=True, **more)


@functools.cache
def until(test, seconds):
    """Whether it comes true in that time."""
    end = time.monotonic() + seconds
    while not test():
        if time.monotonic() > end:
            return False
        time.sleep(0.5)
    return True


def jdk():
    """Where the JDK is by which everything else of the project runs (scripts/jdk.sh)."""
    return run("bash", "-c", '. "$1" && echo "$JAVA_HOME"', "bash", ROOT / "scripts/jdk.sh").stdout.strip()


class Hosts:
    """State lives in the directory: `hosts.json`, one folder a host, `ceph.conf` for clients of the machine itself."""

    def __init__(self, directory, prefix="ink", subnet="10.77.0"):
        self.dir = Path(directory).absolute()
        self.prefix, self.subnet = prefix, subnet
        self.state = {"hosts": [], "daemons": {}, "disks": False}
        self.apart = set()  # hosts that are cut off, or do not reach another one
        if (self.dir / "hosts.json").exists():
            self.state = json.loads((self.dir / "hosts.json").read_text())
            self.prefix, self.subnet = self.state["prefix"], self.state["subnet"]

    def save(self):
        self.state["prefix"], self.state["subnet"] = self.prefix, self.subnet
        (self.dir / "hosts.json").write_text(json.dumps(self.state, indent=1))

    # ---- names

    @property
    def names(self):
        return self.state["hosts"]

    def namespace(self, host):
        return "%s-%s" % (self.prefix, host)

    def port(self, host):
        return "%s%d" % (self.prefix, self.names.index(host))

    def address(self, host):
        return "%s.%d" % (self.subnet, 11 + self.names.index(host))

    def home(self, host):
        return self.dir / host

    def conf(self, host):
        return self.home(host) / "ceph.conf"

    def env(self):
        return dict(os.environ, CEPH_CONF=str(self.dir / "ceph.conf"), CEPH_ARGS="")

    # ---- the machine

    def bridge(self):
        return self.prefix + "br"

    def make_network(self):
        run("ip", "link", "add", self.bridge(), "type", "bridge")
        run("ip", "link", "set", self.bridge(), "up")
        run("ip", "addr", "add", self.subnet + ".1/24", "dev", self.bridge())
        for host in self.names:
            space, port = self.namespace(host), self.port(host)
            run("ip", "netns", "add", space)
            run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", space)
            run("ip", "link", "set", port, "master", self.bridge())
            run("ip", "link", "set", port, "up")
            run("ip", "-n", space, "addr", "add", self.address(host) + "/24", "dev", "eth0")
            run("ip", "-n", space, "link", "set", "lo", "up")
            run("ip", "-n", space, "link", "set", "eth0", "up")

    def remove_network(self):
        for host in self.names:
            run("ip", "netns", "del", self.namespace(host), check=False)
        run("ip", "link", "del", self.bridge(), check=False)

    def inside(self, host, *command):
        """The command line that runs something on a host."""
        name = "echo %s > /proc/sys/kernel/hostname; exec \"$@\"" % host
        return ["ip", "netns", "exec", self.namespace(host), "unshare", "--uts", "sh", "-c", name, "sh"] + [
            str(c) for c in command]

    def java(self, *arguments, options=JAVA):
        program = Path(jdk()) / "bin" / "java"
        cache = self.dir / "inkfish.aot"
        found = ["-XX:AOTCache=%s" % cache] if options is JAVA and cache.exists() else []
        return [program, *options, *found, "-Djava.library.path=%s/lib" % self.dir,
                "-cp", os.environ.get("INKFISH_CLASSPATH") or str(self.dir / "lib") + "/*", "dev.inkfish.app.Main", *arguments]

    # ---- disks

    def make_disk(self, host, gigabytes):
        image = self.home(host) / "disk.img"
        with open(image, "wb") as file:
            file.truncate(gigabytes << 30)
        run("mkfs.ext4", "-q", image)  # what is freed on it is freed in the file too (discard): it stays as small as its content
        self.mount(host)

    def mount(self, host):
        (self.home(host) / "data").mkdir(exist_ok=True)
        run("mount", "-o", "loop,discard", self.home(host) / "disk.img", self.home(host) / "data")

    def power_cut(self, host):
        """All daemons die at once, and with them what the kernel had not written to the host's disk."""
        victims = [d for d in self.daemons(host) if self.pid(d)]
        for daemon in victims:
            self.signal(daemon, signal.SIGKILL)
        if self.state["disks"]:
            home = self.home(host)
            run("cp", "--sparse=always", home / "disk.img", home / "disk.cut")
            for daemon in victims:
                self.await_end(daemon)
            run("umount", home / "data")
            os.replace(home / "disk.cut", home / "disk.img")
            self.mount(host)
        return victims

    # ---- life

    def up(self, hosts=3, osds=1, disks=False, options=(), storage=None):
        """`storage`: how many of the hosts have OSDs and managers, where not all; each has a monitor."""
        if self.dir.exists() and any(self.dir.iterdir()):
            sys.exit("%s is not empty" % self.dir)
        lib = ROOT / "apps/inkfish/target/lib"
        if not os.environ.get("INKFISH_CLASSPATH"):
            subprocess.run([ROOT / "inkfish", "--version"], check=True, stdout=subprocess.DEVNULL)  # builds if need be
        self.dir.mkdir(parents=True, exist_ok=True)
        if not os.environ.get("INKFISH_CLASSPATH"):
            shutil.copytree(lib, self.dir / "lib")
            cache = ROOT / "apps/inkfish/target/inkfish.aot"  # of scripts/aot.sh: a daemon starts in half the time with it
            if cache.exists() and cache.stat().st_mtime > (lib.parent / ".built").stat().st_mtime:
                shutil.copy(cache, self.dir)
        self.state.update(hosts=NAMES[:hosts], disks=disks)
        self.save()
        self.make_network()
        for host in self.names:
            self.home(host).mkdir()
            if disks:
                self.make_disk(host, 2 * osds + 1)
        first = self.names[0]
        size = ["--store-size", "1536M"] if disks else []
        self.call(first, "bootstrap", "--mon-ip", self.address(first), "-c", self.conf(first), "--data", self.home(first) / "data", *size)
        self.configure(first, options)
        self.start("mon." + first, first)
        self.start("mgr." + first, first)
        self.client_conf(first)
        self.ceph("fsid")
        key = self.dir / "join.keyring"
        key.write_text((self.home(first) / "data/bootstrap-osd/ceph.keyring").read_text()
                       + run("ceph", "auth", "get", "mon.", env=self.env()).stdout)
        hosts_of = re.search(r"mon_host = (.*)", self.conf(first).read_text()).group(1)
        for host in self.names:
            stores = storage is None or self.names.index(host) < storage
            if host == first:
                made = self.call(host, "add-osd", "-c", self.conf(host), "--count", osds)
            else:
                made = self.call(host, "join", "-c", self.conf(host), "--mon-host", hosts_of, "--keyring", key,
                                 "--osds", osds if stores else 0, "--mon-ip", self.address(host), "--data", self.home(host) / "data", *size)
                self.configure(host, options)
                self.start("mon." + host, host)
                if stores:
                    self.make_manager(host)
            for daemon in re.findall(r"^osd\.\d+$", made, re.M):
                self.start(daemon, host)
        self.all_monitors()
        os.sync()  # configurations and keys are not what power cuts are about

    def make_manager(self, host):
        place = self.home(host) / "data" / ("mgr." + host)
        place.mkdir()
        (place / "keyring").write_text(self.ceph(
            "auth", "get-or-create", "mgr." + host, "mon", "allow profile mgr", "osd", "allow *", "mds", "allow *"))
        self.start("mgr." + host, host)

    def configure(self, host, options):
        """More lines for [global]."""
        text = self.conf(host).read_text()
        lines = [*options, "admin_socket = " + str(self.home(host) / "$name.asok")]
        self.conf(host).write_text(text.replace("[mon]\n", "\n".join(lines) + "\n[mon]\n", 1))

    def socket(self, daemon):
        return self.home(self.state["daemons"][daemon]["host"]) / (daemon + ".asok")

    def all_monitors(self):
        """Everybody's configuration names all monitors."""
        hosts_of = ",".join("[v2:%s:3300,v1:%s:6789]" % (self.address(h), self.address(h)) for h in self.names)
        for file in [self.conf(h) for h in self.names] + [self.dir / "ceph.conf"]:
            file.write_text(re.sub("mon_host = .*", "mon_host = " + hosts_of, file.read_text()))

    def client_conf(self, first):
        admin = self.dir / "ceph.client.admin.keyring"
        shutil.copy(self.conf(first).with_name(admin.name), admin)
        text = self.conf(first).read_text()
        (self.dir / "ceph.conf").write_text(
            text.replace("[global]\n", "[global]\nkeyring = %s\n" % admin, 1) + "[client]\nlog_file = /dev/null\nadmin_socket =\n")

    def call(self, host, *arguments):
        for _ in range(6):  # a machine that is busy lets a monitor wait long for its turn
            result = run(*self.inside(host, *self.java(*arguments, options=CHILD)), check=False)
            if "no monitor answers" not in result.stderr:
                break
        if result.returncode:
            sys.exit("%s: inkfish %s: %s%s" % (host, arguments[0], result.stdout, result.stderr))
        return result.stdout

    def start(self, daemon, host=None, env=None):
        host = host or self.state["daemons"][daemon]["host"]
        role, name = daemon.split(".", 1)
        with open(self.home(host) / (daemon + ".log"), "ab") as log:
            process = subprocess.Popen(
                [str(c) for c in self.inside(host, *self.java(role, "--id", name, "-c", self.conf(host)))],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=dict(os.environ, **env) if env else None)
        self.state["daemons"][daemon] = {"host": host, "pid": process.pid}
        self.children = getattr(self, "children", {})
        self.children[daemon] = process
        self.save()

    def daemons(self, host=None, role=None):
        return [d for d, s in self.state["daemons"].items()
                if (host is None or s["host"] == host) and (role is None or d.startswith(role + "."))]

    def pid(self, daemon):
        """The pid of a running daemon, else None."""
        pid = self.state["daemons"][daemon]["pid"]
        child = getattr(self, "children", {}).get(daemon)
        if child and child.pid == pid and child.poll() is not None:
            return None
        try:
            args = Path("/proc/%d/cmdline" % pid).read_bytes().split(b"\0")
        except OSError:
            return None
        return pid if self.runs(args) else None

    def runs(self, arguments):
        """Whether that is the command line of a daemon."""
        return b"dev.inkfish.app.Main" in arguments or b"unshare" in arguments

    def signal(self, daemon, number):
        pid = self.pid(daemon)
        if pid:
            os.kill(pid, number)

    def await_end(self, daemon, seconds=20):
        end = time.monotonic() + seconds
        while self.pid(daemon):
            if time.monotonic() > end:
                raise TimeoutError(daemon + " does not end")
            time.sleep(0.05)

    def cut(self, host):
        """Nothing goes in or out of the host any more."""
        self.apart.add(host)
        run("bridge", "link", "set", "dev", self.port(host), "state", "0")

    def heal(self, host):
        run("bridge", "link", "set", "dev", self.port(host), "state", "3", check=False)
        run("bridge", "link", "set", "dev", self.port(host), "isolated", "off")
        self.apart.discard(host)

    def isolate(self, host):
        """Isolated hosts do not reach each other, but all others."""
        self.apart.add(host)
        run("bridge", "link", "set", "dev", self.port(host), "isolated", "on")

    def ceph(self, *words, timeout=60):
        result = run("timeout", timeout, "ceph", *words, check=False, env=self.env())
        if result.returncode:
            raise RuntimeError("ceph %s: %s" % (" ".join(map(str, words)), result.stderr.strip()))
        return result.stdout

    def down(self):
        for daemon in reversed(list(self.state["daemons"])):
            self.signal(daemon, signal.SIGCONT)
            self.signal(daemon, signal.SIGTERM)
        for daemon in self.state["daemons"]:
            try:
                self.await_end(daemon, 10)
            except TimeoutError:
                self.signal(daemon, signal.SIGKILL)
        if self.state["disks"]:
            for host in self.names:
                run("umount", self.home(host) / "data", check=False)
        self.remove_network()


USAGE = """usage: three-hosts [-d DIR] COMMAND
  up [HOSTS] [OSDS]      starts a cluster of HOSTS (3) with OSDS (1) each, in DIR (./three-hosts)
  down                   stops it; what is in DIR stays: remove it to begin anew
  shell [HOST]           a shell in which ceph, rados and rbd talk to it; on one of its hosts where named
  status                 ceph -s, and the daemons of each host
  cut HOST | heal HOST   cuts a host off the network, connects it again
  kill DAEMON            kill -9: mon.alpha, mgr.alpha, osd.0
  stop DAEMON | cont DAEMON   SIGSTOP, SIGCONT
  start DAEMON           starts it again"""


def main(arguments):
    directory = "three-hosts"
    if arguments[:1] == ["-d"]:
        directory, arguments = arguments[1], arguments[2:]
    if not arguments:
        sys.exit(USAGE)
    prefix = os.environ.get("HOSTS_PREFIX", "ink")
    hosts = Hosts(directory, prefix, os.environ.get("HOSTS_SUBNET", "10.77.0"))
    command, rest = arguments[0], arguments[1:]
    if command == "up":
        hosts.up(int(rest[0]) if rest else 3, int(rest[1]) if rest[1:] else 1)
        print("export CEPH_CONF=%s/ceph.conf" % hosts.dir)
        print(hosts.ceph("-s"))
    elif command == "down":
        hosts.down()
    elif command == "shell":
        shell = [os.environ.get("SHELL", "/bin/sh")]
        subprocess.run(hosts.inside(rest[0], *shell) if rest else shell, env=hosts.env(), check=False)
    elif command == "status":
        print(hosts.ceph("-s"))
        for host in hosts.names:
            print("%-8s %-12s %s" % (host, hosts.address(host), "  ".join(
                d + ("" if hosts.pid(d) else " (dead)") for d in hosts.daemons(host))))
    elif command in ("cut", "heal") and rest:
        getattr(hosts, command)(rest[0])
    elif command in ("kill", "stop", "cont") and rest:
        hosts.signal(rest[0], {"kill": signal.SIGKILL, "stop": signal.SIGSTOP, "cont": signal.SIGCONT}[command])
    elif command == "start" and rest:
        hosts.start(rest[0])
    else:
        sys.exit(USAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
