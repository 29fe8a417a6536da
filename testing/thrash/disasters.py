#!/usr/bin/python3
"""Disasters, step by step the same on Inkfish and on a real Ceph, and what operators and clients see of them.

disasters.py DIR PORT REFERENCE [SCENARIO...]

REFERENCE is a program that starts a real Ceph: `REFERENCE DIR --osds N --port P`, its daemons' pids in DIR/run/NAME.pid.
Both clusters are made anew for each scenario, in DIR/ours and DIR/theirs, with ports from PORT on. OSDs are named by letters, in the
order in which the scenario's first group has them. Exits with 1 where something differs, but for what `EXPECTED` has a reason for.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import disaster_orders  # they enter themselves
import disaster_scenarios
from hosts import ROOT, jdk, until

SETTINGS = ["mon_data_avail_warn = 2", "mon_data_avail_crit = 1", "osd_pool_default_pg_autoscale_mode = off",
            "mon_osd_report_timeout = 3600", "osd_pg_log_dups_tracked = 100", "mon_allow_pool_size_one = true", "mon_pg_stuck_threshold = 3600"]
QUIET = ("OSDMAP_FLAGS", "MON_DISK_LOW", "POOL_APP_NOT_ENABLED", "RECENT_CRASH", "SLOW_OPS", "POOL_NO_REDUNDANCY", "POOL_PG_NUM_NOT_POWER_OF_TWO")
WAITS = "waits"


class Side:
    """One of the two clusters, and what was seen on it."""

    def __init__(self, directory, port, osds, scenario):
        self.dir, self.port, self.osds, self.scenario = Path(directory), port, osds, scenario
        self.seen, self.letters, self.children = [], {}, {}
        self.pool = None

    # ---- what happens

    def run(self):
        try:
            self.up()
            self.scenario(self)
        except Exception as failed:  # the verdict shows it
            self.note("stopped by", repr(failed)[:500])
        finally:
            self.down()

    def sh(self, command, seconds=20, text=None):
        """Exit code and output; the code is None where it did not end in time."""
        done = subprocess.run(["timeout", "-k", "1", str(seconds), "bash", "-c", command], text=True, input=text, capture_output=True, check=False,
                              env=dict(os.environ, CEPH_CONF=str(self.dir / "ceph.conf")))
        return None if done.returncode == 124 else done.returncode, (done.stdout + done.stderr).strip()

    @staticmethod
    def run_program(*command):
        done = subprocess.run([str(c) for c in command], text=True, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError("%s: %d %s" % (command[0], done.returncode, (done.stdout + done.stderr).strip()[-300:]))

    def ceph(self, words, seconds=30):
        code, said = self.sh("ceph " + words, seconds)
        if code:
            raise RuntimeError("ceph %s: %s" % (words, said))
        return said

    def json(self, words, seconds=20):
        code, said = self.sh("ceph %s -f json 2>/dev/null" % words, seconds)
        return json.loads(said) if code == 0 else None

    def make_pool(self, size=3, min_size=2, name="p", pg_num=1):
        self.ceph("osd pool create %s %d %d" % (name, pg_num, pg_num))
        if size == 1:
            self.ceph("osd pool set %s size 1 --yes-i-really-mean-it" % name)
        else:
            self.ceph("osd pool set %s size %d" % (name, size))
        self.ceph("osd pool set %s min_size %d" % (name, min_size))
        self.ceph("osd pool application enable %s test" % name)
        self.pool = self.pool or name
        self.until(lambda: [g["state"] for g in self.groups(name)] == ["active+clean"] * pg_num and len(self.groups(name)[0]["acting"]) == size)
        if not self.letters:
            first = [g for g in self.groups(name) if g["pgid"].endswith(".0")][0]["acting"]
            rest = [o for o in range(self.osds) if o not in first]
            self.letters = {osd: "ABCDEFGH"[i] for i, osd in enumerate(first + rest)}

    def id(self, letter):
        return next(osd for osd, name in self.letters.items() if name == letter)

    def home(self, letter):
        return self.dir / ("osd.%d" % self.id(letter))

    def kill(self, *letters):
        """Kills at once, and tells the monitors: nobody may be left to report it."""
        for letter in letters:
            self.stop(self.id(letter), signal.SIGKILL)
        for letter in letters:
            self.ceph("osd down %d" % self.id(letter))
        self.until(lambda: not any(self.is_up(letter) for letter in letters))

    def start(self, *letters, wait=True):
        for letter in letters:
            self.launch(self.id(letter))
        if wait:
            self.until(lambda: all(self.is_up(letter) for letter in letters), 60)

    def ends(self, letter, seconds=20):
        """Whether an OSD that was started ended by itself: its exit code, or None."""
        try:
            return self.children[self.id(letter)].wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def runs(self, letter, seconds):
        """Whether an OSD still runs after that time; not longer than needed."""
        osd = self.id(letter)
        return not self.until(lambda: self.children[osd].poll() is not None if osd in self.children else not self.is_alive(osd), seconds)

    def is_alive(self, osd):
        try:
            return self.lives(self.first_pid(osd))
        except (RuntimeError, OSError):
            return False

    def launch(self, osd):
        with open(self.dir / "run" / ("osd.%d.out" % osd), "ab") as out:
            self.children[osd] = subprocess.Popen(self.osd_command(osd), stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                                                  env=dict(os.environ, CEPH_CONF=str(self.dir / "ceph.conf")))

    def stop(self, osd, number):
        child = self.children.pop(osd, None)
        pid = child.pid if child else self.first_pid(osd)
        os.kill(pid, number)
        while child.poll() is None if child else self.lives(pid):
            time.sleep(0.05)

    @staticmethod
    def lives(pid):
        try:
            return "State:\tZ" not in Path("/proc/%d/status" % pid).read_text()
        except OSError:
            return False

    # ---- what is seen

    @staticmethod
    def until(test, seconds=90):
        return until(test, seconds)

    def groups(self, pool=None):
        return (self.json("pg ls-by-pool %s" % (pool or self.pool)) or {"pg_stats": []})["pg_stats"]

    def is_up(self, letter):
        return any(o["osd"] == self.id(letter) and o["up"] for o in self.json("osd dump")["osds"])

    def note(self, what, value):
        self.seen.append((what, value))
        print("%-7s %s: %s" % (self.dir.name, what, value), flush=True)

    def plain(self, text):
        """Without what may differ: numbers of OSDs and pools, times."""
        text = re.sub(r"\bosd\.(\d+)", lambda m: "osd." + self.letters.get(int(m.group(1)), "?"), text)
        text = re.sub(r"\bpg \d+\.", "pg P.", text)
        text = re.sub(r"\[[-\d,]+\]", lambda m: "[" + ",".join(self.names(map(int, m.group()[1:-1].split(",")))) + "]", text)
        return re.sub(r"for \d+[smh]|for \d+\.\d+|since \S+|\d+ (sec|min)|(?<=epoch )\d+", "TIME", text)

    def names(self, osds):
        return [self.letters.get(o, "-") for o in osds]

    def settle(self, seconds=60, calm=7):
        """Until nothing changes for a while."""
        last, since, end = None, time.monotonic(), time.monotonic() + seconds
        while time.monotonic() < end:
            now = [(g["state"], g["up"], g["acting"], g["blocked_by"], g["stat_sum"]["num_objects_unfound"]) for g in self.groups()]
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > calm:
                return
            time.sleep(1)

    def look(self, what, wait=None):
        """The groups' states, their query, and health, once they are settled (or in the state that is waited for)."""
        if wait:
            self.until(lambda: all(g["state"] == wait for g in self.groups()), 120)
        self.settle()
        for group in self.groups():
            self.note(what + ": pg", "%s up %s acting %s%s%s" % (
                group["state"], "".join(self.names(group["up"])), "".join(self.names(group["acting"])),
                " blocked by " + "".join(sorted(self.names(group["blocked_by"]))) if group["blocked_by"] else "",
                " unfound %d" % group["stat_sum"]["num_objects_unfound"] if group["stat_sum"]["num_objects_unfound"] else ""))
        if len(self.groups()) == 1:
            self.note(what + ": query", self.query(self.groups()[0]["pgid"]))
        self.note(what + ": health", self.health())

    def query(self, pgid):
        answer = self.json("pg %s query" % pgid, 6)
        if answer is None:
            return WAITS
        told = answer["recovery_state"][0]
        seen = {"name": told["name"].replace("Started/Primary/", "")}
        for state in answer["recovery_state"]:
            for key in ("blocked", "comment"):
                if state.get(key):
                    seen[key] = state[key]
            if state.get("down_osds_we_would_probe"):
                seen["would probe"] = "".join(sorted(self.names(state["down_osds_we_would_probe"])))
            if state.get("peering_blocked_by"):
                seen["blocked by"] = "".join(sorted(self.names(b["osd"] for b in state["peering_blocked_by"])))
            if state.get("might_have_unfound"):
                seen["might have"] = sorted("%s %s" % (self.names([int(m["osd"].split("(")[0])])[0], m["status"]) for m in state["might_have_unfound"])
        return seen

    def health(self):
        checks = (self.json("health detail") or {"checks": {}})["checks"]
        return ["%s %s | %s" % (code, self.plain(check["summary"]["message"]), "; ".join(self.plain(d["message"]) for d in check["detail"]))
                for code, check in sorted(checks.items()) if code not in QUIET]

    def put(self, name, content, pool=None):
        code, said = self.sh("echo -n %s | rados -p %s put %s -" % (content, pool or self.pool, name), 8)
        self.note("put %s %s" % (name, content), WAITS if code is None else said or "done")

    def get(self, *names, snap=None, pool=None):
        for name in names:
            code, said = self.sh("rados -p %s %s get %s - 2>&1 | head -c 100" % (pool or self.pool, "-s " + snap if snap else "", name), 8)
            self.note("get %s%s" % (name, "@" + snap if snap else ""), WAITS if code is None else said.replace("error getting %s/%s: " % (pool or self.pool, name), ""))

    def say(self, words, seconds=20):
        """A command of which the answer is compared."""
        code, said = self.sh("ceph " + words, seconds)
        shown = re.sub(r"(?<=osd lost )\d+|(?<=osd purge )\d+", lambda m: self.letters.get(int(m.group()), "?"), words)
        self.note("ceph " + re.sub(r"\b[1-9]\d*\.(?=\d)", "P.", shown), WAITS if code is None else "%d %s" % (code, re.sub(r"\b[1-9]\d*\.(?=\d+\b(?!\.))", "P.", self.plain(said))))


