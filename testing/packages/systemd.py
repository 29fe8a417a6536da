#!/usr/bin/python3
"""Installs the Debian package on three hosts that systemd boots, and runs them as docs/deployment.md tells an operator to.

    systemd.py DEB DIR [OLDER_DEB]      root; a host is a folder with Debian 12 that systemd-nspawn boots in namespaces of its own

OLDER_DEB is installed first and then upgraded. DIR keeps the folder of Debian for the next run. One line a step, "ok" or
"FAIL" and why; the exit code is the number of failures.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PREFIX, SUBNET = os.environ.get("PREFIX", "inkpkg"), os.environ.get("SUBNET", "10.78.0")
NAMES = ["alpha", "beta", "gamma"]
BASE = "systemd-sysv,dbus,iproute2,ca-certificates,man-db,bash-completion,logrotate,procps"
failed = []


def run(*command, check=True, timeout=900, **more):
    return subprocess.run([str(c) for c in command], check=check, text=True, capture_output=True, timeout=timeout, **more)


class Host:
    def __init__(self, directory, number):
        self.name = NAMES[number]
        self.address = "%s.%d" % (SUBNET, 11 + number)
        self.space = "%s-%s" % (PREFIX, self.name)
        self.port = "%s%d" % (PREFIX, number)
        self.home = directory / self.name
        self.root = self.home / "root"
        self.nspawn = None

    def make(self, base):
        for each in ("root", "upper", "work"):
            (self.home / each).mkdir(parents=True)
        run("mount", "-t", "overlay", "overlay", "-o",
            "lowerdir=%s,upperdir=%s,workdir=%s" % (base, self.home / "upper", self.home / "work"), self.root)
        (self.root / "etc/hostname").write_text(self.name + "\n")
        (self.root / "etc/machine-id").unlink(missing_ok=True)
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n" + "".join(
            "%s.%d %s\n" % (SUBNET, 11 + i, each) for i, each in enumerate(NAMES)))
        run("ip", "netns", "add", self.space)
        run("ip", "link", "add", self.port, "type", "veth", "peer", "name", "host0", "netns", self.space)
        run("ip", "link", "set", self.port, "master", PREFIX + "br", "up")
        run("ip", "-n", self.space, "addr", "add", self.address + "/24", "dev", "host0")
        for device in ("lo", "host0"):
            run("ip", "-n", self.space, "link", "set", device, "up")
        run("ip", "-n", self.space, "route", "add", "default", "via", SUBNET + ".1")

    def boot(self):
        log = open(self.home / "console.log", "a")
        self.nspawn = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "-D", self.root, "--boot", "--register=no", "--keep-unit", "--console=pipe",
             "--machine=" + self.name, "--network-namespace-path=/run/netns/" + self.space, "--resolv-conf=copy-host"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
        self.await_boot()

    def await_boot(self):
        until(lambda: self.sh("systemctl is-system-running", check=False).stdout.strip() in ("running", "degraded"), 90,
              lambda: "%s has not booted: %s" % (self.name, self.sh("systemctl list-jobs", check=False).stdout))

    def leader(self):
        """systemd's pid; another one after each boot."""
        children = Path("/proc/%d/task/%d/children" % (self.nspawn.pid, self.nspawn.pid)).read_text().split()
        return children[0] if children else "0"

    def sh(self, script, check=True, timeout=600):
        """What an operator types on the host, as root."""
        result = run("nsenter", "-t", self.leader(), "-m", "-u", "-i", "-n", "-p", "env", "-i", "HOME=/root", "TERM=dumb",
                     "DEBIAN_FRONTEND=noninteractive", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "bash", "-c", "cd; " + script,
                     check=False, timeout=timeout)
        if check and result.returncode:
            raise AssertionError("%s: %s: exit code %d\n%s%s" % (
                self.name, script, result.returncode, result.stdout[-2000:], result.stderr[-2000:]))
        return result

    def out(self, script):
        return self.sh(script).stdout.strip()

    def reboot(self):
        """systemd-nspawn ends with 133 where the host asked for a reboot."""
        self.sh("systemctl reboot", check=False)
        code = self.nspawn.wait(120)
        assert code == 133, code
        self.boot()

    def end(self):
        if self.nspawn and self.nspawn.poll() is None:
            self.nspawn.terminate()
            try:
                self.nspawn.wait(60)
            except subprocess.TimeoutExpired:
                self.nspawn.kill()
                self.nspawn.wait()
        run("umount", self.root, check=False)
        run("ip", "netns", "del", self.space, check=False)
        shutil.rmtree(self.home, ignore_errors=True)


