"""The scenarios of disasters.py: each a function of one side, its steps the same for both."""

import re

SCENARIOS = {}
HELD = "under norecover a group waits for its turn here; Ceph's has it and does nothing"
SUMS = "as the state beside it"
EXPECTED = {  # (scenario, step): why ours differs
    ("all_down", "A, norecover: pg"): HELD,
    ("all_down", "A, norecover: health"): SUMS,
    ("half_recovered", "two: pg"): HELD,
    ("half_recovered", "two: health"): SUMS,
    ("half_recovered", "A dead: pg"): HELD,
    ("half_recovered", "A dead: health"): SUMS,
    ("full_ratios", "recovery while C is full: pg"): "Ceph looks at members' disks before a recovery only, not while it goes on",
    ("full_ratios", "recovery while C is full: health"): SUMS,
    ("told_to_go", "removed D runs"): "one that waits to boot does not look whether it is still there in Ceph: it comes back, unless both maps come at once",
    ("told_to_go", "D is there"): "as it came back",
    ("told_to_go", "C destroyed: health"): "as it came back",
    ("told_to_go", "B stopped: health"): "as it came back",
    ("told_to_go", "B back: health"): "as it came back",
    ("told_to_go", "B, started, goes on running"): "Ceph's ends once more where it is sent a map that still has it as stopped",
}


def scenario(osds=4):
    def keep(function):
        function.osds = osds
        SCENARIOS[function.__name__] = function
        return function
    return keep


def begin(s, size=3, min_size=2):
    s.ceph("osd set noout")
    s.make_pool(size, min_size)
    s.put("one", "1")


@scenario()
def written_alone(s):
    """What one OSD took alone, with min_size 1, is not served without it before it is declared lost."""
    begin(s)
    s.kill("C")
    s.look("C down")
    s.put("two", "2")
    s.kill("B")
    s.look("B and C down")
    s.put("three", "early")
    s.ceph("osd pool set p min_size 1")
    s.look("min_size 1")
    s.put("three", "3")
    s.put("one", "1b")
    s.kill("A")
    s.look("all down")
    s.start("B", "C")
    s.look("B and C return")
    s.get("one", "two", "three")
    s.ceph("osd pool set p min_size 2")
    s.look("min_size 2 again")
    s.get("one")
    s.say("osd lost %d" % s.id("A"))
    s.say("osd lost %d --yes-i-really-mean-it" % s.id("A"))
    s.look("A lost")
    s.get("one", "two", "three")
    s.put("one", "1c")
    s.put("four", "4")
    s.start("A")
    s.look("A returns after all", "active+clean")
    s.get("one", "two", "three", "four")


@scenario()
def alone_without_writes(s):
    """One that was alone below min_size took nothing: the others go on without it."""
    begin(s)
    s.kill("C")
    s.put("two", "2")
    s.kill("B")
    s.look("A alone")
    s.kill("A")
    s.start("B", "C")
    s.look("without A")
    s.get("one", "two")
    s.put("one", "1b")
    s.kill("B", "C")
    s.start("A")
    s.look("A alone again")
    s.get("one")
    s.start("C")
    s.look("with C")
    s.get("one", "two")
    s.start("B")
    s.look("all", "active+clean")


@scenario()
def stale_one_first(s):
    """Who missed writes comes back first, and alone."""
    begin(s, 3, 1)
    s.kill("B", "C")
    s.put("one", "1b")
    s.kill("A")
    s.start("B")
    s.look("B alone")
    s.get("one")
    s.start("C")
    s.look("B and C")
    s.get("one")
    s.start("A")
    s.look("all", "active+clean")
    s.get("one")


