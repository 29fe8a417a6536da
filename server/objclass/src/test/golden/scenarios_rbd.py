from concurrent.futures import ThreadPoolExecutor

from encode import *

MB = 1 << 20
LAYERING, STRIPING, LOCK, MAP, FAST, DEEP, JOURNAL, DATA = [1 << i for i in range(8)]
OPERATIONS, MIGRATING, NON_PRIMARY, DIRTY = [1 << i for i in range(8, 12)]


def caller(r):
    return lambda method, data=b'': r.call('rbd', method, data)


def create(size, order, features, prefix, *pool):
    return u64(size) + u8(order) + u64(features) + s(prefix) + b''.join(u64(p) for p in pool)


METHODS = '''create get_features set_features get_size set_size get_snapcontext get_object_prefix get_data_pool
get_snapshot_name get_snapshot_timestamp snapshot_get snapshot_add snapshot_remove snapshot_rename
snapshot_trash_add get_all_features get_parent set_parent remove_parent parent_get
parent_overlap_get parent_attach parent_detach set_protection_status get_protection_status
get_stripe_unit_count set_stripe_unit_count get_create_timestamp get_access_timestamp
get_modify_timestamp get_flags set_flags op_features_get op_features_set metadata_list
metadata_set metadata_remove metadata_get snapshot_get_limit snapshot_set_limit child_attach
child_detach children_list migration_set migration_set_state migration_get migration_remove
set_modify_timestamp set_access_timestamp add_child remove_child get_children get_id set_id
dir_get_id dir_get_name dir_list dir_add_image dir_remove_image dir_rename_image
dir_state_assert dir_state_set object_map_load object_map_save object_map_resize
object_map_update object_map_snap_add object_map_snap_remove snap_list snap_add snap_remove
snap_rename mirror_uuid_get mirror_uuid_set mirror_mode_get mirror_mode_set mirror_peer_ping
mirror_peer_list mirror_peer_add mirror_peer_remove mirror_peer_set_client
mirror_peer_set_cluster mirror_peer_set_direction mirror_image_list mirror_image_get_image_id
mirror_image_get mirror_image_set mirror_image_remove mirror_image_status_set
mirror_image_status_remove mirror_image_status_get mirror_image_status_list
mirror_image_status_get_summary mirror_image_status_remove_down mirror_image_instance_get
mirror_image_instance_list mirror_instances_list mirror_instances_add mirror_instances_remove
mirror_image_map_list mirror_image_map_update mirror_image_map_remove
mirror_image_snapshot_unlink_peer mirror_image_snapshot_set_copy_progress group_dir_list
group_dir_add group_dir_remove group_dir_rename group_image_remove group_image_list
group_image_set image_group_add image_group_remove image_group_get group_snap_set
group_snap_remove group_snap_get_by_id group_snap_list trash_add trash_remove trash_list
trash_get trash_state_set namespace_add namespace_remove namespace_list
copyup sparse_copyup assert_snapc_seq sparsify'''.split()


def each_on(r, prepare):
    """Every method with nothing, too little and too much, on an object of its own each time.

    Only when asked for by name: with some of these arguments a real OSD is busy for minutes, until it gives itself
    up, and then the next one that the client asks."""
    def of_method(method):
        own = r.another(method)
        for argument in (b'', b'\xff', b'\0' * 4, b'\0' * 24, b'\xff' * 64):
            own.fresh()
            prepare(own)
            own.call('rbd', method, argument)
            own.state(omap=method != 'add_child')
        own.remove()
        return own.lines

    with ThreadPoolExecutor(16) as pool:
        for lines in pool.map(of_method, METHODS):
            r.lines += lines


def do_rbd_every_method_without_object(r):
    each_on(r, lambda own: None)


def do_rbd_image(r):
    call = caller(r)
    call('create', create(10 * MB, 22, 1 << 40, 'p'))
    call('create', create(10 * MB, 22, LAYERING, ''))
    call('create', create(10 * MB, 22, OPERATIONS, 'p'))
    call('create', create(10 * MB, 22, MIGRATING, 'p'))
    r.fresh()
    call('create', create(10 * MB, 22, DATA, 'p'))
    call('create', create(10 * MB, 22, LAYERING, 'p', 3))
    call('create', create(10 * MB, 22, DATA, 'p', NEW))
    call('create', create(10 * MB, 22, LAYERING | STRIPING | DATA, 'rbd_data.7', 3))
    call('create', create(10 * MB, 22, LAYERING, 'p'))
    r.state()
    for snap in (HEAD, 0, 5):
        call('get_size', u64(snap))
        call('get_flags', u64(snap))
        call('get_features', u64(snap) + flag(False))
        call('get_features', u64(snap) + flag(True))
        call('get_features', u64(snap))
    for method in 'get_object_prefix get_data_pool get_stripe_unit_count get_all_features op_features_get'.split():
        call(method)
    for unit, count in ((0, 1), (1, 0), (4096, 8), (3, 1), (8 * MB, 1), (4 * MB, 1)):
        call('set_stripe_unit_count', u64(unit) + u64(count))
        call('get_stripe_unit_count')
    call('set_size', u64(20 * MB))
    call('set_size', u64(1))
    call('get_size', u64(HEAD))
    for value, mask in ((LOCK, LOCK), (MAP, MAP | LOCK), (0, DEEP), (DEEP, DEEP), (LAYERING, LAYERING),
                        (OPERATIONS, OPERATIONS), (MIGRATING, MIGRATING), (0, STRIPING), (1 << 50, 1 << 50),
                        (JOURNAL | NON_PRIMARY | DIRTY, JOURNAL | NON_PRIMARY | DIRTY), (0, JOURNAL | DATA)):
        call('set_features', u64(value) + u64(mask))
        call('get_features', u64(HEAD) + flag(False))
    for value, mask in ((1, 1), (2, 2), (0, 1), (4, 12), (1 << 30, 1 << 30)):
        call('set_flags', u64(value) + u64(mask))
        call('get_flags', u64(HEAD))
    call('set_flags', u64(1) + u64(1) + u64(5))
    for value, mask in ((1, 1), (15, 15), (16, 16), (0, 3), (0, 15), (0, 15)):
        call('op_features_set', u64(value) + u64(mask))
        call('op_features_get')
        call('get_features', u64(HEAD) + flag(False))
    for kind in ('create', 'access', 'modify'):
        call('get_%s_timestamp' % kind)
    call('set_access_timestamp')
    call('set_modify_timestamp')
    r.state()


