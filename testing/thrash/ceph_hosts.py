#!/usr/bin/python3
"""Debian's own Ceph on the hosts of `hosts.py`, to measure beside: a monitor, a manager and an OSD on each, its daemons run as
they are, all options as by default but for names, places and sizes. Needs root, and ceph-mon, ceph-mgr, ceph-osd installed.
"""
import subprocess
import uuid

from hosts import NAMES, Hosts, run


class CephHosts(Hosts):
    def conf(self, host):
        return self.dir / "ceph.conf"

    def up(self, hosts=3, options=(), osd_bytes=8 << 30):
        self.dir.mkdir(parents=True)
        self.state.update(hosts=NAMES[:hosts])
        self.save()
        self.make_network()
        self.write_conf(options, osd_bytes)
        self.make_keys()
        for host in self.names:
            home = self.home(host)
            home.mkdir()
            (home / "mon").mkdir()
            self.tool(host, "ceph-mon", "--mkfs", "-i", host, "--monmap", self.dir / "monmap", "--keyring", self.dir / "keyring")
        for host in self.names:
            self.start("mon." + host, host)
        for host in self.names:
            (self.home(host) / "mgr").mkdir()
            self.start("mgr." + host, host)
        for number, host in enumerate(self.names):
            self.make_osd(number, host)

    def write_conf(self, options, osd_bytes):
        self.fsid = str(uuid.uuid4())
        monitors = ",".join("[v2:%s:3300,v1:%s:6789]" % (self.address(h), self.address(h)) for h in self.names)
        lines = ["[global]", "fsid = " + self.fsid, "mon_host = " + monitors, "mon_initial_members = " + ",".join(self.names),
                 "keyring = %s/keyring" % self.dir, "run_dir = %s/run" % self.dir, "admin_socket = %s/run/$name.asok" % self.dir,
                 "log_file = %s/$name.log" % self.dir, "osd_pool_default_pg_autoscale_mode = off",
                 "auth_allow_insecure_global_id_reclaim = false", "mon_allow_pool_delete = true", *options]
        for host in self.names:
            home = self.home(host)
            lines += ["[mon.%s]" % host, "mon_data = %s/mon" % home, "public_addr = " + self.address(host),
                      "mon_data_avail_warn = 2", "mon_data_avail_crit = 1",
                      "[mgr.%s]" % host, "mgr_data = %s/mgr" % home, "public_addr = " + self.address(host)]
        for number, host in enumerate(self.names):
            place = self.home(host) / "osd"
            lines += ["[osd.%d]" % number, "osd_data = %s" % place, "keyring = %s/keyring" % place,
                      "public_addr = " + self.address(host), "bluestore_block_size = %d" % osd_bytes,
                      "bluestore_block_create = true", "osd_memory_target = 1073741824"]
        (self.dir / "run").mkdir()
        (self.dir / "ceph.conf").write_text("\n".join(lines + ["[client]", "log_file = /dev/null", "admin_socket =", ""]))

    def make_keys(self):
        ring = self.dir / "keyring"
        run("ceph-authtool", "--create-keyring", ring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        every = ["--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mds", "allow *", "--cap", "mgr", "allow *"]
        run("ceph-authtool", ring, "--gen-key", "-n", "client.admin", *every)
        for host in self.names:
            run("ceph-authtool", ring, "--gen-key", "-n", "mgr." + host, "--cap", "mon", "allow profile mgr",
                "--cap", "osd", "allow *", "--cap", "mds", "allow *")
        monitors = []
        for host in self.names:
            monitors += ["--addv", host, "[v2:%s:3300,v1:%s:6789]" % (self.address(host), self.address(host))]
        run("monmaptool", "--create", "--fsid", self.fsid, *monitors, self.dir / "monmap")

    def make_osd(self, number, host):
        place = self.home(host) / "osd"
        place.mkdir()
        identity = str(uuid.uuid4())
        self.ceph("osd", "new", identity, number)
        self.tool(host, "ceph-osd", "-i", number, "--mkfs", "--mkkey", "--no-mon-config", "--osd-uuid", identity)
        self.ceph("auth", "add", "osd.%d" % number, "osd", "allow *", "mon", "allow profile osd", "mgr", "allow profile osd",
                  "-i", place / "keyring")
        self.start("osd.%d" % number, host)

    def tool(self, host, *command):
        run(*self.inside(host, *command, "-c", self.conf(host)))

    def start(self, daemon, host=None, env=None):
        host = host or self.state["daemons"][daemon]["host"]
        role, name = daemon.split(".", 1)
        with open(self.home(host) / (daemon + ".out"), "ab") as out:
            command = self.inside(host, "ceph-" + role, "-f", "-i", name, "-c", self.conf(host))
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        self.state["daemons"][daemon] = {"host": host, "pid": process.pid}
        self.children = getattr(self, "children", {})
        self.children[daemon] = process
        self.save()

    def runs(self, arguments):
        return any(a in arguments for a in (b"ceph-mon", b"ceph-mgr", b"ceph-osd", b"unshare"))
