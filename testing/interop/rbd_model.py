"""What rbd-exerciser compares with, and its second client."""
import collections
import ctypes
import os

import rbd


class Difference(Exception):
    """What the cluster holds is not what the model holds."""


class Model:
    """An image as it should be: its bytes, its snapshots' bytes, and where it came from."""

    def __init__(self, ioctx, name, content, features, order):
        self.ioctx = ioctx
        self.name = name
        self.content = bytearray(content)
        self.features = features
        self.order = order
        self.snaps = collections.OrderedDict()
        self.protected = set()
        self.parent = None
        self.flattened = False
        self.handle = None
        self.history = collections.deque(maxlen=40)

    def image(self):
        if self.handle is None:
            self.handle = rbd.Image(self.ioctx, self.name)
        return self.handle

    def close(self):
        if self.handle is not None:
            self.handle.close()
            self.handle = None

    def has(self, feature):
        return self.features & feature == feature


class OtherClient:
    """A second client with a connection of its own, through the C interface: it takes an image's lock over, and has the
    calls that the Python binding lacks."""

    def __init__(self):
        self.rados = ctypes.CDLL("librados.so.2")
        self.rbd = ctypes.CDLL("librbd.so.1")
        self.rbd.rbd_writesame.restype = self.rbd.rbd_compare_and_write.restype = ctypes.c_ssize_t
        self.cluster = ctypes.c_void_p()
        self.check(self.rados.rados_create(ctypes.byref(self.cluster), None))
        self.check(self.rados.rados_conf_read_file(self.cluster, None))
        self.check(self.rados.rados_conf_set(self.cluster, b"rbd_cache", b"false"))
        self.check(self.rados.rados_connect(self.cluster))

    @staticmethod
    def check(code):
        if code < 0:
            raise Difference("a call of the second client gave %d (%s)" % (code, os.strerror(-code)))
        return code

    def open(self, pool, namespace, name):
        io, image = ctypes.c_void_p(), ctypes.c_void_p()
        self.check(self.rados.rados_ioctx_create(self.cluster, pool.encode(), ctypes.byref(io)))
        self.rados.rados_ioctx_set_namespace(io, namespace.encode())
        self.check(self.rbd.rbd_open(io, name.encode(), ctypes.byref(image), None))
        return io, image

    def close(self, opened):
        self.check(self.rbd.rbd_close(opened[1]))
        self.rados.rados_ioctx_destroy(opened[0])

    def write_same(self, opened, offset, length, pattern):
        self.check(self.rbd.rbd_writesame(
            opened[1], ctypes.c_uint64(offset), ctypes.c_size_t(length), pattern, ctypes.c_size_t(len(pattern)), 0))

    def compare_and_write(self, opened, offset, expected, data):
        """None when it was written, else where the first difference is."""
        mismatch = ctypes.c_uint64(0)
        code = self.rbd.rbd_compare_and_write(
            opened[1], ctypes.c_uint64(offset), ctypes.c_size_t(len(data)), expected, data, ctypes.byref(mismatch), 0)
        if code == -84:  # EILSEQ
            return mismatch.value
        self.check(code)
        return None

    def shutdown(self):
        self.rados.rados_shutdown(self.cluster)