def until(condition, seconds, why):
    end = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except (AssertionError, OSError, ValueError):
            pass
        if time.monotonic() > end:
            raise AssertionError(why())
        time.sleep(0.5)


def step(name, action):
    begun = time.monotonic()
    try:
        told = action()
        print("%s: ok (%.0f s)%s" % (name, time.monotonic() - begun, " " + told if told else ""), flush=True)
    except (AssertionError, subprocess.SubprocessError, OSError) as e:
        failed.append(name)
        print("%s: FAIL %s" % (name, e), flush=True)


def base(directory):
    place = directory / "debian"
    if not (place / "etc/debian_version").exists():
        mirror = run("apt-get", "indextargets", "--format", "$(REPO_URI)").stdout.split()[0]
        run("debootstrap", "--variant=minbase", "--include=" + BASE, "bookworm", place, mirror)
    return place


def network(on):
    bridge = PREFIX + "br"
    if not on:
        run("ip", "link", "del", bridge, check=False)
        run("nft", "delete", "table", "ip", PREFIX, check=False)
        return
    run("ip", "link", "add", bridge, "type", "bridge")
    run("ip", "link", "set", bridge, "up")
    run("ip", "addr", "add", SUBNET + ".1/24", "dev", bridge)
    # to apt's mirrors
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    run("nft", "-f", "-", input="table ip %s { chain post { type nat hook postrouting priority 100; "
        "ip saddr %s.0/24 ip daddr != %s.0/24 masquerade; }; }" % (PREFIX, SUBNET, SUBNET))


def install(host, deb):
    shutil.copy(deb, host.root / "root/inkfish.deb")
    host.sh("apt-get update -qq; apt-get install -y -qq ./inkfish.deb </dev/null")
    return host.out("dpkg-query -W -f '${Version}' inkfish")


def expect(text, *parts):
    for each in parts:
        assert re.search(each, text), "no %r in:\n%s" % (each, text[-3000:])


def health(host, wanted="HEALTH_OK", seconds=120):
    until(lambda: wanted in host.out("ceph health"), seconds,
          lambda: host.sh("ceph -s; ceph health detail", check=False).stdout)


def put(host, name, text):
    host.sh("echo %s | rados -p testpool put %s -" % (text, name))


def get(host, name):
    return host.out("rados -p testpool get %s -" % name)


def await_unit(host, unit, state="active"):
    until(lambda: host.sh("systemctl is-active " + unit, check=False).stdout.strip() == state, 60,
          lambda: host.sh("systemctl status %s; journalctl -n 30 -u %s" % (unit, unit), check=False).stdout)


def main_pid(host, unit):
    return host.out("systemctl show -P MainPID " + unit)


def permissions(host):
    expect(host.out("getent passwd ceph"), "/var/lib/ceph:/usr/sbin/nologin")
    for place, wanted in (("/var/lib/inkfish", "ceph:ceph 750"), ("/var/log/inkfish", "ceph:ceph 750"), ("/etc/ceph", "root:root 755")):
        assert host.out("stat -c '%U:%G %a' " + place) == wanted, host.out("stat -c '%U:%G %a' " + place)


def help_texts(host):
    verbs = [line.split()[0] for line in host.out("inkfish --help").split("Commands:")[1].splitlines()
             if re.match("  [a-z]", line) and line.split()[0] != "help"]
    for verb in verbs:
        expect(host.out("inkfish %s --help" % verb), "Usage: inkfish " + verb)
        expect(host.out("MANWIDTH=100 man inkfish-%s | cat" % verb), r"inkfish-%s +- +\w+" % verb, "SYNOPSIS")
    expect(host.out("man inkfish | cat"), "NAME", "bootstrap")
    expect(host.out("mandb -q; apropos inkfish"), r"inkfish \(8\)", r"inkfish-store-fsck \(8\)")
    return "%d verbs" % len(verbs)


