#!/usr/bin/python3
"""Prints docs/protocol.md's table of commands: which of a real Ceph's an Inkfish cluster announces, which it refuses and why.

    command-table.py OURS/ceph.conf THEIRS/ceph.conf

A row per group of prefixes, and one for what each kind of daemon is told (`ceph tell`). Groups of another area than monitors, OSDs, pools, CRUSH, auth, configuration, log, health and manager
are one row each. What is refused, the monitor's source says (RefusedCommands).
"""
import json
import re
import sys
from collections import OrderedDict
from pathlib import Path

import rados

ELSEWHERE = ('mds', 'fs', 'nfs', 'orch', 'dashboard', 'influx', 'telegraf', 'zabbix', 'restful', 'insights', 'cephadm', 'alerts',
             'healthcheck', 'test_orchestrator', 'telemetry', 'device', 'crash', 'balancer', 'iostat')
OBSOLETE = 2
HIDDEN = 32


# Where the sources of a kind of daemon refuse commands.
SOURCES = {'mon': 'mon/src/main/java/dev/inkfish/mon/map/TellCommands.java', 'osd': 'osd/src/main/java/dev/inkfish/osd/daemon/RefusedCommands.java',
           'mgr': 'mgr/src/main/java/dev/inkfish/mgr/core/DaemonCommands.java'}


def descriptions(conf, told=None):
    """The commands that the monitors take or, with `told`, those that a daemon of this kind does."""
    cluster = rados.Rados(conffile=conf, name='client.admin')
    cluster.connect(timeout=30)
    command = json.dumps({'prefix': 'get_command_descriptions'})
    if told == 'osd':
        code, out, status = cluster.osd_command(0, command, b'')
    elif told == 'mgr':
        code, out, status = cluster.mgr_command(command, b'', target=json.loads(cluster.mon_command(
            json.dumps({'prefix': 'mgr stat', 'format': 'json'}), b'')[1])['active_name'])
    elif told == 'mon':
        code, out, status = cluster.mon_command(command, b'', target=json.loads(cluster.mon_command(
            json.dumps({'prefix': 'quorum_status', 'format': 'json'}), b'')[1])['quorum_leader_name'])
    else:
        code, out, status = cluster.mon_command(command, b'')
    cluster.shutdown()
    if code:
        sys.exit('%s: %s' % (conf, status))
    found = OrderedDict()
    for each in json.loads(out).values():
        words = []
        for part in each['sig']:
            if not isinstance(part, str):
                break
            words.append(part)
        found[' '.join(words)] = each
    return found


def refused():
    """Prefixes that the sources of the monitor refuse."""
    here = Path(__file__).resolve().parents[3]
    source = (here / 'server/mon/src/main/java/dev/inkfish/mon/map/RefusedCommands.java').read_text()
    table = source[source.index('"""') + 3:source.rindex('"""')].replace('\\\n', '')
    return {re.split(r' name=| [|] ', line.strip())[0] for line in table.splitlines() if '|' in line}


def refused_told(kind):
    """Prefixes that the sources of a daemon refuse."""
    source = (Path(__file__).resolve().parents[3] / 'server' / SOURCES[kind]).read_text()
    common = (Path(__file__).resolve().parents[3] / 'runtime/conf/src/main/java/dev/inkfish/conf/LocalCommands.java').read_text()
    heap = ['heap'] if 'not using tcmalloc' in source else []
    return set(heap + [name.split(' name=')[0] for name in re.findall(r'refuse\(table, "([^"]+)"', source)]
               + re.findall(r"\"'(\w+)' is not supported", common))


def told_rows():
    for kind in ('mon', 'osd', 'mgr'):
        ours, theirs = (descriptions(conf, kind) for conf in sys.argv[1:3])
        no = refused_told(kind) & set(theirs)
        done = [prefix for prefix in theirs if prefix in ours and prefix not in no]
        print('| `tell %s.N` | %d of %d | %s | %s |' % (kind, len(done), len(theirs), ', '.join(sorted(no)),
                                                      ', '.join(sorted(set(theirs) - set(ours)))))


def group(prefix):
    words = prefix.split()
    if words[0] == 'osd' and len(words) > 2 and words[1] in ('crush', 'pool', 'tier', 'erasure-code-profile', 'blocklist', 'blacklist'):
        return ' '.join(words[:2])
    if words[0] in ('rbd', 'mgr') and len(words) > 2:
        return ' '.join(words[:2])
    return words[0]


def main():
    ours, theirs = (descriptions(conf) for conf in sys.argv[1:3])
    no = refused()
    rows = OrderedDict()
    for prefix, each in sorted(theirs.items()):
        if each['flags'] & (OBSOLETE | HIDDEN) or prefix.startswith('mgr self-test'):
            continue
        row = rows.setdefault(group(prefix), ([], [], []))
        rest = prefix[len(group(prefix)):].strip() or prefix
        row[1 if prefix in no else 0 if prefix in ours else 2].append(rest)
    print('| commands | done | refused (EOPNOTSUPP) | not there |\n|---|---|---|---|')
    elsewhere = []
    for name, (done, says_no, missing) in rows.items():
        if name.split()[0] in ELSEWHERE and missing:
            elsewhere.append('%s (%d of %d are there)' % (name, len(done), len(done) + len(missing)))
            continue
        if len(done) + len(says_no) + len(missing) == 1:
            elsewhere += [] if done else [name]
            continue
        print('| `%s` | %s | %s | %s |' % (name, len(done) if done else '', ', '.join(says_no), ', '.join(missing)))
    print('| single words | %d | | |' % sum(1 for _, r in rows.items() if len(r[0]) == 1 and not r[1] and not r[2]))
    print('| other areas | | | %s |' % ', '.join(elsewhere))
    told_rows()


if __name__ == '__main__':
    main()