NEW = 0xffffffffffffffff
USER = ver(1, 1, u32(0))
def group_ns(pool, group, snap): return ver(1, 1, u32(1), u64(pool), s(group), s(snap))
def trash_ns(name, kind): return ver(1, 1, u32(2), s(name), u32(kind))
def mirror_ns(state, complete, peers, uuid, snap, copied, seqs=()):
    return ver(1, 1, u32(3), u8(state), flag(complete), lst(*map(s, peers)), s(uuid), u64(snap), u64(copied),
               mp(*[(u64(a), u64(b)) for a, b in seqs]))


def do_rbd_snapshots(r):
    call = caller(r)
    add = lambda name, id, ns=USER: call('snapshot_add', s(name) + u64(id) + ns)
    call('create', create(10 * MB, 22, LAYERING, 'rbd_data.1'))
    call('get_snapcontext')
    add('late', HEAD)
    add('late', HEAD - 1)
    add('late', 0xfffffffffffffffd)
    r.fresh()
    call('create', create(10 * MB, 22, LAYERING, 'rbd_data.1'))
    add('one', 3)
    add('one', 4)
    add('two', 3)
    add('two', 2)
    call('snapshot_add', s('two') + u64(5))
    add('g', 6, group_ns(2, 'gid', 'gsid'))
    add('g', 7, group_ns(2, 'gid', 'gsid'))
    add('one', 7, group_ns(2, 'gid', 'other'))
    add('t', 8, trash_ns('was', 0))
    add('m', 9, mirror_ns(0, True, ['peer'], 'uuid', 7, 8, [(1, 2)]))
    add('x', 10, ver(1, 1, u32(77)))
    call('get_snapcontext')
    for id in (3, 5, 6, 7, 8, 9, 10, 99, HEAD):
        for method in ('snapshot_get', 'get_snapshot_name', 'get_snapshot_timestamp', 'get_size', 'get_flags',
                       'get_protection_status'):
            call(method, u64(id))
    r.state()
    call('set_flags', u64(1) + u64(1) + u64(5))
    call('get_flags', u64(5))
    call('snapshot_rename', u64(5) + s('one'))
    call('snapshot_rename', u64(6) + s('new'))
    call('snapshot_rename', u64(99) + s('new'))
    call('snapshot_rename', u64(5) + s('new'))
    call('snapshot_rename', u64(5) + s('new'))
    for id, status in ((3, 2), (3, 1), (3, 3), (3, 0), (99, 2), (HEAD, 2), (6, 2), (8, 2)):
        call('set_protection_status', u64(id) + u8(status))
        call('get_protection_status', u64(id))
    call('snapshot_remove', u64(6))
    call('snapshot_trash_add', u64(6))
    call('set_protection_status', u64(6) + u8(0))
    call('snapshot_trash_add', u64(6))
    call('snapshot_trash_add', u64(6))
    call('snapshot_trash_add', u64(99))
    call('snapshot_trash_add', u64(3))
    call('snapshot_trash_add', u64(9))
    call('snapshot_get', u64(3))
    call('op_features_get')
    r.state()
    call('snapshot_get_limit')
    for limit in (2, 5, 100, 6):
        call('snapshot_set_limit', u64(limit))
    call('snapshot_get_limit')
    add('more', 20)
    add('more2', 21)
    call('snapshot_set_limit', u64(NEW))
    call('snapshot_get_limit')
    for id in (99, 8, 3, 6, 9, 5, 7):
        call('snapshot_remove', u64(id))
        call('op_features_get')
    call('get_features', u64(HEAD) + flag(False))
    call('get_snapcontext')
    r.state()


def image_spec(pool, ns, image, snap): return ver(1, 1, u64(pool), s(ns), s(image), u64(snap))


