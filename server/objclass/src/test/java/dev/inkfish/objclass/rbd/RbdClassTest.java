package dev.inkfish.objclass.rbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.FakeObject;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RbdClassTest {
    private final FakeObject object = new FakeObject();
    private final ObjectClass rbd = RbdClass.create();

    private Bytes call(String method, Consumer<WireWriter> input) {
        return object.call(rbd, method, Codec.encode(input));
    }

    private static void fails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(CephException.class, e -> assertThat(e.is(errno)).isTrue());
    }

    private void createImage(long features) {
        call("create", out -> out.u64(1 << 30).u8(22).u64(features).string("rbd_data.1"));
    }

    private void addSnapshot(long id, String name) {
        call("snapshot_add", out -> {
            out.string(name).u64(id);
            new SnapshotNamespace.User().encode(out);
        });
    }

    private List<Long> snapIds() {
        WireReader context = call("get_snapcontext", out -> {}).reader();
        context.u64();
        return context.list(WireReader::u64);
    }

    @Test
    void anImageIsCreatedOnce() {
        createImage(RbdFeatures.LAYERING);
        fails(Errno.EEXIST, () -> createImage(RbdFeatures.LAYERING));
        WireReader size = call("get_size", out -> out.u64(HObject.HEAD)).reader();
        assertThat(size.u8()).isEqualTo(22);
        assertThat(size.u64()).isEqualTo(1 << 30);
    }

    @Test
    void snapshotsAreListedNewestFirstAndKeepTheirSize() {
        createImage(RbdFeatures.LAYERING);
        addSnapshot(3, "one");
        call("set_size", out -> out.u64(5));
        addSnapshot(8, "two");
        assertThat(snapIds()).containsExactly(8L, 3L);
        fails(Errno.EEXIST, () -> addSnapshot(9, "two"));
        fails(Errno.ESTALE, () -> addSnapshot(4, "late"));
        WireReader old = call("get_size", out -> out.u64(3)).reader();
        old.u8();
        assertThat(old.u64()).isEqualTo(1 << 30);
        call("snapshot_remove", out -> out.u64(3));
        assertThat(snapIds()).containsExactly(8L);
    }

    @Test
    void aProtectedSnapshotStays() {
        createImage(RbdFeatures.LAYERING);
        addSnapshot(3, "one");
        call("set_protection_status", out -> out.u64(3).u8(Snapshot.PROTECTED));
        fails(Errno.EBUSY, () -> call("snapshot_remove", out -> out.u64(3)));
        call("set_protection_status", out -> out.u64(3).u8(Snapshot.UNPROTECTED));
        call("snapshot_remove", out -> out.u64(3));
    }

    @Test
    void aCloneInheritsItsParentIntoSnapshotsAndLosesItWhenFlattened() {
        createImage(RbdFeatures.LAYERING | RbdFeatures.DEEP_FLATTEN);
        ParentSpec parent = new ParentSpec(2, "", "abc", 7, null);
        call("parent_attach", out -> {
            parent.encodeImageSpec(out);
            out.u64(1 << 20).bool(false);
        });
        addSnapshot(3, "one");
        assertThat(Keys.decodeOptional(call("parent_overlap_get", out -> out.u64(3)).reader())).isEqualTo(1 << 20);
        call("parent_detach", out -> {});
        assertThat(Keys.decodeOptional(call("parent_overlap_get", out -> out.u64(3)).reader())).isNull();
        assertThat(ParentSpec.decodeImageSpec(call("parent_get", out -> {}).reader()).exists()).isFalse();
    }

    @Test
    void theDirectoryKnowsNamesAndIdsAndRenames() {
        call("dir_add_image", out -> out.string("disk").string("1f"));
        fails(Errno.EEXIST, () -> call("dir_add_image", out -> out.string("disk").string("2f")));
        call("dir_rename_image", out -> out.string("disk").string("disc").string("1f"));
        assertThat(call("dir_get_id", out -> out.string("disc")).reader().string()).isEqualTo("1f");
        fails(Errno.ENOENT, () -> call("dir_get_id", out -> out.string("disk")));
        fails(Errno.ESTALE, () -> {
            call("dir_add_image", out -> out.string("other").string("3f"));
            call("dir_remove_image", out -> out.string("disc").string("3f"));
        });
    }

    @Test
    void aLargeObjectMapIsUpdatedInPlaceAndStaysWhole() {
        long objects = 3L * ObjectMap.BLOCK * 4 + 17;
        call("object_map_resize", out -> out.u64(objects).u8(ObjectMap.NONEXISTENT));
        call("object_map_update", out -> out.u64(16_383).u64(16_386).u8(ObjectMap.EXISTS).bool(false));
        call("object_map_update", out -> out.u64(objects - 1).u64(objects).u8(ObjectMap.PENDING).bool(false));
        ObjectMap map = ObjectMap.decode(object.read(0, 0).reader());
        for (long i = 0; i < objects; i++) {
            int expected = i >= 16_383 && i < 16_386 ? ObjectMap.EXISTS : i == objects - 1 ? ObjectMap.PENDING : 0;
            assertThat(map.get(i)).isEqualTo(expected);
        }
        call("object_map_snap_add", out -> {});
        map = ObjectMap.decode(call("object_map_load", out -> {}).reader());
        assertThat(map.get(16_384)).isEqualTo(ObjectMap.EXISTS_CLEAN);
        fails(Errno.ESTALE, () -> call("object_map_resize", out -> out.u64(5).u8(ObjectMap.NONEXISTENT)));
        fails(Errno.ERANGE, () -> call("object_map_update", out -> out.u64(objects).u64(objects + 1).u8(1).bool(false)));
    }

    @Test
    void metadataIsPaged() {
        call("metadata_set", out -> {
            out.u32(100);
            for (int i = 0; i < 100; i++) {
                out.string(String.format("k%03d", i)).bytes(Bytes.utf8("v" + i));
            }
        });
        var page = call("metadata_list", out -> out.string("k009").u64(70))
                .reader()
                .map(WireReader::string, WireReader::bytes);
        assertThat(page).hasSize(70).containsKey("k010").containsKey("k079").doesNotContainKey("k009");
    }

    @Test
    void everyMethodRefusesGarbageAsInvalidOrBecauseSomethingIsMissing() {
        createImage(RbdFeatures.LAYERING);
        for (ObjectClass.Method method : rbd.methods()) {
            try {
                object.call(rbd, method.name(), Bytes.hex("ff"));
            } catch (CephException e) {
                assertThat(e.code()).as(method.name()).isNegative();
            }
        }
    }
}
