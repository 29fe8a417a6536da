#!/usr/bin/python3
"""Asks a real Ceph what the methods of object classes answer, for ClassesGoldenTest.

    CEPH_CONF=... record.py POOL [scenario...]

Each scenario is a series of calls on one object. What is written down: result and output of each call, and the
object at the end. What differs from run to run (times, random names) is masked with '?'.
"""
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import rados

import scenarios

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, '..', 'resources', 'golden')
UUID = re.compile(rb'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')


class Recorder:
    def __init__(self, cluster, ioctx, pool, name):
        self.cluster, self.ioctx, self.pool = cluster, ioctx, pool
        self.name = 'golden-' + name
        self.lines = []
        self.given = b''
        self.start = int(time.time())
        self.watch_handle = None
        self.remove()

    def remove(self):
        try:
            self.ioctx.remove_object(self.name)
        except rados.ObjectNotFound:
            pass

    def another(self, name):
        return Recorder(self.cluster, self.ioctx, self.pool, self.name[7:] + '-' + name)

    def fresh(self):
        self.remove()
        self.lines.append('fresh')

    def mask(self, data, tail=0):
        hidden = [False] * len(data)
        now = int(time.time())
        for i in range(len(data) - 7):
            seconds = int.from_bytes(data[i:i + 4], 'little')
            if self.start - 2 <= seconds <= now + 1002 and int.from_bytes(data[i + 4:i + 8], 'little') < 10**9:
                hidden[i:i + 8] = [True] * 8
        for found in UUID.finditer(data):
            if found.group() not in self.given:
                hidden[found.start():found.end()] = [True] * len(found.group())
        if tail:
            hidden[-tail:] = [True] * tail
        return ''.join('??' if h else '%02x' % b for b, h in zip(data, hidden)) or '-'

    def call(self, cls, method, data=b'', tail=0):
        """tail: how many bytes at the output's end are random"""
        self.given += data
        try:
            _, out = self.ioctx.execute(self.name, cls, method, data, 1 << 20)
            code = 0
        except rados.Error as e:
            out, code = b'', -abs(e.errno)
        self.lines.append('call %s %s %s %d %s' % (cls, method, data.hex() or '-', code, self.mask(out, tail)))
        return code, out

    def write(self, data):
        self.given += data
        self.ioctx.write_full(self.name, data)
        self.lines.append('write %s' % (data.hex() or '-'))

    def xattr(self, name, value):
        self.ioctx.set_xattr(self.name, name, value)
        self.lines.append('xattr %s %s' % (name, value.hex() or '-'))

    def omap(self, key, value):
        with rados.WriteOpCtx() as op:
            self.ioctx.set_omap(op, (key,), (value,))
            self.ioctx.operate_write_op(op, self.name)
        self.lines.append('omap %s %s' % (key.encode().hex(), value.hex() or '-'))

    def watch(self):
        self.watch_handle = self.ioctx.watch(self.name, lambda *a: None)
        self.lines.append('watch')

    def unwatch(self):
        self.watch_handle.close()
        self.watch_handle = None
        self.lines.append('unwatch')

    def sleep(self, seconds):
        time.sleep(seconds)
        self.lines.append('sleep %d' % seconds)

    def state(self, tail=0, header=False, omap=True):
        try:
            size, _ = self.ioctx.stat(self.name)
        except rados.ObjectNotFound:
            self.lines.append('state missing')
            return
        self.lines.append('state data %s' % self.mask(self.ioctx.read(self.name, size + 1)))
        for key, value in sorted(self.ioctx.get_xattrs(self.name)):
            self.lines.append('state xattr %s %s' % (key, self.mask(value, tail)))
        if not omap:  # the Python binding cannot show binary keys
            self.lines.append('state omap not shown')
            return
        with rados.ReadOpCtx() as op:
            values, _ = self.ioctx.get_omap_vals(op, '', '', 100000)
            self.ioctx.operate_read_op(op, self.name)
            for key, value in list(values):
                self.lines.append('state omap %s %s' % (self.mask(key.encode()), self.mask(value or b'')))
        if header:
            self.lines.append('state header %s' % self.mask(self.header()))

    def header(self):
        file = '/tmp/%s-header' % self.name
        subprocess.run(['rados', '-p', self.pool, 'getomapheader', self.name, file], check=True, capture_output=True)
        with open(file, 'rb') as f:
            data = f.read()
        os.remove(file)
        return data


def main():
    pool, wanted = sys.argv[1], sys.argv[2:]
    cluster = rados.Rados(conffile=os.environ['CEPH_CONF'])
    cluster.connect()
    ioctx = cluster.open_ioctx(pool)
    caller = 'caller client.%d %s' % (cluster.get_instance_id(), cluster.get_addrs())
    def record(name):
        scenario = scenarios.ALL[name]
        recorder = Recorder(cluster, ioctx, pool, name)
        scenario(recorder)
        if recorder.watch_handle:
            recorder.unwatch()
        recorder.remove()
        with open(os.path.join(TARGET, name + '.txt'), 'w') as f:
            f.write('\n'.join([caller] + recorder.lines) + '\n')
        print(name, sum(line.startswith('call ') for line in recorder.lines), flush=True)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(record, wanted or [name for name in scenarios.ALL if 'every-method' not in name and '-20-' not in name]))
    ioctx.close()
    cluster.shutdown()


main()