def do_rbd_parent(r):
    call = caller(r)
    look = lambda: [call('parent_get')] + [call('parent_overlap_get', u64(i)) for i in (HEAD, 3, 4, 9)] + [
        call('get_parent', u64(i)) for i in (HEAD, 3, 4, 9)]
    attach = lambda pool, ns, image, snap, overlap, again=False: call(
        'parent_attach', image_spec(pool, ns, image, snap) + u64(overlap) + flag(again))
    call('create', create(10 * MB, 22, LAYERING, 'rbd_data.1'))
    look()
    attach(NEW, '', 'abc', 7, MB)
    attach(2, '', '', 7, MB)
    attach(2, '', 'abc', HEAD, MB)
    attach(2, '', 'abc', 7, 0)
    attach(2, '', 'abc', 7, 50 * MB)
    look()
    attach(2, '', 'abc', 7, MB)
    attach(2, '', 'abd', 7, MB)
    call('snapshot_add', s('one') + u64(3) + USER)
    call('set_size', u64(5 * MB))
    look()
    call('set_size', u64(8 * MB))
    look()
    r.state()
    call('remove_parent')
    look()
    attach(2, '', 'abd', 7, MB, True)
    attach(2, '', 'abc', 7, MB)
    attach(2, '', 'abc', 7, MB, True)
    look()
    r.state()
    call('parent_detach')
    call('parent_detach')
    call('remove_parent')
    look()
    call('snapshot_remove', u64(3))
    look()
    r.state()


def do_rbd_parent_deep_and_old(r):
    call = caller(r)
    call('create', create(10 * MB, 22, LAYERING | DEEP, 'rbd_data.1'))
    call('set_parent', u64(2) + s('abc') + u64(7) + u64(MB))
    call('set_parent', u64(2) + s('abc') + u64(7) + u64(MB))
    call('set_parent', u64(NEW) + s('abc') + u64(7) + u64(MB))
    call('snapshot_add', s('one') + u64(3) + USER)
    call('op_features_set', u64(2) + u64(2))
    r.state()
    call('parent_detach')
    r.state()
    call('parent_attach', image_spec(2, 'ns', 'abc', 7) + u64(MB) + flag(False))
    call('parent_attach', image_spec(2, 'ns', 'abc', 7) + u64(MB))
    call('get_parent', u64(HEAD))
    call('remove_parent')
    call('parent_get')
    r.state()
    r.fresh()
    call('create', create(10 * MB, 22, 0, 'rbd_data.1'))
    call('parent_attach', image_spec(2, '', 'abc', 7) + u64(MB) + flag(False))
    call('set_parent', u64(2) + s('abc') + u64(7) + u64(MB))
    for method in ('parent_get', 'parent_detach', 'remove_parent'):
        call(method)
    call('parent_overlap_get', u64(HEAD))
    call('get_parent', u64(HEAD))
    call('set_protection_status', u64(3) + u8(1))
    call('get_stripe_unit_count')
    call('set_stripe_unit_count', u64(1) + u64(1))


def child(pool, image, ns=''): return ver(2, 1, u64(pool), s(image), s(ns))


def do_rbd_children(r):
    call = caller(r)
    call('create', create(10 * MB, 22, LAYERING, 'rbd_data.1'))
    call('snapshot_add', s('one') + u64(3) + USER)
    call('snapshot_add', s('two') + u64(4) + USER)
    call('children_list', u64(3))
    call('children_list', u64(9))
    call('child_detach', u64(3) + child(2, 'a'))
    call('child_attach', u64(9) + child(2, 'a'))
    for c in (child(2, 'b'), child(2, 'b'), child(1, 'z', 'ns'), child(2, 'a', 'ns'), child(2, 'a', 'a')):
        call('child_attach', u64(3) + c)
    call('child_attach', u64(4) + child(2, 'b'))
    call('children_list', u64(3))
    call('snapshot_get', u64(3))
    call('snapshot_remove', u64(3))
    call('op_features_get')
    r.state()
    call('child_detach', u64(3) + child(2, 'nosuch'))
    for c in (child(2, 'b'), child(1, 'z', 'ns'), child(2, 'a', 'ns'), child(2, 'a', 'a')):
        call('child_detach', u64(3) + c)
    call('children_list', u64(3))
    call('op_features_get')
    call('snapshot_trash_add', u64(4))
    call('child_attach', u64(4) + child(2, 'c'))
    call('child_detach', u64(4) + child(2, 'b'))
    call('op_features_get')
    r.state()


def do_rbd_old_children(r):
    call = caller(r)
    key = lambda pool, image, snap: u64(pool) + s(image) + u64(snap)
    call('get_children', key(1, 'p', 2))
    call('remove_child', key(1, 'p', 2) + s('a'))
    for name in ('b', 'a', 'b', 'c'):
        call('add_child', key(1, 'p', 2) + s(name))
    call('add_child', key(1, 'p', 3) + s('a'))
    call('get_children', key(1, 'p', 2))
    call('get_children', key(1, 'p', 4))
    for name in ('nosuch', 'a', 'b', 'c', 'c'):
        call('remove_child', key(1, 'p', 2) + s(name))
    call('get_children', key(1, 'p', 2))


