from encode import *


def garbage(r, cls, methods):
    for method in methods.split():
        r.call(cls, method)
        r.call(cls, method, b'\xff')
        r.call(cls, method, b'\xff' * 40)


# --- lock

def lock(name, kind, cookie, tag='', description='', seconds=0, flags=0):
    return ver(1, 1, s(name), u8(kind), s(cookie), s(tag), s(description), utime(seconds), u8(flags))


def claim(name, kind, cookie, tag, *more):
    return ver(1, 1, s(name), u8(kind), s(cookie), s(tag), *more)


def named(*strings): return ver(1, 1, *[s(x) for x in strings])
def other(name, number, cookie): return ver(1, 1, s(name), u8(8), u64(number), s(cookie))


LOCK = 'lock unlock break_lock get_info list_locks assert_locked set_cookie'


def do_lock(r):
    call = lambda method, data=b'': r.call('lock', method, data)
    garbage(r, 'lock', LOCK)
    call('get_info', named('l'))
    call('unlock', named('l', 'a'))
    call('assert_locked', claim('l', 1, 'a', 't'))
    call('lock', lock('', 1, 'a'))
    call('lock', lock('l', 0, 'a'))
    call('lock', lock('l', 9, 'a'))
    call('lock', lock('l', 1, 'a', 't', 'why', flags=3))
    call('lock', lock('l', 1, 'a', 't', 'why', flags=2))
    call('lock', lock('l', 1, 'a', 't', 'why'))
    call('get_info', named('l'))
    call('lock', lock('l', 1, 'a', 't', 'why'))
    call('lock', lock('l', 1, 'a', 't', 'again', flags=1))
    call('lock', lock('l', 1, 'a', 't', 'again', flags=2))
    call('lock', lock('l', 1, 'a', 'u', 'again', flags=1))
    call('lock', lock('l', 1, 'b', 't'))
    call('lock', lock('l', 2, 'b', 't'))
    call('lock', lock('l', 2, 'a', 't', flags=1))
    call('get_info', named('l'))
    call('lock', lock('l', 2, 'b', 't', flags=0))
    call('lock', lock('l', 2, 'c', 't', 'timed', 1000))
    call('get_info', named('l'))
    call('assert_locked', claim('l', 2, 'b', 't'))
    call('assert_locked', claim('l', 1, 'b', 't'))
    call('assert_locked', claim('l', 2, 'b', 'x'))
    call('assert_locked', claim('l', 2, 'x', 't'))
    call('assert_locked', claim('', 2, 'x', 't'))
    call('assert_locked', claim('l', 0, 'x', 't'))
    call('set_cookie', claim('l', 2, 'b', 't', s('c')))
    call('set_cookie', claim('l', 2, 'b', 't', s('b')))
    call('set_cookie', claim('l', 2, 'b', 't', s('d')))
    call('set_cookie', claim('l', 2, 'b', 't', s('e')))
    call('set_cookie', claim('l', 1, 'd', 't', s('e')))
    call('set_cookie', claim('l', 2, 'd', 'x', s('e')))
    call('set_cookie', claim('nosuch', 2, 'd', 'x', s('e')))
    call('get_info', named('l'))
    call('get_info', named('nosuch'))
    call('unlock', named('l', 'x'))
    call('unlock', named('nosuch', 'x'))
    call('break_lock', other('l', 1, 'a'))
    call('unlock', named('l', 'c'))
    call('lock', lock('m', 1, '', '', ''))
    call('list_locks')
    r.state()
    call('unlock', named('l', 'a'))
    call('unlock', named('l', 'd'))
    call('get_info', named('l'))
    call('unlock', named('l', 'd'))
    call('lock', lock('l', 1, 'a', 'new tag'))
    call('list_locks')
    r.state()


def do_lock_expires(r):
    call = lambda method, data=b'': r.call('lock', method, data)
    call('lock', lock('l', 1, 'a', 't', 'why', 1))
    call('get_info', named('l'))
    r.sleep(2)
    call('get_info', named('l'))
    call('assert_locked', claim('l', 1, 'a', 't'))
    call('unlock', named('l', 'a'))
    call('lock', lock('l', 2, 'b', 'u'))
    call('get_info', named('l'))
    r.state()