@scenario(3)
def half_filled(s):
    """The only whole copy is lost while the second is being filled."""
    s.ceph("osd set noout")
    short_logs(s)
    s.make_pool(1, 1)
    stuff(s, 60, 64)
    s.ceph("config set osd osd_recovery_sleep 1.5")
    s.ceph("osd pool set p size 2")
    s.note("backfills", s.until(lambda: s.groups()[0]["state"].endswith("backfilling"), 40))
    s.put("during", "1")
    s.until(lambda: s.groups()[0]["stat_sum"]["num_objects_degraded"] < 55, 60)
    s.kill("A")
    s.look("A dead")
    s.sh("rm -rf %s/*" % s.home("A"))
    s.get("during")
    s.say("osd lost %d --yes-i-really-mean-it" % s.id("A"))
    s.look("A lost")
    s.get("during")
    s.put("during", "2")
    s.say("osd purge %d --yes-i-really-mean-it" % s.id("A"))
    s.look("A purged")
    s.get("during")
    s.say("pg %s mark_unfound_lost delete" % s.groups()[0]["pgid"])
    s.say("osd force-create-pg %s --yes-i-really-mean-it" % s.groups()[0]["pgid"])
    s.look("made anew")
    s.get("during")
    s.put("after", "1")


@scenario(3)
def half_recovered(s):
    """The same by the log: the second has the log of everything and few of the objects."""
    s.ceph("osd set noout")
    s.make_pool(1, 1)
    stuff(s, 40, 4)
    s.ceph("osd set norecover")
    s.ceph("osd set nobackfill")
    s.ceph("osd pool set p size 2")
    s.look("two", None)
    s.put("during", "1")
    s.put("o1", "1")
    s.kill("A")
    s.look("A dead")
    s.get("during", "o1")
    s.say("osd lost %d --yes-i-really-mean-it" % s.id("A"))
    s.ceph("osd unset norecover")
    s.ceph("osd unset nobackfill")
    s.look("A lost")
    s.get("during", "o1")
    s.put("o1", "2")
    s.start("A")
    s.look("A returns", "active+clean")
    s.get("during")
    s.get("o1")


def snapshot_unfound(mode):
    """Two write after a snapshot, the data is only on the one that is lost: head, clone and a new object are unfound."""
    def steps(s):
        s.ceph("osd set noout")
        s.make_pool(2, 1)
        for name in ("head", "gone", "plain", "cloned"):
            s.put(name, "1")
        s.say("osd pool mksnap p s1")
        s.put("cloned", "1b")
        s.kill("B")
        s.put("head", "2")
        s.note("rm gone", s.sh("rados -p p rm gone", 8))
        s.put("plain", "2")
        s.say("osd pool mksnap p s2")
        s.put("cloned", "2")
        s.put("plain", "3")
        s.put("new", "2")
        for flag in ("norecover", "nobackfill"):
            s.ceph("osd set " + flag)
        s.start("B")
        s.until(lambda: "undersized" not in s.groups()[0]["state"] and "active" in s.groups()[0]["state"])
        s.kill("A")
        for flag in ("norecover", "nobackfill"):
            s.ceph("osd unset " + flag)
        s.look("unfound")
        pgid = s.groups()[0]["pgid"]
        s.note("list_unfound", sorted("%s@%s need %s have %s" % (
            o["oid"]["oid"], o["oid"]["snapid"], o["need"].split("'")[1], o["have"].split("'")[1]) for o in s.json("pg %s list_unfound" % pgid)["objects"]))
        s.get("gone")
        s.get("head", "gone", "plain", "cloned", snap="s1")
        s.say("pg %s mark_unfound_lost %s" % (pgid, mode))
        s.ceph("osd lost %d --yes-i-really-mean-it" % s.id("A"))
        s.sh("sleep 5")
        s.say("pg %s mark_unfound_lost %s" % (pgid, mode))
        s.look("marked")
        after(s)
        s.put("head", "4")
        s.put("cloned", "4")
        s.start("A")
        s.look("A returns", "active+clean")
        after(s)
        scrubbed(s)
    return steps


def after(s):
    s.get("head", "gone", "plain", "cloned", "new")
    s.get("head", "gone", "plain", "cloned", snap="s1")
    s.get("plain", "cloned", snap="s2")
    for name in ("head", "plain", "cloned"):
        s.note("listsnaps " + name, s.sh("rados -p p listsnaps %s" % name, 8)[1])
    s.note("ls", sorted(s.sh("rados -p p ls", 8)[1].split()))


def scrubbed(s):
    pgid = s.groups()[0]["pgid"]
    before = s.groups()[0]["last_deep_scrub_stamp"]
    s.ceph("pg deep-scrub " + pgid)
    s.until(lambda: s.groups()[0]["last_deep_scrub_stamp"] != before, 60)
    s.look("scrubbed")
    found = s.sh("rados list-inconsistent-obj %s" % pgid)[1]
    s.note("inconsistent", re.sub(r"\d+", "N", found[:400]) if "inconsistent" in s.groups()[0]["state"] else "none")