def do_rbd_directory(r):
    call = caller(r)
    pair = lambda a, b: s(a) + s(b)
    call('dir_add_image', pair('', 'x'))
    call('dir_add_image', pair('n', ''))
    call('dir_add_image', pair('n', 'with-dash'))
    call('dir_add_image', pair('n', '1'))
    call('dir_add_image', pair('n', '2'))
    call('dir_add_image', pair('m', '1'))
    call('dir_add_image', pair('n', '1'))
    call('dir_add_image', pair('m', '2'))
    for i in range(3, 8):
        call('dir_add_image', pair('i%d' % i, str(i)))
    for start, max in (('', 100), ('', 2), ('i4', 2), ('zz', 9), ('', 0)):
        call('dir_list', s(start) + u64(max))
        call('group_dir_list', s(start) + u64(max))
    call('dir_get_id', s('n'))
    call('dir_get_id', s('q'))
    call('dir_get_name', s('1'))
    call('dir_get_name', s('q'))
    triple = lambda a, b, c: s(a) + s(b) + s(c)
    call('dir_rename_image', triple('n', 'm', '1'))
    call('dir_rename_image', triple('n', 'o', '9'))
    call('dir_rename_image', triple('q', 'o', '1'))
    call('dir_rename_image', triple('n', 'o', '2'))
    call('dir_rename_image', triple('n', 'o', '1'))
    call('dir_rename_image', triple('o', 'o', '1'))
    call('dir_remove_image', pair('o', '2'))
    call('dir_remove_image', pair('q', '2'))
    call('dir_remove_image', pair('o', '9'))
    call('dir_remove_image', pair('o', '1'))
    for method, state in (('dir_state_assert', 0), ('dir_state_assert', 1), ('dir_state_set', 5),
                          ('dir_state_set', 1), ('dir_state_set', 0), ('dir_state_assert', 0)):
        call(method, u32(state))
    call('dir_state_set', u8(1))
    r.state()
    for i in ['m'] + ['i%d' % i for i in range(3, 8)]:
        call('dir_remove_image', pair(i, '2' if i == 'm' else i[1:]))
    r.state()
    call('dir_state_set', u32(1))
    call('dir_state_assert', u32(1))
    call('dir_state_assert', u32(0))
    call('dir_add_image', pair('n', '1'))
    call('dir_state_set', u32(1))
    call('dir_state_set', u32(0))
    r.state()


def do_rbd_group_directory(r):
    call = caller(r)
    for method, args in (('add', ('g', '')), ('add', ('', 'x')), ('add', ('g', 'i-d')), ('add', ('g', 'id')),
                         ('add', ('g', 'id')), ('add', ('h', 'id')), ('rename', ('g', 'h', 'id')),
                         ('rename', ('g', 'h', 'id')), ('remove', ('g', 'id')), ('remove', ('h', 'ix')),
                         ('remove', ('h', 'id'))):
        call('group_dir_' + method, b''.join(map(s, args)))
    r.state()


def do_rbd_id(r):
    call = caller(r)
    call('set_id', s('abc'))
    r.write(b'')
    call('get_id')
    for id in ('', 'a b', 'a-b', 'a_b', 'abc', 'abd'):
        call('set_id', s(id))
    call('get_id')
    r.state()
    r.write(b'\x09\0\0\0abc')
    call('get_id')


def bits(size, data, crcs=b''):
    head = u32(14) + ver(1, 1, u64(size))
    return head + data + u32(len(crcs)) + crcs


def do_rbd_object_map(r):
    call = caller(r)
    update = lambda a, b, new, current=None: call(
        'object_map_update', u64(a) + u64(b) + u8(new) + (none if current is None else some(u8(current))))
    call('object_map_load')
    call('object_map_resize', u64(256000001) + u8(0))
    call('object_map_resize', u64(NEW) + u8(0))
    call('object_map_resize', u64(10) + u8(1))
    call('object_map_load')
    r.state()
    update(0, 3, 0)
    update(3, 5, 2)
    update(5, 6, 3, 1)
    update(6, 7, 0, 2)
    update(0, 1, 1, 0)
    update(5, 6, 0, 1)
    update(0, 11, 1)
    update(3, 3, 1)
    update(4, 3, 1)
    update(10, 11, 1)
    update(0, 1, 4)
    call('object_map_load')
    r.state()
    call('object_map_snap_add')
    call('object_map_load')
    call('object_map_resize', u64(9) + u8(0))
    call('object_map_resize', u64(9) + u8(3))
    call('object_map_resize', u64(20) + u8(0))
    call('object_map_snap_remove', bits(4, b'\x55'))
    call('object_map_snap_remove', bits(4, b'\x55\x55'))
    call('object_map_load')
    r.state()
    call('object_map_resize', u64(40000) + u8(0))
    update(16380, 16390, 1)
    update(39999, 40000, 2)
    update(0, 40000, 3, 1)
    call('object_map_load')
    r.state()
    call('object_map_save', bits(5, b'\x1b\x40'))
    call('object_map_save', bits(5, b'\x1b'))
    call('object_map_load')
    r.state()
    call('object_map_resize', u64(0) + u8(0))
    call('object_map_resize', u64(0) + u8(1))
    call('object_map_load')
    r.state()
    r.write(b'garbage')
    call('object_map_load')
    update(0, 1, 1)
    call('object_map_resize', u64(5) + u8(1))
    call('object_map_snap_add')
    r.write(b'')
    call('object_map_load')
    update(0, 1, 1)
    call('object_map_snap_add')


