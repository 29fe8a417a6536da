#!/usr/bin/env python3
"""Runs the same commands on two clusters with Debian's `ceph` program and prints where the answers differ.

    compare.py [--formats plain,json,json-pretty,xml,xml-pretty] [--reads] OURS/ceph.conf THEIRS/ceph.conf [COMMANDS...]

THEIRS is a real Ceph; both start empty with three OSDs. Both take the same
settings: `inkfish up --conf` of a file with what THEIRS sets for itself (`osd_memory_target`, `mon_data_avail_warn`). COMMANDS are files like commands.txt beside this script: a
command of `ceph` per line. A line that starts with `!` changes something and runs once, in plain form, on both; other
lines run in each format. `@clean` waits until all placement groups are active+clean, `@sleep N` waits; `-i TEXT<<` at
the end of a line gives the words after it as the input file (`\\n` is a new line).

What is inherently different (fsid, addresses, times, sizes, epochs) is masked; what differs for a reason is in
exceptions.txt beside this script. The last lines count what was equal, what differs as excepted (by reason) and what
differs without a reason given. Exit code 0 when nothing differs but as excepted, else 1.
"""
import argparse
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

# JSON fields whose values say when, where and how much; only their presence and type are compared.
MASKED = re.compile(r'''^(
    fsid|cluster_fingerprint|uuid|osd_fsid|.*(stamp|time|since|age|until).*|created|modified|last_.*|
    addr|addrs?|.*_addrs?|addrvec|nonce|public_addrs?|port|hostname|host|gid|global_id|.*_gid|start_epoch|
    epoch|.*_epoch|epoch_.*|.*_committed|version|.*_version|reported_.*|up_from|up_thru|down_at|lost_at|last_clean_.*|last_up_change|last_in_change|
    kb.*|bytes_.*|.*_bytes(_.*)?|stored.*|max_avail|num_bytes.*|statfs|available|allocated|data_.*|omap_.*|internal.*|total|
    utilization|var|MIN|MAX|average_utilization|min_var|max_var|dev|percent_used|percent|total_.*|
    fsid_.*|mem_.*|cpu|kernel.*|distro.*|arch|os|ceph_.*|osd_data|osd_journal|bluestore_.*|bluefs.*|back_.*|front_.*|
    hb_.*|device.*|rotational|default_device_class|.*path|journal_rotational|network_.*|container_.*|
    key|magic|election_epoch|committed|election_winner|features|.*features.*|seq|snap_seq|log_size|ondisk_log_size|
    log_start|avail_raw|crush_weight|weight|crush_version|pool_weights|.*last_update.*|last_complete|last_backfill|mapping_epoch|duration.*|lpr|perf_stat|
    .*_latency.*|elapsed_sec|iops|newest_map|oldest_map|op_queue_age_hist|histogram|upper_bound|stat_seq|[0-9]+min|last|last\ update|lc|lu|.*_crc|crc|num_pg_temp|tid|rank_.*
)$''', re.X)
# Objects whose contents depend on the store or the machine: compared by presence only.
OPAQUE = {'statfs', 'op_queue_age_hist', 'perf_stat', 'osdmap_clean_epochs', 'osdmap_first_committed', 'purged_snaps'}

# Lists that Ceph writes in the order of a hash table.
UNORDERED = {'pg_stats', 'osd_stats', 'osd_perf_infos', 'num_pg_by_osd'}
# Lists in the order in which the OSDs were first there, which differs from start to start.
BY_ID = {'items'}

# Of texts with more lines than this only the first that differs is told.
LONG = 500

TEXT_MASKS = [
    (r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'UUID'),
    (r'\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?', 'TIME'),
    (r'127\.0\.0\.1:\d+/\d+', 'ADDR'),
    (r'127\.0\.0\.1(:\d+)?', 'ADDR'),
    (r'[A-Za-z0-9+/]{38}==', 'KEY'),
    (r'\be\d+\b', 'eN'),
    (r'\bepoch \d+', 'epoch N'),
    (r"\b\d+'\d+\b", 'EV'),
    (r'\b(last_change|crush_version|up_from|up_thru|down_at|num_osdmap_epochs|osdmap_version|version) \d+', r'\1 N'),
    (r'last_clean_interval \[\d+,\d+\)', 'last_clean_interval [N,N)'),
    (r'\bv\d+\b', 'vN'),
    (r'\b\d+:\d+\b', 'N:N'),
    (r'/tmp/\S+', 'PATH'),
    (r'--- \d+ ---', '--- N ---'),
    (r'(active\S*|peer\S*|unknown) +\d+[smhdw] ', r'\1 T '),
    (r'since \S+', 'since T'), (r'age \S+\)', 'age T)'),
]


