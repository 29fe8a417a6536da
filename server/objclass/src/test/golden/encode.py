"""Ceph's encodings, as far as arguments of object classes need them."""
import struct


def u8(v): return struct.pack('<B', v)
def u16(v): return struct.pack('<H', v)
def u32(v): return struct.pack('<I', v & 0xffffffff)
def u64(v): return struct.pack('<Q', v & 0xffffffffffffffff)
def flag(v): return u8(1 if v else 0)


def s(v):
    v = v.encode() if isinstance(v, str) else v
    return u32(len(v)) + v


def ver(version, compat, *body):
    body = b''.join(body)
    return u8(version) + u8(compat) + u32(len(body)) + body


def lst(*items): return u32(len(items)) + b''.join(items)
def mp(*pairs): return u32(len(pairs)) + b''.join(k + v for k, v in pairs)
def utime(sec, nsec=0): return u32(sec) + u32(nsec)
def some(v): return u8(1) + v


none = u8(0)
HEAD = 0xfffffffffffffffe