def do_rbd_metadata(r):
    call = caller(r)
    call('metadata_list', s('') + u64(0))
    call('metadata_remove', s('k'))
    call('metadata_get', s('k'))
    call('metadata_set', mp())
    call('metadata_set', mp(*[(s('k%03d' % i), s('value %d' % i)) for i in range(150)]))
    call('metadata_set', mp((s('k000'), s('new')), (s(''), s('empty'))))
    call('metadata_get', s('k000'))
    call('metadata_get', s(''))
    call('metadata_get', s('nosuch'))
    call('metadata_remove', s('k001'))
    call('metadata_remove', s('k001'))
    for start, max in (('', 3), ('k009', 70), ('k100', 0), ('', 0), ('z', 5), ('', 1000)):
        call('metadata_list', s(start) + u64(max))


def trash(source, name, deleted, deferred, state=None):
    return ver(1 if state is None else 2, 1, u8(source), s(name), utime(deleted), utime(deferred),
               b'' if state is None else u8(state))


def do_rbd_trash(r):
    call = caller(r)
    call('trash_remove', s('a'))
    call('trash_add', s('a') + trash(0, 'disk', 5, 6))
    call('trash_add', s('a') + trash(0, 'disk', 5, 6))
    call('trash_add', s('b') + trash(2, 'other', 7, 8, 4))
    call('trash_add', s('c-d') + trash(2, 'other', 7, 8, 4))
    call('trash_add', s('') + trash(2, 'other', 7, 8, 4))
    for i in ('a', 'b', 'c'):
        call('trash_get', s(i))
    for i, state, expected in (('a', 1, 0), ('a', 1, 0), ('a', 2, 0), ('a', 9, 1), ('c', 1, 0)):
        call('trash_state_set', s(i) + u8(state) + u8(expected))
    for start, max in (('', 9), ('', 1), ('a', 9), ('b', 9), ('', 0)):
        call('trash_list', s(start) + u64(max))
    r.state()
    for i in ('a', 'a', 'b'):
        call('trash_remove', s(i))
    r.state()


def do_rbd_namespaces(r):
    call = caller(r)
    call('namespace_remove', s('a'))
    for name in ('b', 'a', 'b', ''):
        call('namespace_add', s(name))
    for start, max in (('', 9), ('', 1), ('a', 9), ('', 0)):
        call('namespace_list', s(start) + u64(max))
    r.state()
    for name in ('a', 'a', 'nosuch'):
        call('namespace_remove', s(name))
    r.state()


def group_image(image, pool): return ver(1, 1, s(image), u64(pool))
def group_spec(pool, id): return ver(1, 1, u64(pool), s(id))
def image_snap(pool, image, snap): return ver(1, 1, u64(pool), s(image), u64(snap))
def group_snap(id, name, state, *snaps): return ver(1, 1, s(id), s(name), u8(state), lst(*snaps))


def do_rbd_group(r):
    call = caller(r)
    call('group_image_remove', group_image('a', 2))
    for image, state in ((group_image('b', 2), 0), (group_image('a', 0x20), 1), (group_image('a', 2), 1),
                         (group_image('a', 2), 0)):
        call('group_image_set', ver(1, 1, image, u8(state)))
    for start, max in ((group_image('', NEW), 9), (group_image('', NEW), 1), (group_image('a', 2), 9),
                       (group_image('', 0), 9), (group_image('a', 2), 0)):
        call('group_image_list', start + u64(max))
    call('group_image_remove', group_image('b', 2))
    call('group_image_remove', group_image('b', 2))
    listing = lambda start, max: call('group_snap_list', start + u64(max))
    nothing = group_snap('', '', 0)
    listing(nothing, 9)
    for snap in (group_snap('', 'n', 0), group_snap('1', '', 0), group_snap('1', 'n', 0),
                 group_snap('1', 'n', 0), group_snap('1', 'n', 1, image_snap(2, 'a', 5), image_snap(3, 'b', 6)),
                 group_snap('2', 'n', 0), group_snap('2', 'm', 0), group_snap('2', 'n', 1), group_snap('3', 'o', 1),
                 group_snap('3', 'p', 1)):
        call('group_snap_set', snap)
    for start, max in ((nothing, 9), (nothing, 2), (group_snap('2', 'm', 0), 9), (group_snap('2', 'x', 1), 9)):
        listing(start, max)
    for id in ('1', '9'):
        call('group_snap_get_by_id', s(id))
    r.state()
    call('group_snap_remove', s('1'))
    call('group_snap_remove', s('1'))
    listing(nothing, 9)
    r.state()