class Ours(Side):
    lib, cached = None, []

    def up(self):
        settings = self.dir.parent / (self.dir.name + ".conf")
        settings.write_text("\n".join(["[global]", *SETTINGS, ""]))
        self.run_program(*self.program(), "up", "--detach", "--processes", "--osds", self.osds, "--dir", self.dir, "--port", self.port,
                         "--conf", settings)
        self.ceph("osd pool create first 1 1")  # a real one's manager has one
        self.ceph("osd pool rm first first --yes-i-really-really-mean-it")

    def program(self):
        return [Path(jdk()) / "bin/java", "@%s/scripts/jvm.options" % ROOT, *self.cached, "-Djava.library.path=%s" % self.lib,
                "-cp", "%s/*" % self.lib, "dev.inkfish.app.Main"]

    def foreign_osd(self):
        other = self.dir.parent / "ours-other"
        shutil.rmtree(other, ignore_errors=True)
        self.run_program(*self.program(), "up", "--detach", "--processes", "--osds", 1, "--dir", other, "--port", self.port + 40)
        self.run_program(*self.program(), "down", "--dir", other)
        return other / "osd.0"

    def osd_command(self, osd):
        return [*self.program(), "osd", "--id", str(osd), "--dir", self.dir]

    def first_pid(self, osd):
        wanted = ["osd", "--id", str(osd), "--dir", str(self.dir)]
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if entry.read_bytes().decode(errors="replace").split("\0")[-6:-1] == wanted:
                    return int(entry.parent.name)
            except OSError:
                pass
        raise RuntimeError("osd.%d does not run" % osd)

    def down(self):
        for osd in list(self.children):
            if self.children[osd].poll() is None:
                self.stop(osd, signal.SIGKILL)
        subprocess.run([*self.program(), "down", "--dir", self.dir], check=False, capture_output=True)


