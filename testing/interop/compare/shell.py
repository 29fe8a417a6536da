#!/usr/bin/env python3
"""Runs the same lines of shell on two clusters at the same time and prints where what they print, or their exit codes, differ.

    shell.py [-v] OURS/ceph.conf THEIRS/ceph.conf FILE...

FILEs hold a command line each, such as rbd-verbs.txt and rbd-tasks.txt beside this script; THEIRS is a real Ceph. Ids, times,
addresses, keys and rates are masked, lines on standard error are compared in any order. -v prints also what was equal.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

SECONDS = 90
MASKS = [
    (r'"sequence": \d+', '"sequence": N'),
    (r'"image_id": "[0-9a-f]+"', '"image_id": ID'),
    (r'"(pool_id|pool)": ?"?\d+"?', '"pool": N'),
    (r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'UUID'),
    (r'\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?([+-]\d{4})?', 'TIME'),
    (r'(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d \d{4}', 'DATE'),
    (r'TIME [0-9a-f]{10,16} ', 'TIME THREAD '),
    (r'127\.0\.0\.1:\d+/\d+ *', 'ADDR '),
    (r'127\.0\.0\.1:\d+', 'ADDR'),
    (r'Address +', 'Address'),
    (r'\bclient\.\d+', 'client.N'),
    (r'cookie[= ]\d+', 'cookie=N'),
    (r'\bauto \d+', 'auto N'),
    (r'0x[0-9a-f]{6,}', 'POINTER'),
    (r'rbd_data\.\d+\.', 'rbd_data.N.'),
    (r'\b[0-9a-f]{10,32}\b', 'ID'),
    (r'[A-Za-z0-9+/]{38}==', 'KEY'),
    (r'\beyJ[A-Za-z0-9+/=]+', 'TOKEN'),
    (r'/tmp/\S+', 'PATH'),
    (r'\b\d+\.\d+ (KiB|MiB|GiB|B)?/s', 'RATE'),
    (r'\.group\.[0-9a-f]+_\w+', '.group.ID'),
    (r' {2,}', '  '),  # columns are as wide as what was masked
]


def mask(text):
    for pattern, word in MASKS:
        text = re.sub(pattern, word, text)
    return re.sub(r'[^\r\n]*\r', '', text)


def lines_of(errors):
    """Two threads of a client write to standard error: a log line may stand in the middle of another line."""
    rest = re.sub(r'TIME THREAD [^\n]*\n', '', errors)
    logged = re.findall(r'TIME THREAD [^\n]*', errors)
    return sorted(line for line in logged if 'AdminSocket' not in line) + ' '.join(rest.split()).split('. ')


def run(conf, line, folder):
    environment = dict(os.environ, CEPH_CONF=conf)
    environment.pop('CEPH_ARGS', None)
    try:
        done = subprocess.run(['bash', '-c', line], env=environment, cwd=folder, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return 'timeout', '', []
    out, errors = (text.decode('utf-8', 'replace') for text in (done.stdout, done.stderr))
    return done.returncode, mask(out), lines_of(mask(errors))


def main(arguments):
    verbose = arguments[:1] == ['-v']
    ours, theirs, *files = arguments[verbose:]
    for conf in (ours, theirs):
        subprocess.run(['ceph', '-c', conf, '--connect-timeout', '30', 'health'], check=True, stdout=subprocess.DEVNULL)
    equal = different = 0
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b, \
            concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name in files:
            with open(name) as file:
                lines = [line.rstrip('\n') for line in file if line.strip() and not line.startswith('#')]
            for line in lines:
                results = list(pool.map(run, (ours, theirs), (line, line), (a, b)))
                if results[0] == results[1]:
                    equal += 1
                    if verbose:
                        print('=', line, *results[0], sep='\n', flush=True)
                    continue
                different += 1
                print('!', line)
                for who, (code, out, errors) in zip(('ours', 'theirs'), results):
                    print('  %s: exit %s\n%s' % (who, code, '\n'.join('    ' + x for x in out.splitlines() + errors)), flush=True)
    print(equal, 'equal,', different, 'different')
    return 1 if different else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