def do_rbd_image_group(r):
    call = caller(r)
    call('image_group_add', group_spec(2, 'g'))
    r.fresh()
    call('create', create(10 * MB, 22, LAYERING, 'rbd_data.1'))
    call('image_group_get')
    call('image_group_remove', group_spec(2, 'g'))
    call('image_group_add', group_spec(2, 'g'))
    call('image_group_add', group_spec(2, 'g'))
    call('image_group_add', group_spec(2, 'h'))
    call('image_group_get')
    call('op_features_get')
    r.state()
    call('image_group_remove', group_spec(2, 'h'))
    call('image_group_remove', group_spec(2, 'g'))
    call('image_group_get')
    r.state()


def migration(version, kind, state=0, description='', mode=0, source='', seqs=()):
    body = (u8(kind) + u64(2) + s('ns') + s('name') + s('id') + mp(*[(u64(a), u64(b)) for a, b in seqs]) + u64(5)
            + flag(True) + flag(False) + u8(state) + s(description))
    if version >= 2:
        body += u8(mode)
    if version >= 3:
        body += s(source)
    return ver(version, 1, body)


def do_rbd_migration(r):
    call = caller(r)
    call('migration_set', migration(1, 1))
    r.fresh()
    call('create', create(10 * MB, 22, LAYERING, 'rbd_data.1'))
    call('migration_get')
    call('migration_remove')
    call('migration_set_state', u8(1) + s('x'))
    call('migration_set', migration(1, 1, seqs=[(1, 2), (3, 4)]))
    call('migration_set', migration(1, 1))
    call('migration_get')
    call('get_features', u64(HEAD) + flag(False))
    call('migration_set_state', u8(3) + s('going on'))
    call('migration_get')
    r.state()
    call('migration_remove')
    call('migration_remove')
    r.state()
    call('migration_set', migration(2, 2, mode=1))
    call('migration_get')
    call('migration_remove')
    call('migration_set', migration(3, 2, mode=1, source=''))
    call('migration_get')
    call('migration_set_state', u8(3) + s('going on'))
    call('migration_get')
    call('migration_remove')
    call('migration_set', migration(3, 2, mode=1, source='{"type":"raw"}'))
    call('migration_get')
    call('migration_set_state', u8(3) + s('going on'))
    call('migration_get')
    r.state()
    r.fresh()
    call('create', create(10 * MB, 22, LAYERING | MIGRATING, 'rbd_data.1'))
    call('migration_get')
    call('migration_set', migration(1, 1))
    call('migration_set', migration(1, 2))
    call('migration_get')
    r.state()


def old_header(size, seq, *snaps):
    names = b''.join(name.encode() + b'\0' for _, _, name in snaps)
    text = b'<<< Rados Block Device Image >>>\n'.ljust(40, b'\0')
    return (text + b'rb.0.1'.ljust(24, b'\0') + b'RBD\0' + b'001.005\0' + u8(22) + u8(0) + u16(0) + u64(size) + u64(seq)
            + u32(len(snaps)) + u32(0) + u64(len(names)) + b''.join(u64(i) + u64(n) for i, n, _ in snaps) + names)


def do_rbd_old_format(r):
    call = caller(r)
    r.write(old_header(10 * MB, 0))
    call('snap_list')
    call('snap_remove', s('a'))
    call('snap_rename', u64(3) + s('a'))
    call('snap_add', s('a') + u64(3))
    call('snap_add', s('a') + u64(4))
    call('snap_add', s('b') + u64(2))
    call('snap_add', s('b') + u64(3))
    call('snap_add', s('c') + u64(9))
    call('snap_list')
    r.state()
    call('snapshot_get_limit')
    call('snapshot_set_limit', u64(2))
    call('snapshot_set_limit', u64(3))
    call('snap_add', s('d') + u64(10))
    call('snapshot_set_limit', u64(NEW))
    call('snap_rename', u64(3) + s('c'))
    call('snap_rename', u64(9) + s('see'))
    call('snap_rename', u64(99) + s('z'))
    call('snap_remove', s('nosuch'))
    call('snap_remove', s('a'))
    call('snap_list')
    r.state()
    call('migration_get')
    call('migration_remove')
    call('migration_set', migration(1, 2))
    call('migration_set', migration(1, 1))
    call('migration_set', migration(1, 1))
    call('migration_get')
    call('snap_list')
    r.state()
    call('migration_remove')
    r.state()
    r.write(b'short')
    call('snap_list')
    call('snap_add', s('d') + u64(10))


def peer(uuid, site, client='client.x', pool=5, version=2, direction=0, mirror_uuid='', seen=0):
    body = s(uuid) + s(site) + s(client) + u64(pool)
    if version >= 2:
        body += u8(direction) + s(mirror_uuid) + utime(seen)
    return ver(version, 1, body)


