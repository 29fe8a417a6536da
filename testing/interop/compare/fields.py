#!/usr/bin/env python3
"""The fields of commands' JSON answers: records those of a real Ceph, or compares a cluster's with the record.

    fields.py record CONF FILE     asks the cluster (a real Ceph, empty, three OSDs) and writes its fields into FILE
    fields.py check CONF FILE      prints where a cluster's fields differ; exit code 1 if any does without a reason

FILE has a command per line; `!` marks one that prepares something. What is indented below a command is the shape of its
answer: JSON with the types in place of the values, one entry for all of a list. Names that are data are `*`. Below an
empty list or object nothing is compared. A line `- PATTERN` excepts fields, with the reason as a comment above it.
"""
import functools
import json
import re
import socket
import sys

import compare

# Objects whose keys are data, and keys that are.
NAMED = {'checks', 'always_on_modules', 'application_metadata', 'erasure_code_profiles', 'services', 'stats_by_class',
         'module_options', 'progress_events', 'available_modules'}
DATA = re.compile(r'^(\d+|ceph version .*|.* .*)$')


def type_of(value):
    return {dict: 'object', list: 'list', bool: 'bool', str: 'text', type(None): 'null'}.get(type(value), 'number')


def shape(value, name=''):
    if isinstance(value, dict):
        merged = {}
        for key, inner in value.items():
            key = '*' if DATA.match(key) or name in NAMED or key == socket.gethostname() else key
            merged[key] = merge(merged[key], shape(inner, key)) if key in merged else shape(inner, key)
        return merged
    if isinstance(value, list):
        entries = [shape(v) for v in value]
        return [functools.reduce(merge, entries)] if entries else []
    return type_of(value)


def merge(one, other):
    if isinstance(one, dict) and isinstance(other, dict):
        return {k: merge(one[k], other[k]) if k in one and k in other else one.get(k, other.get(k)) for k in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list):
        return [merge(one[0], other[0])] if one and other else one or other
    return one or other


def fields(value, path=''):
    """The paths of a shape, with types; an empty list or object is `PATH:empty`."""
    if isinstance(value, (dict, list)) and not value:
        return {path + ':empty'}
    if isinstance(value, dict):
        return set().union(*(fields(v, path + '.' + k) for k, v in value.items()))
    if isinstance(value, list):
        return fields(value[0], path + '[]')
    return {path + ':' + value}


def differences(ours, theirs):
    for here, there, word in (theirs, ours, 'missing'), (ours, theirs, 'extra'):
        empty = [p[:-len(':empty')] for p in there if p.endswith(':empty')]
        for path in sorted(here - there):
            name = path.rsplit(':', 1)[0]
            unknown = not path.startswith((':error', ':no JSON')) and any(name.startswith(e) for e in empty)
            if not path.endswith(':empty') and not unknown:
                yield '%s %s' % (word, path)


def read(file):
    entries, exceptions = [], []
    with open(file) as source:
        for line in source:
            line = line.rstrip('\n')
            if line.startswith('- '):
                exceptions.append(re.compile(line[2:]))
            elif line.startswith(' '):
                entries[-1][1] += line.strip()
            elif line and not line.startswith('#'):
                entries.append([line, ''])
    return entries, exceptions


def answer(cluster, command):
    code, out, err = cluster.run(['-f', 'json'] + compare.shlex.split(command))
    if code:
        return 'error %d' % code
    try:
        return shape(json.loads(out))
    except ValueError:
        return 'no JSON'


def record(cluster, file):
    lines = open(file).read().split('\n')
    kept = []
    for line in lines:
        if line.startswith(' '):
            continue
        kept.append(line)
        if line.startswith('!'):
            cluster.run(compare.shlex.split(line[1:]))
        elif line and line[0] not in '#-':
            text = json.dumps(answer(cluster, line), separators=(',', ':'))
            kept += ['  ' + part for part in re.findall(r'.{1,110}(?:,|$)|[^,]+,?', text)]
    with open(file, 'w') as target:
        target.write('\n'.join(kept))


def check(cluster, file):
    entries, exceptions = read(file)
    compared = different = 0
    for command, theirs in entries:
        if command.startswith('!'):
            code, _, err = cluster.run(compare.shlex.split(command[1:]))
            if code:
                print(command, err.strip())
                different += 1
            continue
        compared += 1
        for difference in differences(fields(answer(cluster, command)), fields(json.loads(theirs))):
            line = command + ': ' + difference
            if not any(e.fullmatch(line) for e in exceptions):
                print(line)
                different += 1
    print('%d commands compared, %d fields differ' % (compared, different))
    return 1 if different or not compared else 0


def main():
    mode, conf, file = sys.argv[1:]
    cluster = compare.Cluster(conf)
    try:
        return record(cluster, file) if mode == 'record' else check(cluster, file)
    finally:
        cluster.close()


if __name__ == '__main__':
    sys.exit(main())