def load_ceph():
    """Ceph's own program as a module; its connections are kept from command to command."""
    loader = importlib.machinery.SourceFileLoader('ceph_cli', shutil.which('ceph'))
    spec = importlib.util.spec_from_loader('ceph_cli', loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def worker(conf):
    """Reads commands as JSON lines, runs each in this process, answers as JSON lines."""
    os.environ['CEPH_CONF'] = conf
    os.environ.pop('CEPH_ARGS', None)
    sys.dont_write_bytecode = True
    ceph = load_ceph()
    real = ceph.rados.Rados
    kept = {}

    class Kept(real):
        def connect(self, timeout=0):
            if self.state != 'connected':
                super().connect(timeout)

        def shutdown(self):
            pass

        def conf_parse_argv(self, args):
            parser = real(name='client.admin', conffile='')
            try:
                return parser.conf_parse_argv(args)
            finally:
                parser.shutdown()

    def handle(**options):
        name = options.get('name')
        if name not in kept:
            kept[name] = Kept(**options)
        return kept[name]
    ceph.rados.Rados = handle
    requests, results = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), 'w')
    sys.stdin = open(os.devnull)  # without arguments, `ceph` reads commands from there
    for line in requests:
        request = json.loads(line)
        out, err = (io.TextIOWrapper(io.BytesIO(), write_through=True) for _ in range(2))
        sys.argv = ['ceph'] + request['args']
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = ceph.main() or 0
            except SystemExit as e:
                code = e.code or 0
            except BaseException as e:
                code = 1
                print('Traceback: %r' % e, file=err)
        text = [s.buffer.getvalue().decode('utf-8', 'replace') for s in (out, err)]
        print(json.dumps([code, *text]), file=results, flush=True)
    os._exit(0)