class Theirs(Side):
    reference = None

    def up(self):
        self.run_program(self.reference, self.dir, "--osds", self.osds, "--port", self.port)
        for line in SETTINGS:
            key, value = line.split(" = ")
            self.ceph("config set global %s %s" % (key, value))
        self.until(lambda: self.sh("ceph osd pool ls")[1] != "")
        self.ceph("config set mgr mgr/devicehealth/enable_monitoring false")
        self.ceph("osd pool rm device_health_metrics device_health_metrics --yes-i-really-really-mean-it")

    def foreign_osd(self):
        other = self.dir.parent / "theirs-other"
        self.run_program(self.reference, other, "--osds", 1, "--port", self.port + 40)
        self.run_program(Path(self.reference).parent / "down", other)
        return other / "osd.0"

    def osd_command(self, osd):
        return ["ceph-osd", "-f", "-i", str(osd)]

    def first_pid(self, osd):
        return int((self.dir / "run" / ("osd.%d.pid" % osd)).read_text())

    def down(self):
        for osd in list(self.children):
            if self.children[osd].poll() is None:
                self.stop(osd, signal.SIGKILL)
        subprocess.run([Path(self.reference).parent / "down", self.dir], check=False)


def compare(ours, theirs, name):
    wrong = 0
    print("\n==== %s" % name)
    for i in range(max(len(ours.seen), len(theirs.seen))):
        here, there = (s.seen[i] if i < len(s.seen) else ("", None) for s in (ours, theirs))
        expected = disaster_scenarios.EXPECTED.get((name, here[0]))
        if here == there:
            print("same    %s: %s" % here)
        else:
            wrong += expected is None
            print("%s %s\n     ours   %s\n     theirs %s%s" % (
                "DIFFERS" if expected is None else "differs", here[0], here[1], there[1] if here[0] == there[0] else there,
                "\n     because " + expected if expected else ""))
    return wrong