def do_lock_ephemeral(r):
    call = lambda method, data=b'': r.call('lock', method, data)
    call('lock', lock('l', 3, 'a', 't'))
    call('lock', lock('l', 3, 'b', 't'))
    call('get_info', named('l'))
    call('assert_locked', claim('l', 3, 'a', 't'))
    call('unlock', named('l', 'b'))
    call('unlock', named('l', 'a'))
    r.state()
    call('lock', lock('l', 3, 'a', 't'))
    call('lock', lock('other', 1, 'a', 't'))
    call('unlock', named('l', 'a'))
    r.state()


# --- refcount

def ref(tag, implicit): return ver(1, 1, s(tag), flag(implicit))


def do_refcount(r):
    call = lambda method, data=b'': r.call('refcount', method, data)
    garbage(r, 'refcount', 'get put set read')
    call('put', ref('a', False))
    call('put', ref('a', True))
    call('read', ver(1, 1, flag(True)))
    call('get', ref('a', False))
    call('read', ver(1, 1, flag(False)))
    call('get', ref('b', False))
    call('get', ref('b', False))
    call('put', ref('c', False))
    call('put', ref('c', True))
    call('put', ref('a', False))
    call('read', ver(1, 1, flag(False)))
    call('put', ref('a', False))
    call('get', ref('a', False))
    r.state()
    call('put', ref('b', False))
    call('put', ref('a', False))
    r.state()


def do_refcount_implicit(r):
    call = lambda method, data=b'': r.call('refcount', method, data)
    r.write(b'content')
    call('read', ver(1, 1, flag(False)))
    call('read', ver(1, 1, flag(True)))
    call('get', ref('a', True))
    call('read', ver(1, 1, flag(True)))
    r.state()
    call('put', ref('b', True))
    call('put', ref('c', True))
    call('read', ver(1, 1, flag(True)))
    r.state()
    call('set', ver(1, 1, lst(s('x'), s('y'))))
    call('read', ver(1, 1, flag(True)))
    r.state()
    call('put', ref('x', True))
    call('put', ref('x', True))
    call('set', ver(1, 1, lst()))
    r.state()


# --- version

def obj_version(v, tag): return ver(1, 1, u64(v), s(tag))
def cond(v, tag, kind): return ver(1, 1, obj_version(v, tag), u32(kind))
def change(*conds): return ver(1, 1, obj_version(0, ''), lst(*conds))


def do_version(r):
    call = lambda method, data=b'': r.call('version', method, data)
    garbage(r, 'version', 'set inc inc_conds read check_conds')
    call('read')
    call('check_conds', change())
    call('set', ver(1, 1, obj_version(7, 'tag')))
    call('read')
    call('inc', change())
    call('read')
    for kind in range(10):
        for v, tag in ((7, 'tag'), (8, 'tag'), (9, 'tag'), (8, 'other')):
            call('check_conds', change(cond(v, tag, kind)))
    call('inc_conds', change(cond(8, 'tag', 1)))
    call('inc_conds', change(cond(8, 'tag', 1)))
    call('read')
    call('check_conds', change(cond(9, 'tag', 1), cond(10, 'tag', 1)))
    r.state()


def do_version_from_nothing(r):
    call = lambda method, data=b'', tail=0: r.call('version', method, data, tail)
    call('inc', change())
    call('read', tail=24)
    r.state(tail=24)
    r.write(b'x')
    call('inc', change())
    call('read', tail=24)


def do_version_absent(r):
    r.write(b'x')
    r.call('version', 'read')
    r.call('version', 'check_conds', change(cond(0, '', 1)))
    r.call('version', 'check_conds', change(cond(1, '', 1)))
    r.call('version', 'inc_conds', change(cond(0, '', 1)))
    r.call('version', 'inc_conds', change(cond(1, '', 3)))
    r.call('version', 'read', tail=24)


# --- numops

def do_numops(r):
    call = lambda method, key, value: r.call('numops', method, s(key) + s(value))
    garbage(r, 'numops', 'add mul')
    for key, value in (('a', '1'), ('a', '2.5'), ('a', '-0.25'), ('a', 'x'), ('a', ''), ('a', ' 3'), ('a', '3 '),
                       ('big', '1e15'), ('big', '1'), ('small', '0.0001'), ('tiny', '0.00001234'), ('b', '0x10'),
                       ('c', '12345678901'), ('d', '0.1'), ('d', '0.2'), ('n', 'nan'), ('i', 'inf'), ('e', '1e400'),
                       ('f', '3abc'), ('ten', '1234567890'), ('eleven', '12345678904'), ('neg', '-5')):
        call('add', key, value)
    for key, value in (('a', '3'), ('big', '1000'), ('small', '0.001'), ('d', '-2'), ('none', '5'), ('ten', '10'),
                       ('a', '0'), ('neg', '-0'), ('neg', 'x')):
        call('mul', key, value)
    r.omap('text', b'hello')
    r.omap('empty', b'')
    r.omap('number', b'41')
    call('add', 'text', '1')
    call('add', 'empty', '1')
    call('add', 'number', '1')
    r.state()