def do_rbd_mirror_pool(r):
    call = caller(r)
    peers = lambda: call('mirror_peer_list')
    add = lambda *a, **k: call('mirror_peer_add', peer(*a, **k))
    ping = lambda site, uuid, direction=1: call('mirror_peer_ping', s(site) + s(uuid) + u8(direction))
    call('mirror_uuid_get')
    call('mirror_mode_get')
    call('mirror_mode_set', u32(1))
    call('mirror_mode_set', u32(3))
    call('mirror_mode_set', u32(0))
    call('mirror_uuid_set', s(''))
    call('mirror_uuid_set', s('own'))
    call('mirror_uuid_get')
    add('p1', 'east')
    ping('east', 'em')
    call('mirror_mode_set', u32(2))
    call('mirror_mode_get')
    call('mirror_uuid_set', s('other'))
    peers()
    for args, more in ((('own', 'east'), {}), (('', 'east'), {}), (('p1', ''), {}), (('p1', 'east', ''), {}),
                       (('p1', 'east'), dict(direction=1)), (('p1', 'east'), dict(direction=3)),
                       (('p1', 'east'), dict(version=1)), (('p1', 'west'), {}), (('p2', 'east'), {}),
                       (('p2', 'west'), dict(mirror_uuid='wm', direction=2, seen=9)),
                       (('p3', 'north'), dict(mirror_uuid='wm'))):
        add(*args, **more)
    peers()
    for args in (('p1', 'client.new'), ('p1', ''), ('p9', 'client.new')):
        call('mirror_peer_set_client', s(args[0]) + s(args[1]))
    for args in (('p1', 'west'), ('p1', 'far east'), ('p1', ''), ('p9', 'x')):
        call('mirror_peer_set_cluster', s(args[0]) + s(args[1]))
    for uuid, direction in (('p1', 2), ('p1', 7), ('p1', 0), ('p9', 1)):
        call('mirror_peer_set_direction', s(uuid) + u8(direction))
    peers()
    call('mirror_peer_set_cluster', s('p1') + s('far east'))
    for args in (('', 'x'), ('x', ''), ('far east', 'fm', 0), ('far east', 'fm', 2), ('far east', 'fm'),
                 ('renamed', 'fm'), ('west', 'fm'), ('west', 'other'), ('renamed', 'wm')):
        ping(*args)
        peers()
    r.state()
    call('mirror_mode_set', u32(0))
    call('mirror_mode_set', u32(1))
    call('mirror_peer_remove', s('p9'))
    call('mirror_peer_remove', s('p1'))
    call('mirror_peer_remove', s('p2'))
    peers()
    r.fresh()
    call('mirror_uuid_set', s('own'))
    call('mirror_mode_set', u32(1))
    call('mirror_mode_set', u32(0))
    r.state()


def do_rbd_20_remote_namespace(r):
    """Methods of Ceph 20: recorded only when asked for by name."""
    call = caller(r)
    get = lambda: call('mirror_remote_namespace_get')
    put = lambda name: call('mirror_remote_namespace_set', s(name))
    get()
    for argument in (b'', b'\xff', b'\0' * 3):
        call('mirror_remote_namespace_set', argument)
    r.state()
    put('there')
    get()
    r.state()
    put('')
    get()
    put('elsewhere')
    call('mirror_uuid_set', s('own'))
    call('mirror_mode_set', u32(1))
    put('other')
    get()
    r.state()
    call('mirror_mode_set', u32(0))
    get()
    r.state()
    call('mirror_uuid_set', s('own'))
    call('mirror_mode_set', u32(2))
    put('other')
    call('mirror_mode_set', u32(0))
    put('other')
    get()
    call('mirror_mode_set', u32(0))
    get()


def mirror_image(global_id, state, mode=None):
    return ver(1 if mode is None else 2, 1, s(global_id), u8(state), b'' if mode is None else u8(mode))


def site(uuid, state, description='', up=False):
    version = 2 if uuid else 1
    return ver(version, version, s(uuid) if uuid else b'', u8(state), s(description), utime(0), flag(up))


def do_rbd_mirror_images(r):
    call = caller(r)
    put = lambda id, *a: call('mirror_image_set', s(id) + mirror_image(*a))
    for args in (('a', 'ga', 0), ('a', 'ga', 1), ('a', 'gx', 1), ('b', 'ga', 1), ('b', 'gb', 1, 1), ('c', 'gc', 2, 0),
                 ('a', 'ga', 1), ('d', 'gd', 0)):
        put(*args)
    for start, max in (('', 9), ('', 1), ('a', 9), ('c', 9), ('', 0)):
        call('mirror_image_list', s(start) + u64(max))
    for id in ('a', 'b', 'x'):
        call('mirror_image_get', s(id))
        call('mirror_image_get_image_id', s('g' + id))
    r.state()
    for args in (('ga', site('', 4, 'fine')), ('gx', site('', 4)), ('gc', site('', 4)), ('ga', site('remote', 5, 'far')),
                 ('gb', site('remote', 1, 'bad')), ('gb', site('also', 2, 'bad', True))):
        call('mirror_image_status_set', s(args[0]) + args[1])
    r.state()
    look(r)
    r.watch()
    look(r)
    call('mirror_image_status_remove_down')
    call('mirror_image_remove', s('a'))
    put('a', 'ga', 0)
    call('mirror_image_status_set', s('ga') + site('', 6))
    call('mirror_image_remove', s('a'))
    call('mirror_image_remove', s('x'))
    r.state()
    r.unwatch()
    call('mirror_image_status_remove', s('gx'))
    call('mirror_image_status_remove', s('gb'))
    put('b', 'gb', 1, 1)
    call('mirror_image_status_set', s('gb') + site('', 6))
    call('mirror_image_status_set', s('gb') + site('remote', 6))
    call('mirror_image_status_remove_down')
    r.state()