def completion(host):
    def asked(words):
        return host.out(". /usr/share/bash-completion/bash_completion; _completion_loader inkfish; "
                        "f=$(complete -p inkfish | sed 's/.*-F \\([^ ]*\\).*/\\1/'); COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); "
                        "COMP_LINE=\"${COMP_WORDS[*]}\"; COMP_POINT=${#COMP_LINE}; $f inkfish; printf '%%s ' \"${COMPREPLY[@]}\"" % words).split()
    assert {"bootstrap", "join", "osd"} <= set(asked("inkfish ''")), asked("inkfish ''")
    assert asked("inkfish boo") == ["bootstrap"], asked("inkfish boo")
    assert "--mon-host" in asked("inkfish join --"), asked("inkfish join --")
    assert set(asked("inkfish store ''")) >= {"fsck", "repair"}, asked("inkfish store ''")


def first_host(host):
    host.sh("inkfish bootstrap --mon-ip " + host.address)
    host.sh("systemctl enable --now inkfish-mon@alpha inkfish-mgr@alpha")
    until(lambda: host.out("ceph mon stat"), 60, lambda: "no monitor")
    made = host.out("inkfish add-osd --count 2")
    host.sh("systemctl enable --now inkfish-osd@0 inkfish-osd@1")
    for unit in ("inkfish-mon@alpha", "inkfish-mgr@alpha", "inkfish-osd@0", "inkfish-osd@1"):
        await_unit(host, unit)
    assert host.out("ps -o user= -C java | sort -u") == "ceph", host.out("ps -o user= -C java")
    assert not host.out("find /var/lib/inkfish ! -user ceph"), host.out("find /var/lib/inkfish ! -user ceph")
    return made.replace("\n", " ")


def other_host(first, host, monitor):
    keys = first.out("cat /var/lib/inkfish/bootstrap-osd/ceph.keyring; ceph auth get client.crash 2>/dev/null"
                     + ("; ceph auth get mon. 2>/dev/null" if monitor else ""))
    (host.root / "root/keys").write_text(keys + "\n")
    made = host.out("inkfish join --mon-host %s --keyring keys --osds 1%s" % (
        first.address, " --mon-ip " + host.address if monitor else ""))
    osd = re.search(r"osd\.(\d+)", made).group(1)
    host.sh("systemctl enable --now inkfish-osd@%s%s" % (osd, " inkfish-mon@" + host.name if monitor else ""))
    shutil.copy(first.root / "etc/ceph/ceph.client.admin.keyring", host.root / "etc/ceph/")
    return "osd." + osd


def third_host_as_node(first, host):
    """The other way of the document: all daemons in one process."""
    told = other_host(first, host, True)
    host.sh("systemctl disable --now inkfish-osd@3 inkfish-mon@gamma; systemctl enable --now inkfish-node")
    key = first.out("ceph auth get-or-create mgr.gamma mon 'allow profile mgr' osd 'allow *' mds 'allow *' 2>/dev/null")
    (host.root / "var/lib/inkfish/mgr.gamma").mkdir()
    (host.root / "var/lib/inkfish/mgr.gamma/keyring").write_text(key + "\n")
    host.sh("chown -R ceph: /var/lib/inkfish/mgr.gamma; systemctl restart inkfish-node")
    until(lambda: "standbys: gamma" in first.out("ceph -s"), 90, lambda: first.out("ceph -s"))
    return told


def whole(first):
    first.sh("ceph osd pool create testpool 16 && ceph osd pool application enable testpool rados && "
             "ceph config set mon mon_data_avail_warn 2 && rados -p testpool put hello /etc/hostname")
    health(first)
    status = first.out("ceph -s")
    expect(status, "3 daemons, quorum alpha,beta,gamma", r"mgr: alpha\(active", "4 osds: 4 up", "16 active.clean|active.clean")
    expect(first.out("ceph osd tree"), "host alpha", "host beta", "host gamma")


def killed_osd(host):
    before = main_pid(host, "inkfish-osd@0")
    host.sh("systemctl kill -s KILL inkfish-osd@0")
    until(lambda: main_pid(host, "inkfish-osd@0") not in ("0", before), 60, lambda: host.out("systemctl status inkfish-osd@0"))
    health(host)
    put(host, "afterkill", "1")