# --- log

def entry(section, name, time, data, id=''):
    return ver(2, 1, s(section), s(name), time, s(data), s(id))


def add(*entries, monotonic=True): return ver(2, 1, lst(*entries), flag(monotonic))
def listing(start, marker, end, max): return ver(1, 1, start, s(marker), end, u32(max))
def trim(start, end, a='', b=''): return ver(2, 1, start, end, s(a), s(b))


def do_log(r):
    call = lambda method, data=b'': r.call('log', method, data)
    garbage(r, 'log', 'add list trim info')
    call('info', ver(1, 1))
    call('list', listing(utime(0), '', utime(0), 0))
    call('trim', trim(utime(0), utime(100)))
    call('add', add(entry('sec', 'one', utime(10, 5000), 'data 1', '1_0000000010.000005_x')))
    call('info', ver(1, 1))
    call('add', add(*[entry('sec', 'n%d' % i, utime(20 + i, 123456789), 'd', '1_%010d.123456_y' % (20 + i))
                      for i in range(5)]))
    call('add', add(entry('sec', 'past', utime(5), '', '1_0000000005.000000_z'), monotonic=False))
    call('add', add(entry('sec', 'past2', utime(6), '', '1_0000000006.000000_z')))
    call('info', ver(1, 1))
    call('list', listing(utime(0), '', utime(0), 0))
    call('list', listing(utime(0), '', utime(0), 3))
    call('list', listing(utime(0), '1_0000000010.000005_x', utime(0), 3))
    call('list', listing(utime(6), '', utime(22), 100))
    call('list', listing(utime(6), '', utime(22, 123456789), 100))
    call('list', listing(utime(6), '', utime(22, 123457000), 2))
    call('list', listing(utime(6), '', utime(3), 100))
    call('list', listing(utime(100), '', utime(0), 100))
    call('list', listing(utime(0), '', utime(0), -1))
    r.state(header=True)
    call('trim', trim(utime(0), utime(6)))
    call('trim', trim(utime(0), utime(6)))
    call('list', listing(utime(0), '', utime(0), 0))
    call('trim', trim(utime(0), utime(0), '', '1_0000000020.123456_y'))
    call('trim', trim(utime(0), utime(0), '1_0000000021.123456_y', '1_0000000022.123456_y'))
    call('list', listing(utime(0), '', utime(0), 0))
    call('trim', trim(utime(0), utime(1000)))
    call('trim', trim(utime(0), utime(1000)))
    call('info', ver(1, 1))
    r.state(header=True)


# --- user

def bucket(name, placement='', id='id'):
    if placement:
        return ver(9, 8, s(name), s('marker'), s(id), s(placement))
    return ver(7, 3, s(name), s('data'), s('marker'), s(id), s('index'), s('extra'))


def bucket_entry(b, size, count, rounded, synced=False, created=77):
    return ver(9, 5, s(''), u64(size), u32(created), u64(count), b, u64(rounded), flag(synced), utime(created, 5))