def main():
    directory, port, reference, *names = sys.argv[1:]
    Theirs.reference = reference
    Ours.lib = Path(directory) / "lib"
    shutil.rmtree(Ours.lib, ignore_errors=True)
    subprocess.run([ROOT / "inkfish", "--version"], check=True, stdout=subprocess.DEVNULL)  # builds if need be
    built = ROOT / "apps/inkfish/target"
    shutil.copytree(built / "lib", Ours.lib)
    cache = built / "inkfish.aot"  # of scripts/aot.sh: a daemon starts in half the time with it
    if cache.exists() and cache.stat().st_mtime > (built / ".built").stat().st_mtime:
        Ours.cached = ["-XX:AOTCache=%s" % shutil.copy(cache, directory)]
    wrong = 0
    for name in names or disaster_scenarios.SCENARIOS:
        scenario = disaster_scenarios.SCENARIOS[name]
        for side in ("ours", "theirs"):
            shutil.rmtree(Path(directory) / side, ignore_errors=True)
        sides = [Ours(Path(directory) / "ours", int(port), scenario.osds, scenario),
                 Theirs(Path(directory) / "theirs", int(port) + 100, scenario.osds, scenario)]
        threads = [threading.Thread(target=side.run) for side in sides]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wrong += compare(*sides, name)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