def stop_and_restart(host):
    host.sh("systemctl stop inkfish-osd@1")
    await_unit(host, "inkfish-osd@1", "inactive")  # not failed
    until(lambda: "1 osds down" in host.out("ceph health"), 30, lambda: host.out("ceph -s"))
    host.sh("systemctl start inkfish-osd@1")
    health(host)
    host.sh("systemctl restart inkfish.target")
    health(host)
    return host.out("systemctl list-units --no-legend --plain 'inkfish*' | awk '{ print $1, $4 }' | tr '\\n' ' '")


def journal(host):
    text = host.out("journalctl -u inkfish-osd@0 --no-pager")
    expect(text, r"inkfish\[\d+\]: .*osd\.0", "Stopp", "Main process exited, code=killed")
    expect(host.out("systemctl status inkfish-osd@0"), "Active: active", "osd.0", "inkfish osd --id 0|dev.inkfish.app.Main osd --id 0")
    expect(host.out("journalctl -u inkfish-mon@alpha --no-pager"), "mon.alpha")


def rebooted(host, others):
    host.reboot()
    for unit in host.out("ls /etc/systemd/system/inkfish.target.wants").split():
        await_unit(host, unit)
    health(others)
    assert get(others, "hello") in NAMES


def admin_socket(host, osd):
    """Everything by name, as with Ceph's own units."""
    expect(host.out("ls /run/ceph"), r"ceph-osd\.%s\.asok" % osd)
    daemon = "ceph daemon osd.%s " % osd
    for command, wanted in (
            ("help", "dump_historic_ops"), ("version", "16.2.15"), ("status", "active"), ("config diff", "osd_data"),
            ("config get osd_max_backfills", "osd_max_backfills"), ("log flush", ""), ("log dump", ""), ("log reopen", ""),
            ("ops", "num_ops"), ("dump_ops_in_flight", "num_ops"), ("dump_historic_ops", "duration"),
            ("dump_historic_ops_by_duration", "ops"), ("dump_watchers", r"\["), ("perf dump", "op_w"), ("perf schema", "op_w")):
        expect(host.out(daemon + command), wanted)
    expect(host.out("timeout 10 ceph daemonperf osd.%s 1 2" % osd), "osd")


def log_files(host):
    """A log_file instead of the journal, turned over by the package's logrotate."""
    host.sh("ceph config set osd log_file '/var/log/inkfish/$cluster-$name.log' && ceph config set osd debug_ms 1")
    put(host, "turning", "1")
    until(lambda: host.sh("test -s /var/log/inkfish/ceph-osd.0.log", check=False).returncode == 0, 30,
          lambda: host.out("ls -l /var/log/inkfish"))
    host.sh("logrotate -f /etc/logrotate.d/inkfish")
    put(host, "turned", "1")
    until(lambda: host.sh("test -s /var/log/inkfish/ceph-osd.0.log && test -s /var/log/inkfish/ceph-osd.0.log.1.gz", check=False).returncode == 0,
          30, lambda: host.out("ls -l /var/log/inkfish"))
    host.sh("ceph config rm osd log_file; ceph config rm osd debug_ms; systemctl reload inkfish-osd@0")
    return host.out("ls -l /var/log/inkfish | awk 'NR > 1 { print $3, $5, $9 }' | tr '\\n' ' '")


def crash_report(host):
    """A daemon ends by a bug: its report is posted with the key of client.crash, and the unit starts it again."""
    host.sh("sed -i 's/^\\[osd\\]/&\\ndebug_asok_assert_abort = true/' /etc/ceph/ceph.conf; systemctl restart inkfish-osd@0")
    until(lambda: "abort" in host.out("ceph daemon osd.0 help"), 60, lambda: host.out("systemctl status inkfish-osd@0"))
    before = main_pid(host, "inkfish-osd@0")
    host.sh("ceph daemon osd.0 abort", check=False)
    until(lambda: main_pid(host, "inkfish-osd@0") not in ("0", before), 60, lambda: host.out("systemctl status inkfish-osd@0"))
    until(lambda: "osd.0" in host.out("ceph crash ls"), 90, lambda: host.out("ls -lR /var/lib/ceph/crash; journalctl -n 40 -u inkfish-osd@0"))
    host.sh("sed -i /debug_asok/d /etc/ceph/ceph.conf; ceph crash archive-all")
    health(host)