def look(r):
    call = caller(r)
    for id in ('ga', 'gb', 'gc', 'gx'):
        call('mirror_image_status_get', s(id))
        call('mirror_image_instance_get', s(id))
    for start, max in (('', 9), ('', 1), ('a', 9), ('', 0)):
        call('mirror_image_status_list', s(start) + u64(max))
        call('mirror_image_instance_list', s(start) + u64(max))
    rx = peer('p1', 'e', direction=0, mirror_uuid='remote')
    tx = peer('p2', 'w', direction=1, mirror_uuid='also')
    both = peer('p3', 'n', direction=2, mirror_uuid='remote')
    absent = peer('p4', 's', direction=1, mirror_uuid='absent')
    call('mirror_image_status_get_summary')
    for peers in ((), (rx,), (tx,), (both,), (rx, tx), (tx, both), (absent,), (both, absent), (tx, tx)):
        call('mirror_image_status_get_summary', lst(*peers))


def do_rbd_mirror_daemons(r):
    call = caller(r)
    call('mirror_instances_remove', s('1'))
    call('mirror_image_map_remove', s('g'))
    r.state()
    for id in ('2', '1', '2', ''):
        call('mirror_instances_add', s(id))
    call('mirror_instances_list')
    call('mirror_instances_remove', s('2'))
    call('mirror_instances_remove', s('2'))
    call('mirror_instances_list')
    for id, instance in (('b', '1'), ('a', '2'), ('b', '2'), ('c', '')):
        call('mirror_image_map_update', s(id) + ver(1, 1, s(instance), utime(5, 6), s('data')))
    for start, max in (('', 9), ('', 2), ('a', 9), ('c', 9), ('', 0)):
        call('mirror_image_map_list', s(start) + u64(max))
    call('mirror_image_map_remove', s('b'))
    call('mirror_image_map_remove', s('b'))
    r.state()


def do_rbd_mirror_snapshots(r):
    call = caller(r)
    call('create', create(10 * MB, 22, LAYERING, 'rbd_data.1'))
    add = lambda name, id, ns: call('snapshot_add', s(name) + u64(id) + ns)
    add('u', 3, USER)
    add('m1', 4, mirror_ns(0, True, ['p2', 'p1'], '', HEAD, 0))
    add('m2', 5, mirror_ns(2, False, ['p1'], 'prim', 7, 1))
    add('m3', 6, mirror_ns(3, False, [], 'prim', 7, 1, [(4, 5)]))
    unlink = lambda id, peer: call('mirror_image_snapshot_unlink_peer', u64(id) + s(peer))
    progress = lambda id, done, n: call('mirror_image_snapshot_set_copy_progress', u64(id) + flag(done) + u64(n))
    for args in ((9, 'p1'), (3, 'p1'), (4, 'nosuch'), (4, 'p2'), (4, 'p1'), (5, 'p1'), (6, 'p1')):
        unlink(*args)
    for args in ((9, True, 5), (3, True, 5), (4, False, 5), (5, True, 6), (6, True, 7)):
        progress(*args)
    for id in (4, 5, 6):
        call('snapshot_get', u64(id))
    r.state()
    call('snapshot_remove', u64(6))
    call('snapshot_remove', u64(5))
    unlink(4, 'p1')
    call('snapshot_get', u64(4))
    r.state()


def do_rbd_data(r):
    call = caller(r)
    extents = lambda *e: mp(*[(u64(a), u64(b)) for a, b in e])
    call('copyup', b'parent data')
    call('copyup', b'other')
    r.state()
    r.fresh()
    call('copyup')
    r.state()
    r.fresh()
    call('sparse_copyup', extents((2, 3), (8, 2)) + s('abcde'))
    call('sparse_copyup', extents((0, 1)) + s('x'))
    r.state()
    r.fresh()
    call('sparse_copyup', extents() + s(''))
    r.state()
    r.fresh()
    call('sparse_copyup', extents((2, 9)) + s('abc'))
    r.state()
    call('sparsify', u64(4) + flag(True))
    r.write(b'abcd' + b'\0' * 8 + b'x' + b'\0' * 7)
    call('sparsify', u64(0) + flag(True))
    call('sparsify', u64(4) + flag(True))
    r.state()
    r.write(b'abcd' + b'\0' * 20)
    call('sparsify', u64(16) + flag(True))
    r.state()
    r.write(b'\0' * 20)
    call('sparsify', u64(4) + flag(False))
    r.state()
    r.write(b'\0' * 20)
    call('sparsify', u64(4) + flag(True))
    r.state()
    for seq, kind in ((0, 0), (1, 0), (0, 1), (1, 1), (1, 2)):
        call('assert_snapc_seq', u64(seq) + u8(kind))
    r.write(b'')
    for seq, kind in ((0, 0), (1, 0), (0, 1), (1, 1), (1, 2)):
        call('assert_snapc_seq', u64(seq) + u8(kind))
    r.state()