def do_user(r):
    call = lambda method, data=b'': r.call('user', method, data)
    garbage(r, 'user', 'set_buckets_info complete_stats_sync remove_bucket list_buckets get_header '
                       'reset_user_stats reset_user_stats2')
    set_buckets = lambda add, time, *e: call('set_buckets_info', ver(1, 1, lst(*e), flag(add), utime(time, 9)))
    buckets = lambda marker, max, end='': call('list_buckets', ver(2, 1, s(marker), u32(max), s(end)))
    header = lambda: call('get_header', ver(1, 1))
    header()
    buckets('', 10)
    set_buckets(False, 50, bucket_entry(bucket('one'), 100, 3, 4096))
    header()
    set_buckets(True, 60, bucket_entry(bucket('one'), 100, 3, 4096), bucket_entry(bucket('two', 'place'), 7, 1, 4096))
    header()
    buckets('', 10)
    set_buckets(False, 55, bucket_entry(bucket('one'), 200, 6, 8192))
    set_buckets(True, 70, bucket_entry(bucket('one', '', 'newid'), 1, 1, 1, created=99))
    set_buckets(True, 70, bucket_entry(bucket('three'), 1, 1, 1, synced=True))
    set_buckets(True, 70, bucket_entry(bucket(''), 1, 1, 1))
    header()
    buckets('', 10)
    buckets('', 1)
    buckets('one', 1)
    buckets('', 0)
    buckets('', 10, 'three')
    buckets('', 10, 'thr')
    call('list_buckets', ver(1, 1, s(''), u32(10)))
    r.state(header=True)
    call('complete_stats_sync', ver(1, 1, utime(80)))
    call('complete_stats_sync', ver(1, 1, utime(40)))
    header()
    call('remove_bucket', ver(1, 1, bucket('one')))
    call('remove_bucket', ver(1, 1, bucket('one')))
    call('remove_bucket', ver(1, 1, bucket('')))
    header()
    call('reset_user_stats', ver(1, 1, utime(90)))
    header()
    call('reset_user_stats2', ver(1, 1, utime(95), s(''), ver(1, 1, u64(1), u64(2), u64(3))))
    header()
    call('reset_user_stats2', ver(1, 1, utime(96), s('three'), ver(1, 1, u64(1), u64(2), u64(3))))
    header()
    r.state(header=True)


# --- cas

def hobject(name, key='', snap=HEAD, hash=0x1234, pool=3, ns=''):
    return ver(4, 3, s(key), s(name), u64(snap), u32(hash), flag(False), s(ns), u64(pool))


def do_cas(r):
    call = lambda method, data=b'': r.call('cas', method, data)
    create = lambda source, data, flags=0: call('chunk_create_or_get_ref', ver(1, 1, source, u64(flags), s(data)))
    get = lambda source: call('chunk_get_ref', ver(1, 1, source))
    put = lambda source: call('chunk_put_ref', ver(1, 1, source))
    garbage(r, 'cas', 'chunk_create_or_get_ref chunk_get_ref chunk_put_ref references_chunk')
    get(hobject('a'))
    put(hobject('a'))
    call('references_chunk', s('x'))
    create(hobject('a'), 'chunk')
    call('references_chunk', s('x'))
    create(hobject('a'), 'chunk', 1)
    create(hobject('b', hash=0x80000000), 'other', 1)
    create(hobject('b', hash=0x80000000), 'other')
    get(hobject('c', hash=1, pool=2, ns='n', key='k'))
    get(hobject('c', hash=1, pool=2, snap=5))
    put(hobject('d'))
    r.state()
    put(hobject('a'))
    put(hobject('a'))
    put(hobject('a'))
    put(hobject('b', hash=0x80000000))
    put(hobject('c', hash=1, pool=2, ns='n', key='k'))
    r.state()
    put(hobject('c', hash=1, pool=2, snap=5))
    r.state()


def do_cas_plain(r):
    r.write(b'content')
    r.call('cas', 'chunk_put_ref', ver(1, 1, hobject('a')))
    r.call('cas', 'chunk_get_ref', ver(1, 1, hobject('a')))
    r.state()


# --- journal

def positions(*p): return ver(1, 1, lst(*[ver(1, 1, u64(a), u64(b), u64(c)) for a, b, c in p]))


NEW = 0xffffffffffffffff