@scenario(3)
def unfound_revert(s):
    """Unfound heads and clones are reverted."""
    snapshot_unfound("revert")(s)


@scenario(3)
def unfound_delete(s):
    """Unfound heads and clones are deleted."""
    snapshot_unfound("delete")(s)


@scenario()
def strange_directories(s):
    """An OSD's directory twice, of another cluster, of an id that was given to another, of an older time."""
    begin(s)
    s.launch(s.id("A"))
    second = s.children.pop(s.id("A"))
    try:
        s.note("a second process with A's directory ends", second.wait(30) != 0)
    except Exception as still:
        second.kill()
        s.note("a second process with A's directory ends", repr(still))
    s.put("one", "1b")
    s.kill("C")
    s.sh("cp -a --sparse=always %s %s.old" % (s.home("C"), s.home("C")), 120)
    s.start("C")
    s.until(lambda: s.groups()[0]["state"] == "active+clean")
    s.put("one", "2")
    s.put("two", "2")
    s.note("rm", s.sh("rados -p p put gone /etc/hostname && rados -p p rm gone")[0])
    s.kill("C")
    s.sh("rm -rf %s && mv %s.old %s" % ((s.home("C"),) * 3))
    s.start("C")
    s.look("C restored from a backup")
    s.get("one", "two")
    s.kill("A", "B")
    s.ceph("osd pool set p min_size 1")
    s.look("C alone")
    s.get("one", "two")
    s.start("A", "B")
    s.look("all", "active+clean")
    s.get("one", "two")
    scrubbed(s)
    s.kill("C")
    s.ceph("osd purge %d --yes-i-really-mean-it" % s.id("C"))
    s.start("C", wait=False)
    s.note("purged C ends", s.ends("C", 30) is not None)
    s.note("C is there", s.sh("ceph osd ls")[1].split().count(str(s.id("C"))))
    s.ceph("osd new 11111111-2222-3333-4444-555555555555 %d" % s.id("C"))
    s.sh("(echo [osd.%d]; grep key %s/keyring) >%s/ring" % (s.id("C"), s.home("C"), s.dir))
    s.ceph("auth add osd.%d osd 'allow *' mon 'allow profile osd' mgr 'allow profile osd' -i %s/ring" % (s.id("C"), s.dir))
    if s.id("C") in s.children and s.runs("C", 0):
        s.stop(s.id("C"), 9)
    s.start("C", wait=False)
    s.note("C with another's id ends", s.ends("C", 30) is not None)
    s.note("C is up", s.is_up("C"))
    s.look("without C")


@scenario()
def another_clusters(s):
    """An OSD's directory is of another cluster, with its own key and with the one of that cluster."""
    begin(s)
    victim = s.letters[0]
    s.kill(victim)
    s.put("one", "2")
    foreign = s.foreign_osd()
    s.sh("mv %s %s.own && cp -a --sparse=always %s %s" % (s.home(victim), s.home(victim), foreign, s.home(victim)), 120)
    s.start(victim, wait=False)
    s.note("ends with that cluster's key", s.ends(victim, 40) is not None)
    s.note("is up", s.is_up(victim))
    if s.runs(victim, 0):
        s.stop(0, 9)
    s.sh("cp %s.own/keyring %s/keyring" % (s.home(victim), s.home(victim)))
    s.start(victim, wait=False)
    s.note("ends with its own key", s.ends(victim, 40) is not None)
    s.note("is up", s.is_up(victim))
    s.get("one")
    s.put("one", "3")
    s.note("state", [g["state"] for g in s.groups()])
    if s.runs(victim, 0):
        s.stop(0, 9)
    s.sh("rm -rf %s && mv %s.own %s" % ((s.home(victim),) * 3))
    s.start(victim)
    s.look("its own again", "active+clean")
    s.get("one")


