#!/usr/bin/python3
"""Prints docs/protocol.md's table of commands: which of a real Ceph's an Inkfish cluster announces, which it refuses and why.

    command-table.py OURS/ceph.conf THEIRS/ceph.conf

A row per group of prefixes. Groups of another area than monitors, OSDs, pools, CRUSH, auth, configuration, log, health and manager
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


def descriptions(conf):
    cluster = rados.Rados(conffile=conf, name='client.admin')
    cluster.connect(timeout=30)
    code, out, status = cluster.mon_command(json.dumps({'prefix': 'get_command_descriptions'}), b'')
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


if __name__ == '__main__':
    main()