def store_check(host):
    host.sh("systemctl stop inkfish-osd@0")
    told = host.out("inkfish store fsck --path /var/lib/inkfish/osd.0 --deep")
    assert not host.out("find /var/lib/inkfish/osd.0 ! -user ceph")
    host.sh("systemctl start inkfish-osd@0")
    health(host)
    return told.splitlines()[-1]


def upgrade(hosts, deb):
    first = hosts[0]
    put(first, "before", "old")
    pids = {u: main_pid(first, u) for u in ("inkfish-mon@alpha", "inkfish-osd@0")}
    was = first.out("dpkg-query -W -f '${Version}' inkfish")
    now = [install(host, deb) for host in hosts][0]
    assert was != now, was
    assert pids == {u: main_pid(first, u) for u in pids}, "restarted by the upgrade"
    first.sh("timeout 60 rados -p testpool bench 3 write -b 4096 && ceph pg dump >/dev/null 2>&1 && ceph osd df")
    health(first)
    for host in hosts:  # one after the other, as the document says
        for unit in host.out("systemctl list-units --no-legend --plain 'inkfish-*' | awk '{ print $1 }'").split():
            host.sh("systemctl restart " + unit)
            health(first)
    assert get(first, "before") == "old"
    return "%s to %s" % (was, now)


def removed(hosts):
    host, first = hosts[1], hosts[0]
    host.sh("apt-get remove -y -qq inkfish </dev/null")
    assert not host.sh("pgrep java", check=False).stdout
    assert "fsid" in host.out("ls /var/lib/inkfish/osd.2") and host.out("cat /etc/ceph/ceph.conf")
    until(lambda: "1 osds down" in first.out("ceph health"), 30, lambda: first.out("ceph -s"))
    host.sh("apt-get install -y -qq ./inkfish.deb </dev/null && systemctl start inkfish.target")
    health(first)
    host.sh("apt-get purge -y -qq inkfish </dev/null")
    left = host.out("find / -xdev -iname '*inkfish*' -not -path '/proc/*' -not -path '/root/*' -not -path '/var/lib/inkfish/*' "
                    "-not -path '/var/cache/*' -not -path '/var/log/journal/*' 2>/dev/null").split()
    assert left == ["/var/lib/inkfish"], left
    host.sh("systemctl daemon-reload; ! systemctl list-units --all --no-legend --plain 'inkfish*' | grep .")
    return "left: /var/lib/inkfish, /etc/ceph"


def main():
    deb, directory = Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute()
    older = Path(sys.argv[3]).absolute() if len(sys.argv) > 3 else None
    directory.mkdir(parents=True, exist_ok=True)
    subprocess.run(["bash", "-c", '. "$1/scripts/packages.sh"; need debootstrap systemd-container nftables iproute2', "bash", ROOT], check=True)
    hosts = [Host(directory, i) for i in range(3)]
    a, b, c = hosts
    try:
        place = base(directory)
        network(True)
        for host in hosts:
            host.make(place)
        step("boot", lambda: [h.boot() for h in hosts] and a.out("systemctl --version").split("\n")[0])
        step("install by apt", lambda: ", ".join(install(h, older or deb) for h in hosts))
        step("user, directories, permissions", lambda: permissions(a))
        step("help and man pages", lambda: help_texts(a))
        step("shell completion", lambda: completion(a))
        step("first host", lambda: first_host(a))
        step("second host", lambda: other_host(a, b, True))
        step("third host, one process", lambda: third_host_as_node(a, c))
        step("three hosts are healthy", lambda: whole(a))
        step("kill -9 of an OSD", lambda: killed_osd(a))
        step("stop, start, restart", lambda: stop_and_restart(a))
        step("journal and status", lambda: journal(a))
        step("admin sockets by name", lambda: admin_socket(a, 0))
        step("admin sockets of a node", lambda: admin_socket(c, 3))
        step("log files and logrotate", lambda: log_files(a))
        step("store fsck as root", lambda: store_check(a))
        step("reboot of a host", lambda: rebooted(b, a))
        step("reboot of the first host", lambda: rebooted(a, c))
        if older:
            step("upgrade", lambda: upgrade(hosts, deb))
        step("crash report", lambda: crash_report(a))
        step("remove and purge", lambda: removed(hosts))
    finally:
        if os.environ.get("KEEP"):
            input("hosts are kept until a line is given: ")
        for host in hosts:
            host.end()
        network(False)
    sys.exit(len(failed))


if __name__ == "__main__":
    main()
