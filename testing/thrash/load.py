"""A load whose every answer is checked against a model: objects through librados, an image through librbd."""
import hashlib
import random
import struct
import threading
import time

import rados
import rbd

HEAD = struct.Struct("<QQI")


def body(seed, version, size):
    """Content that only this version of this thing has."""
    block = hashlib.sha256(b"%d %d" % (seed, version)).digest()
    return (block * (size // len(block) + 1))[:size]


class Load:
    """What all loads share: an end, a list of what went wrong, waiting times."""

    def __init__(self, cluster, pool, seed):
        self.ioctx = cluster.open_ioctx(pool)
        self.random = random.Random(seed)
        self.seed = seed
        self.stopping = False
        self.wrong = []
        self.count = 0
        self.longest = (0.0, 0.0, "")
        self.busy_since = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        try:
            while not self.stopping:
                self.step()
        except Exception as error:  # noqa: a failure of any kind is what we look for
            self.wrong.append("%s: %s %s" % (self, type(error).__name__, error))

    def timed(self, what, function, *arguments, **more):
        begin = self.busy_since = time.monotonic()
        result = function(*arguments, **more)
        self.busy_since = None
        wait = time.monotonic() - begin
        if wait > self.longest[0]:
            self.longest = (wait, begin, what)
        self.count += 1
        return result

    def fail(self, text):
        self.wrong.append("%s: %s" % (self, text))


class Objects(Load):
    """Writes versions of a few objects, several at a time in order, each with data, an attribute and an omap key that
    must always agree, and reads them back at any time: what is read is never older than what was acknowledged, never
    newer than what was sent."""

    def __init__(self, cluster, pool, seed, objects=6):
        super().__init__(cluster, pool, seed)
        self.names = ["thrash-%d-%d" % (seed, i) for i in range(objects)]
        self.sent = dict.fromkeys(self.names, 0)
        self.acked = dict.fromkeys(self.names, 0)
        self.seen = dict.fromkeys(self.names, 0)
        self.lock = threading.Lock()
        self.under_way = threading.Semaphore(8)
        self.reader = threading.Thread(target=self._read, daemon=True)

    def __str__(self):
        return "objects %d" % self.seed

    def content(self, name, version):
        key = self.seed * 1000 + self.names.index(name)
        size = 100 + hashlib.sha256(b"%d %d" % (key, version)).digest()[0] * (1000 if version % 7 == 0 else 16)
        return HEAD.pack(key, version, size) + body(key, version, size)

    def start(self):
        self.thread.start()
        self.reader.start()

    def step(self):
        name = self.random.choice(self.names)
        for _ in range(self.random.randint(1, 4)):
            self.write(name)
        if self.random.random() < 0.3:
            time.sleep(self.random.random() * 0.05)

    def write(self, name):
        begin = self.busy_since = time.monotonic()
        self.under_way.acquire()
        self.busy_since = None
        with self.lock:
            self.sent[name] += 1
            version = self.sent[name]
        data = self.content(name, version)
        op = self.ioctx.create_write_op()
        op.write_full(data)
        op.set_xattr("version", b"%d" % version)
        self.ioctx.set_omap(op, ("version",), (b"%d" % version,))

        def done(completion):
            code = completion.get_return_value()
            wait = time.monotonic() - begin
            with self.lock:
                if code < 0:
                    self.fail("write of %s version %d: %d" % (name, version, code))
                elif version != self.acked[name] + 1:
                    self.fail("%s: version %d acknowledged after %d" % (name, version, self.acked[name]))
                self.acked[name] = max(self.acked[name], version)
                self.count += 1
                if wait > self.longest[0]:
                    self.longest = (wait, begin, "write " + name)
            self.ioctx.release_write_op(op)
            self.under_way.release()

        self.ioctx.operate_aio_write_op(op, name, oncomplete=done)

    def _read(self):
        order = random.Random(self.seed + 1)
        try:
            while not self.stopping:
                self.check(order.choice(self.names))
                time.sleep(0.01)
        except Exception as error:  # noqa
            self.fail("reader: %s %s" % (type(error).__name__, error))

    def check(self, name):
        with self.lock:
            low = max(self.acked[name], self.seen[name])
        if low == 0:
            return
        op = self.ioctx.create_read_op()
        iterator, _ = self.ioctx.get_omap_vals_by_keys(op, ("version",))
        begin = time.monotonic()
        self.ioctx.operate_read_op(op, name)
        omap = dict(iterator)
        self.ioctx.release_read_op(op)
        data = self.ioctx.read(name, length=400000)
        wait = time.monotonic() - begin
        with self.lock:
            high = self.sent[name]
        _, version, size = HEAD.unpack_from(data)
        if wait > self.longest[0]:
            self.longest = (wait, begin, "read " + name)
        if data != self.content(name, version):
            self.fail("%s: content of version %d is not what was written (%d bytes)" % (name, version, len(data)))
        omapped = int(omap["version"])
        if not low <= omapped <= version <= high:
            self.fail("%s: read omap %d, then data %d; acknowledged or seen before %d, sent %d"
                      % (name, omapped, version, low, high))
        with self.lock:
            self.seen[name] = max(self.seen[name], version)
            self.count += 1

    def finish(self, seconds):
        self.stopping = True
        end = time.monotonic() + seconds
        for thread in (self.thread, self.reader):
            thread.join(max(0.1, end - time.monotonic()))
            if thread.is_alive():
                self.fail("still waits")
        while time.monotonic() < end and any(self.sent[n] != self.acked[n] for n in self.names):
            time.sleep(0.1)
        for name in self.names:
            if self.sent[name] != self.acked[name]:
                self.fail("%s: sent %d, acknowledged %d" % (name, self.sent[name], self.acked[name]))

    def verify(self, where):
        """Nothing is under way: each object is exactly its last version."""
        for name in self.names:
            version = self.acked[name]
            if version == 0:
                continue
            data = self.ioctx.read(name, length=400000)
            if data != self.content(name, version):
                self.fail("%s: %s is version %d, not %d" % (where, name, HEAD.unpack_from(data)[1], version))
            if int(self.ioctx.get_xattr(name, "version")) != version:
                self.fail("%s: %s has attribute %s, not %d" % (where, name, self.ioctx.get_xattr(name, "version"), version))


class Image(Load):
    """Random writes, discards, reads, snapshots of an image beside the same on a byte array."""
    BLOCK = 4096
    SIZE = 32 << 20

    def __init__(self, cluster, pool, seed):
        super().__init__(cluster, pool, seed)
        self.name = "thrash-%d" % seed
        rbd.RBD().create(self.ioctx, self.name, self.SIZE, old_format=False, features=61)
        self.image = rbd.Image(self.ioctx, self.name)
        self.model = bytearray(self.SIZE)
        self.snapshots = {}
        self.version = 0

    def __str__(self):
        return "image %s" % self.name

    def start(self):
        self.thread.start()

    def extent(self):
        blocks = self.SIZE // self.BLOCK
        count = self.random.choice((1, 1, 1, 2, 16, 64))
        at = self.random.randrange(blocks - count)
        return at * self.BLOCK, count * self.BLOCK

    def step(self):
        at, size = self.extent()
        dice = self.random.random()
        if dice < 0.5:
            self.version += 1
            data = body(self.seed, self.version, size)
            self.timed("image write", self.image.write, data, at)
            self.model[at:at + size] = data
        elif dice < 0.93:
            data = self.timed("image read", self.image.read, at, size)
            if data != self.model[at:at + size]:
                self.fail("read %d+%d is not what was written" % (at, size))
        elif dice < 0.95:
            self.timed("image discard", self.image.discard, at, size)
            self.model[at:at + size] = bytes(size)
        elif dice < 0.97:
            self.timed("image flush", self.image.flush)
        elif dice < 0.98 and len(self.snapshots) < 3:
            name = "s%d" % self.version
            if name not in self.snapshots:
                self.timed("snapshot", self.image.create_snap, name)
                self.snapshots[name] = bytes(self.model)
        elif dice < 0.985 and self.snapshots:
            name = self.random.choice(sorted(self.snapshots))
            self.verify_snapshot(name)
            self.timed("remove snapshot", self.image.remove_snap, name)
            del self.snapshots[name]
        time.sleep(0.002)

    def verify_snapshot(self, name):
        with rbd.Image(self.ioctx, self.name, snapshot=name, read_only=True) as old:
            self.compare(old, self.snapshots[name], "snapshot " + name)

    def compare(self, image, model, where):
        step = 4 << 20
        for at in range(0, self.SIZE, step):
            if image.read(at, step) != model[at:at + step]:
                self.fail("%s: bytes %d to %d differ" % (where, at, at + step))

    def finish(self, seconds):
        self.stopping = True
        self.thread.join(seconds)
        if self.thread.is_alive():
            self.fail("still waits")

    def verify(self, where):
        if self.thread.is_alive():
            return
        self.image.flush()
        self.image.invalidate_cache()
        self.compare(self.image, self.model, where)
        for name in sorted(self.snapshots):
            self.verify_snapshot(name)

    def close(self):
        self.image.close()
