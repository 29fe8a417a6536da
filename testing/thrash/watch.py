"""Tells why nobody is served: while a load waits, what each monitor and OSD says about itself, by its admin socket; and how
much of the waiting came while enough of them ran and were reached that there could have been service."""
import json
import socket
import struct
import threading
import time
from pathlib import Path


def ask(path, **command):
    """A daemon's answer to a command on its admin socket; None where it gives none within a second."""
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(1)
            link.connect(str(path))
            link.sendall(json.dumps(command).encode() + b"\0")
            size, = struct.unpack(">I", exactly(link, 4))
            return json.loads(exactly(link, size))
    except (OSError, ValueError):
        return None


def exactly(link, size):
    data = b""
    while len(data) < size:
        more = link.recv(size - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data


class Watch:
    """Looks four times a second; tells of each time that some load was not served for more than `patience` seconds."""

    def __init__(self, hosts, loads, say, patience=5):
        self.hosts, self.loads, self.say, self.patience = hosts, loads, say, patience
        self.needless = self.longest_needless = self.waited = 0.0
        self.stopping = False
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self.thread.start()

    def stop(self):
        self.stopping = True
        self.thread.join()
        self.say("%.0f s in which a load waited for more than a second, %.0f of them while a majority of monitors and two OSDs ran and "
                 "were reached, at most %.0f at a time" % (self.waited, self.needless, self.longest_needless))

    def _run(self):
        last, since, possible_since, told = time.monotonic(), {}, None, 0.0
        counts = {}
        while not self.stopping:
            time.sleep(0.25)
            now = time.monotonic()
            for load in self.loads:
                if counts.get(load) != load.count:
                    counts[load], since[load] = load.count, now
            waiting = [load for load in self.loads if now - since[load] > 1]
            possible = self.possible()
            if not possible or not waiting:
                possible_since = None
            elif possible_since is None:
                possible_since = now
            if waiting:
                self.waited += now - last
                if possible:
                    self.needless += now - last
                    self.longest_needless = max(self.longest_needless, now - possible_since)
            if waiting and now - max(told, min(since[each] for each in waiting)) > self.patience:
                told = now
                self.say("  %s wait for %s s%s\n%s" % (
                    ", ".join(str(each) for each in waiting), "/".join("%.0f" % (now - since[each]) for each in waiting),
                    "; there could be service for %.0f s" % (now - possible_since) if possible_since else "", self.states()))
            last = now

    def possible(self):
        """Whether enough runs and is reached: a majority of the monitors, two OSDs on different hosts."""
        def runs(host, role):
            return host not in self.hosts.apart and any(
                self.hosts.pid(each) and not self.stopped(each) for each in self.hosts.daemons(host, role))
        hosts = self.hosts.names
        return sum(runs(h, "mon") for h in hosts) * 2 > len(hosts) and sum(runs(h, "osd") for h in hosts) >= 2

    def stopped(self, daemon):
        try:
            stat = Path("/proc/%d/stat" % self.hosts.state["daemons"][daemon]["pid"]).read_text()
            return stat.rpartition(")")[2].split()[0] == "T"
        except OSError:
            return True

    def states(self):
        lines = []
        for daemon in self.hosts.daemons(role="mon") + self.hosts.daemons(role="osd"):
            if not self.hosts.pid(daemon):
                text = "does not run"
            elif self.stopped(daemon):
                text = "is stopped"
            else:
                text = self.monitor(daemon) if daemon.startswith("mon.") else self.osd(daemon)
            host = self.hosts.state["daemons"][daemon]["host"]
            lines.append("            %s%s %s" % (daemon, " (apart)" if host in self.hosts.apart else "", text))
        return "\n".join(lines)

    def monitor(self, daemon):
        status = ask(self.hosts.socket(daemon), prefix="mon_status")
        if status is None:
            return "does not answer"
        return "%s epoch %s, quorum %s" % (status["state"], status["election_epoch"], status["quorum"])

    def osd(self, daemon):
        path = self.hosts.socket(daemon)
        status = ask(path, prefix="status")
        if status is None:
            return "does not answer"
        text = "%s, maps to %s" % (status["state"], status["newest_map"])
        flying = ask(path, prefix="dump_ops_in_flight")
        ops = [op["description"][:90] for op in (flying or {}).get("ops", [])[:2]]
        return text + "".join("; " + op for op in ops)