class Cluster:
    def __init__(self, conf):
        with open(shutil.which('ceph')) as source:
            python = source.readline()[2:].split()[0]
        self.process = subprocess.Popen([python, __file__, '--worker', conf], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def send(self, args):
        print(json.dumps({'args': args}), file=self.process.stdin, flush=True)

    def receive(self):
        return json.loads(self.process.stdout.readline())

    def run(self, args):
        self.send(args)
        return self.receive()

    def clean(self):
        try:
            status = json.loads(self.run(['status', '-f', 'json'])[1])
        except ValueError:
            return False
        return all(s['state_name'] == 'active+clean' for s in status['pgmap']['pgs_by_state']) \
            and sum(s['count'] for s in status['pgmap']['pgs_by_state']) == status['pgmap']['num_pgs']

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def masked_text(text):
    for pattern, name in TEXT_MASKS:
        text = re.sub(pattern, name, text)
    return text


def differences_of_values(ours, theirs, path=''):
    """Differences of two JSON values, as lines; fields that MASKED names are compared by type only."""
    name = re.sub(r'\[\d*\]$', '', path).rsplit('.', 1)[-1]
    if name in OPAQUE:
        return
    number = (int, float)
    if type(ours) is not type(theirs) and not (isinstance(ours, number) and isinstance(theirs, number)):
        yield '%s: ours %s, theirs %s' % (path, short(ours), short(theirs))
    elif isinstance(ours, dict):
        if list(ours) != list(theirs):
            missing = [k for k in theirs if k not in ours]
            extra = [k for k in ours if k not in theirs]
            if missing:
                yield '%s: fields missing: %s' % (path, ' '.join(missing))
            if extra:
                yield '%s: fields too many: %s' % (path, ' '.join(extra))
            common = [k for k in ours if k in theirs]
            if common != [k for k in theirs if k in ours]:
                yield '%s: order of fields: ours %s, theirs %s' % (path, list(ours), list(theirs))
        for key in ours:
            if key in theirs:
                yield from differences_of_values(ours[key], theirs[key], path + '.' + key)
    elif isinstance(ours, list):
        if name in UNORDERED:
            ours, theirs = (sorted(x, key=order) for x in (ours, theirs))
        elif name in BY_ID and [order(e) for e in ours] != [order(e) for e in theirs]:
            ours, theirs = ([dict(bare(e), pos=0) if isinstance(e, dict) else e for e in sorted(x, key=order)] for x in (ours, theirs))
        if len(ours) != len(theirs) and not MASKED.match(name):
            yield '%s: ours has %d entries, theirs %d (%s / %s)' % (path, len(ours), len(theirs), short(ours), short(theirs))
        for i, (one, other) in enumerate(zip(ours, theirs)):
            yield from differences_of_values(one, other, '%s[%d]' % (path, i))
    elif not MASKED.match(name) and ours != theirs:
        if not isinstance(ours, str) or masked_text(ours) != masked_text(theirs):
            yield '%s: ours %s, theirs %s' % (path, short(ours), short(theirs))


def bare(entry):
    """An entry of a list without the name that it has in XML."""
    if isinstance(entry, dict) and len(entry) == 1 and isinstance(next(iter(entry.values())), dict):
        return next(iter(entry.values()))
    return entry


def order(entry):
    """By what an entry of a list is told from the others: its id."""
    entry = bare(entry)
    return str([entry.get(k) for k in ('pgid', 'osd', 'id')]) if isinstance(entry, dict) else str(entry)


def short(value):
    text = json.dumps(value)
    return text if len(text) < 160 else text[:157] + '...'


def tree(element):
    """An element as what it holds: its children by name, where each has a name of its own, else a list of them; or its text."""
    if not len(element):
        return (element.text or '').strip()
    named = {child.tag.removeprefix('_'): tree(child) for child in element}
    return named if len(named) == len(element) else [{child.tag.removeprefix('_'): tree(child)} for child in element]


def parsed(text):
    if text.lstrip().startswith('<'):
        try:
            # Ceph writes several roots where it would write several lines, and names that XML does not have
            text = re.sub(r'<(/?)([^<>"=?!]+)>', lambda tag: '<%s_%s>' % (tag[1], re.sub(r'[^\w.-]', '_', tag[2])), text)
            return tree(xml.etree.ElementTree.fromstring('<answer>' + text + '</answer>'))
        except xml.etree.ElementTree.ParseError:
            return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def skeleton(text):
    text = re.sub(r'"(\\.|[^"\\])*"', '""', text)
    return re.sub(r'-?\d[\d.e+-]*', '0', text)


def figureless(text):
    return [re.sub(r'\s+', ' ', re.sub(r'[\d.]+( ?[KMGT]i?B)', '0', line)) for line in text.splitlines()]


def margins(text):
    """What is before and after the text proper."""
    return text[:len(text) - len(text.lstrip())], text[len(text.rstrip()):]


def name_of(entry):
    entry = bare(entry)
    return entry.get('name', entry.get('option')) if isinstance(entry, dict) else entry


def common(ours, theirs, extra):
    """Both without the names that only theirs has, and lists without those that only ours has, which go to `extra`; in our order."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        pairs = {k: common(v, theirs[k], extra) for k, v in ours.items() if k in theirs}
        return {k: pairs[k][0] if k in pairs else v for k, v in ours.items()}, {k: v[1] for k, v in pairs.items()}
    if isinstance(ours, list) and isinstance(theirs, list):
        there = {str(name_of(e)): e for e in theirs}
        extra += [str(name_of(e)) for e in ours if str(name_of(e)) not in there]
        pairs = [common(e, there[str(name_of(e))], extra) for e in ours if str(name_of(e)) in there]
        return [p[0] for p in pairs], [p[1] for p in pairs]
    return ours, theirs


def compare_texts(label, ours, theirs, subset):
    one, other = parsed(ours), parsed(theirs)
    if subset and one is not None and other is not None:
        extra = []
        one, other = common(one, other, extra)
        found = list(differences_of_values(one, other))
        return found + (['%s: names too many: %s' % (label, ' '.join(extra))] if extra else [])
    if subset:
        ours, theirs = (re.sub(' +', ' ', text).strip() for text in (ours, theirs))  # columns are as wide as their names
        there = {line.split(' ')[0]: line for line in theirs.splitlines()}
        theirs = '\n'.join(there[name] for name in (line.split(' ')[0] for line in ours.splitlines()) if name in there)
    if one is not None and other is not None and isinstance(one, (dict, list)):
        found = list(differences_of_values(one, other))
        if margins(ours) != margins(theirs):
            found.append('%s: spaces around the answer: ours %s, theirs %s' % (label, margins(ours), margins(theirs)))
        elif not found and ours.lstrip()[:1] in '{[' and len(skeleton(ours)) != len(skeleton(theirs)) and not isinstance(one, list):
            a, b = skeleton(ours).splitlines(), skeleton(theirs).splitlines()
            if len(a) == len(b):
                found.append('%s: layout of the JSON text' % label)
        return found
    a, b = masked_text(ours), masked_text(theirs)
    if label == 'stdout' and 'PG_STAT' in a:  # in the order of a hash table there
        a, b = ('\n'.join(sorted(figureless(text))) for text in (a, b))
    if a == b:
        return []
    if re.sub(r'\s+', ' ', re.sub(r'[\d.]+( ?[KMGT]i?B?| ?B)?|-{3,}', '0', a)) == \
            re.sub(r'\s+', ' ', re.sub(r'[\d.]+( ?[KMGT]i?B?| ?B)?|-{3,}', '0', b)):
        return ['~%s: only figures and spaces' % label]
    if '\0' in a or '\0' in b:
        return ['%s: binary, %d and %d bytes' % (label, len(a), len(b))]
    if max(a.count('\n'), b.count('\n')) > LONG:
        first = next((x for x in zip(a.splitlines(), b.splitlines()) if x[0] != x[1]), ('', ''))
        return ['%s: long texts, first +%s -%s' % (label, *first)]
    import difflib
    lines = list(difflib.unified_diff(b.splitlines(), a.splitlines(), 'theirs', 'ours', lineterm='', n=0))[2:]
    return ['%s: %s' % (label, x) for x in lines if not x.startswith('@@')]


def compare(ours, theirs, subset=False):
    """@param subset only what ours has is compared"""
    found = []
    if ours[0] != theirs[0]:
        found.append('exit code: ours %s, theirs %s' % (ours[0], theirs[0]))
    found += compare_texts('stdout', ours[1], theirs[1], subset)
    found += compare_texts('stderr', ours[2], theirs[2], False)
    return found


class Exceptions:
    """What may differ, and why: a reason per paragraph of the file, then lines `COMMAND :: DIFFERENCE`, two patterns.

    `COMMAND :: @subset` says that theirs may name more things than ours; those that ours names are compared.
    """

    def __init__(self, path):
        self.entries = []
        self.subsets = []
        reason = ''
        with open(path) as source:
            for line in source:
                line = line.rstrip('\n')
                if line.startswith('# '):
                    reason = line[2:] if not reason or any(e[0] == reason for e in self.entries + self.subsets) else reason + ' ' + line[2:]
                elif line.strip():
                    command, difference = line.split(' :: ')
                    if difference == '@subset':
                        self.subsets.append((reason, re.compile(command), None))
                    else:
                        self.entries.append((reason, re.compile(command), re.compile(difference)))
        self.used = {}

    def subset(self, command):
        for entry in self.subsets:
            if entry[1].fullmatch(command):
                self.used[entry] = self.used.get(entry, 0) + 1
                return entry[0]
        return None

    def reason(self, command, difference):
        for entry in self.entries:
            if entry[1].fullmatch(command) and entry[2].search(difference):
                self.used[entry] = self.used.get(entry, 0) + 1
                return entry[0]
        return None

    def unexplained(self, command, found):
        return [f for f in found if self.reason(command, f) is None]

    def report(self):
        by_reason = {}
        for entry, count in self.used.items():
            by_reason[entry[0]] = by_reason.get(entry[0], 0) + count
        for reason, count in by_reason.items():
            print('excepted, %d lines: %s' % (count, reason))


def wait_clean(clusters):
    deadline = time.time() + 60
    waiting = list(clusters)
    while waiting and time.time() < deadline:
        time.sleep(1)
        waiting = [c for c in waiting if not c.clean()]
    return ['still not clean after 60 s: ' + ('ours' if c is clusters[0] else 'theirs') for c in waiting]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--formats', default='plain,json,json-pretty,xml,xml-pretty')
    parser.add_argument('--figures', action='store_true', help='also list answers that differ in figures only')
    parser.add_argument('--lines', type=int, default=40, help='how many differences of an answer to print')
    parser.add_argument('--transcript', type=argparse.FileType('w'), help='where to write both answers in full')
    parser.add_argument('--again', type=argparse.FileType(), help='judge the answers of such a file, without any cluster')
    parser.add_argument('--reads', action='store_true', help='leave out the lines that change something')
    parser.add_argument('--exceptions', default=os.path.join(os.path.dirname(os.path.abspath(__file__)), 'exceptions.txt'))
    parser.add_argument('ours', nargs='?')
    parser.add_argument('theirs', nargs='?')
    parser.add_argument('commands', nargs='*')
    options = parser.parse_args()
    counts = {'compared': 0, 'equal': 0, 'figures': 0, 'excepted': 0, 'refused': 0, 'different': 0}
    exceptions = Exceptions(options.exceptions)
    if options.again:
        for line in options.again:
            judge(*json.loads(line), options, counts, exceptions)
        return report(counts, exceptions)
    clusters = [Cluster(options.ours), Cluster(options.theirs)]
    files = options.commands or [os.path.join(os.path.dirname(os.path.abspath(__file__)), 'commands.txt')]
    for file in files:
        with open(file) as source:
            for line in source:
                line = line.strip()
                if line and not line.startswith('#') and not (options.reads and line.startswith('!')):
                    step(line, clusters, options, counts, exceptions)
    for cluster in clusters:
        cluster.close()
    return report(counts, exceptions)


def report(counts, exceptions):
    exceptions.report()
    print('%(compared)d answers compared: %(equal)d equal, %(figures)d differ in figures only, %(excepted)d as excepted, '
          '%(different)d without a reason, %(refused)d are of commands that are not there' % counts)
    return 1 if counts['different'] or counts['refused'] else 0


def step(line, clusters, options, counts, exceptions):
    if line == '@clean':
        for text in wait_clean(clusters):
            print('@clean\n    ' + text)
            counts['different'] += 1
        return
    if line.startswith('@sleep'):
        time.sleep(float(line.split()[1]))
        return
    formats = options.formats.split(',')
    if line.startswith('!'):
        line, formats = line[1:].strip(), ['plain']
    line, _, text = line.partition('-i TEXT<<')
    args = shlex.split(line)
    with tempfile.NamedTemporaryFile('w') as input_file:
        if text:
            input_file.write(text.strip().replace('\\n', '\n'))
            input_file.flush()
            args += ['-i', input_file.name]
        for form in formats:
            full = args if form == 'plain' else ['-f', form] + args
            for cluster in clusters:
                cluster.send(full)
            ours, theirs = [cluster.receive() for cluster in clusters]
            if options.transcript:
                print(json.dumps([args, form, ours, theirs]), file=options.transcript, flush=True)
            judge(args, form, ours, theirs, options, counts, exceptions)


def judge(args, form, ours, theirs, options, counts, exceptions):
    """Counts two answers, and prints how they differ without a reason."""
    command = shlex.join(args if form == 'plain' else ['-f', form] + args)
    counts['compared'] += 1
    subset = exceptions.subset(shlex.join(args))
    found = compare(ours, theirs, subset is not None)
    if not found:
        counts['equal' if subset is None or ours[1] == theirs[1] else 'excepted'] += 1
    elif all(f.startswith('~') for f in found):
        counts['figures'] += 1
        if options.figures:
            print('ceph', command, found)
    elif not (found := exceptions.unexplained(shlex.join(args), [f for f in found if not f.startswith('~')])):
        counts['excepted'] += 1
    elif ours[0] == 22 and theirs[0] == 0 and ('no valid command found' in ours[2] or 'not supported' in ours[2]):
        counts['refused'] += 1
        print('ceph', command, '\n    refused')
    else:
        counts['different'] += 1
        print('ceph', command)
        for f in found[:options.lines]:
            print('    ' + f[:400])
    sys.stdout.flush()


if __name__ == '__main__':
    if len(sys.argv) == 3 and sys.argv[1] == '--worker':
        worker(sys.argv[2])
    sys.exit(main())