def do_journal(r):
    call = lambda method, data=b'': r.call('journal', method, data)
    methods = ('create get_order get_splay_width get_pool_id get_minimum_set set_minimum_set get_active_set '
               'set_active_set get_client client_register client_update_data client_update_state client_unregister '
               'client_commit client_list get_next_tag_tid get_tag tag_create tag_list')
    garbage(r, 'journal', methods)
    call('client_register', s('c') + s('data'))
    call('tag_create', u64(0) + u64(NEW) + s('x'))
    call('create', u8(22) + u8(4) + u64(NEW))
    r.state()
    call('create', u8(22) + u8(4) + u64(NEW))
    for get in 'get_order get_splay_width get_pool_id get_minimum_set get_active_set get_next_tag_tid'.split():
        call(get)
    for v in (5, 5, 4):
        call('set_active_set', u64(v))
    for v in (6, 3, 3, 2):
        call('set_minimum_set', u64(v))
    call('set_active_set', u64(2))
    call('get_minimum_set')
    call('client_list', s('') + u64(10))
    call('client_register', s('c') + s('data'))
    call('client_register', s('c') + s('data'))
    call('client_register', s('') + s('local'))
    call('get_client', s('c'))
    call('get_client', s('nosuch'))
    call('client_update_data', s('c') + s('new'))
    call('client_update_data', s('nosuch') + s('new'))
    call('client_update_state', s('c') + u8(1))
    call('client_update_state', s('c') + u8(7))
    call('client_update_state', s('nosuch') + u8(1))
    call('client_commit', s('nosuch') + positions((1, 2, 3)))
    call('client_commit', s('c') + positions(*[(i, 0, i) for i in range(5)]))
    call('client_commit', s('c') + positions((1, 0, 3), (0, 0, 2)))
    call('client_commit', s('c') + positions((1, 0, 3), (0, 0, 2)))
    call('client_register', s('d') + s(''))
    call('client_list', s('') + u64(10))
    call('client_list', s('') + u64(1))
    call('client_list', s('') + u64(0))
    call('client_list', s('c') + u64(10))
    call('client_list', s('z') + u64(10))
    r.state()
    call('client_unregister', s('nosuch'))
    call('client_unregister', s('d'))
    call('client_unregister', s(''))
    r.state()


def do_journal_tags(r):
    call = lambda method, data=b'': r.call('journal', method, data)
    tag = lambda id, series, data='': call('tag_create', u64(id) + u64(series) + s(data))
    tags = lambda after, max, client, series=None: call(
        'tag_list', u64(after) + u64(max) + s(client) + (none if series is None else some(u64(series))))
    call('create', u8(24) + u8(2) + u64(7))
    call('client_register', s('a') + s(''))
    call('client_register', s('b') + s(''))
    tag(1, NEW)
    tag(0, 0)
    tag(0, NEW, 'first')
    tag(0, NEW, 'first')
    call('get_tag', u64(0))
    call('get_tag', u64(1))
    tag(1, 0, 'second')
    tag(2, NEW, 'third')
    tag(3, 1)
    tag(4, 0)
    tag(5, 2)
    tag(5, 1)
    call('get_next_tag_tid')
    tags(0, 100, 'nosuch')
    tags(0, 100, 'a')
    tags(0, 100, 'a', 0)
    tags(0, 100, 'a', 9)
    tags(0, 2, 'a')
    tags(0, 0, 'a')
    tags(2, 100, 'a')
    call('client_commit', s('a') + positions((3, 3, 1), (2, 2, 9)))
    tags(0, 100, 'a')
    tags(0, 100, 'a', 1)
    tags(0, 100, 'b')
    tag(6, NEW)
    r.state()
    call('client_commit', s('b') + positions((7, 4, 1)))
    tag(7, NEW)
    r.state()
    call('client_register', s('late') + s(''))
    call('get_client', s('late'))
    call('client_update_state', s('a') + u8(1))
    call('client_update_state', s('late') + u8(1))
    tag(8, 0)
    r.state()
    call('client_commit', s('b') + positions((9, 8, 1)))
    call('client_unregister', s('a'))
    tags(0, 100, 'b')
    r.state()
    call('client_unregister', s('b'))
    r.state()


def do_journal_object(r):
    call = lambda method, data=b'': r.call('journal', method, data)
    garbage(r, 'journal', 'guard_append append')
    call('guard_append', u64(10))
    call('append', u64(0) + s('x'))
    call('append', u64(10) + s('12345'))
    call('guard_append', u64(5))
    call('guard_append', u64(6))
    call('append', u64(6) + s('67890'))
    call('append', u64(10) + s('x'))
    call('append', u64(11) + s(''))
    r.state()


# --- hello

def do_hello(r):
    call = lambda method, data=b'': r.call('hello', method, data)
    call('say_hello')
    call('turn_it_to_11')
    call('record_hello', b'A' * 101)
    call('record_hello', b'someone')
    call('say_hello', b'someone')
    call('say_hello', b'A' * 101)
    call('record_hello', b'someone')
    call('replay')
    call('turn_it_to_11', b'x')
    call('turn_it_to_11')
    call('replay')
    call('nosuch')
    r.call('nosuch', 'method')
    r.state()