@scenario()
def two_old_copies(s):
    """All but one copy are restored from a backup, then the newest is gone: what was acknowledged is not forgotten silently."""
    begin(s)
    s.kill("B", "C")
    for one in "BC":
        s.sh("cp -a --sparse=always %s %s.old" % (s.home(one), s.home(one)), 120)
    s.start("B", "C")
    s.until(lambda: s.groups()[0]["state"] == "active+clean")
    s.put("one", "2")
    s.put("two", "2")
    s.kill("A", "B", "C")
    for one in "BC":
        s.sh("rm -rf %s && mv %s.old %s" % ((s.home(one),) * 3))
    s.start("B", "C")
    s.look("two old copies")
    s.get("one", "two")
    s.start("A")
    s.look("all")
    s.get("one", "two")


@scenario()
def emptied_directories(s):
    """Both copies are purged: the group is not made anew by itself."""
    begin(s, 2, 1)
    s.kill("A", "B")
    s.look("both down")
    s.start("B")
    s.look("B back")
    s.get("one")
    s.kill("B")
    for one in "AB":
        s.ceph("osd lost %d --yes-i-really-mean-it" % s.id(one))
        s.ceph("osd purge %d --yes-i-really-mean-it" % s.id(one))
    s.look("both purged")
    s.get("one")
    s.put("two", "2")
    s.say("osd force-create-pg %s --yes-i-really-mean-it" % s.groups()[0]["pgid"])
    s.look("made anew")
    s.get("one")


@scenario(5)
def gone_and_changed(s):
    """An OSD misses a split, a merge and the end of a pool."""
    begin(s)
    s.make_pool(3, 2, "q", 4)
    for i in range(8):
        s.put("o%d" % i, "1", "q")
    s.kill("A")
    s.put("one", "1b")
    for i in range(8):
        s.put("o%d" % i, "2", "q")
    s.ceph("osd pool set q pg_num 16")
    s.until(lambda: len(s.groups("q")) == 16 and not any("peering" in g["state"] or "unknown" in g["state"] for g in s.groups("q")))
    for i in range(0, 8, 2):
        s.put("o%d" % i, "3", "q")
    s.ceph("osd pool set q pg_num 2")
    s.note("merged", s.until(lambda: len(s.groups("q")) == 2, 240))
    s.ceph("osd pool set q pg_num 8")
    s.note("split again", s.until(lambda: len(s.groups("q")) == 8, 120))
    s.start("A")
    s.look("A returns", "active+clean")
    s.note("all clean", s.until(lambda: {g["state"] for g in s.groups("q")} == {"active+clean"}, 120))
    for i in range(8):
        s.get("o%d" % i, pool="q")
    s.kill("A")
    s.ceph("osd pool rm q q --yes-i-really-really-mean-it")
    s.ceph("osd pool create q 4 4")
    s.start("A")
    s.note("all clean", s.until(lambda: {g["state"] for g in s.groups("q")} == {"active+clean"}, 120))
    for i in range(8):
        s.get("o%d" % i, pool="q")
    s.look("in the end", "active+clean")


def short_logs(s):
    """Who missed a few changes is backfilled."""
    for option, value in (("osd_min_pg_log_entries", 5), ("osd_max_pg_log_entries", 5), ("osd_pg_log_trim_min", 1)):
        s.sh("ceph config set osd %s %d" % (option, value))  # not everybody has the last one


def stuff(s, count, kib, pool="p"):
    s.sh("head -c %d /dev/zero >%s/data; for i in $(seq %d); do rados -p %s put o$i %s/data; done" % (kib << 10, s.dir, count, pool, s.dir), 200)


def lost_one(order):
    """A, then C, took writes without B; A is lost, and C does not belong to the group any more."""
    def steps(s):
        begin(s, 3, 1)
        s.kill("B")
        s.put("one", "2")
        s.kill("C")
        s.put("two", "2")
        s.kill("A")
        s.ceph("osd out %d" % s.id("C"))
        s.ceph("osd lost %d --yes-i-really-mean-it" % s.id("A"))
        for one in order:
            s.start(one)
            s.look(one + " back")
            s.get("one", "two")
    return steps


@scenario(5)
def lost_one_knew_more(s):
    """What C knows counts when it is there first."""
    lost_one("CB")(s)


@scenario(5)
def lost_one_comes_late(s):
    """B is there first: nobody waits for C, as A, whom it was the last to know, is declared lost."""
    lost_one("BC")(s)
