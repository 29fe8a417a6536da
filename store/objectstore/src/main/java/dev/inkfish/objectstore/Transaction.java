package dev.inkfish.objectstore;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/// A list of changes that become durable together (`ObjectStore::Transaction`). Built by one thread,
/// then submitted and not touched again.
///
/// Operations take effect in order and see what those before them did. Write, Zero, Truncate, Touch,
/// SetAttrs, OmapSet, OmapSetHeader and CloneRange (its target) create an object that is not there; removing
/// anything from an object that is not there does nothing.
public final class Transaction {
    private final List<Op> ops = new ArrayList<>();
    private boolean readSoon;

    /// One change. The collection is named in each, since a transaction may touch a group and [CollectionId#META].
    public sealed interface Op {
        CollectionId collection();
    }

    public record CreateCollection(CollectionId collection) implements Op {}

    /// The collection must be empty.
    public record RemoveCollection(CollectionId collection) implements Op {}

    /// Creates the object if it is not there.
    public record Touch(CollectionId collection, GhObject object) implements Op {}

    /// Creates the object if need be; extends it if need be.
    public record Write(CollectionId collection, GhObject object, long offset, Bytes data) implements Op {}

    /// Makes a range zero and frees its space; extends the object if the range goes past its end.
    public record Zero(CollectionId collection, GhObject object, long offset, long length) implements Op {}

    /// Sets the size, either way; creates the object if need be.
    public record Truncate(CollectionId collection, GhObject object, long size) implements Op {}

    /// Removes the object with attributes and omap; nothing if it is not there.
    public record Remove(CollectionId collection, GhObject object) implements Op {}

    public record SetAttrs(CollectionId collection, GhObject object, SortedMap<String, Bytes> attrs) implements Op {}

    public record RemoveAttr(CollectionId collection, GhObject object, String name) implements Op {}

    public record RemoveAttrs(CollectionId collection, GhObject object) implements Op {}

    /// Makes `target` equal to `source`: data (shared, not copied), attributes and omap.
    public record Clone(CollectionId collection, GhObject source, GhObject target) implements Op {}

    /// Replaces a range of `target` with a range of `source` (shared where blocks align); past the
    /// source's end there are zeros.
    public record CloneRange(
            CollectionId collection, GhObject source, GhObject target, long sourceOffset, long length, long targetOffset)
            implements Op {}

    /// Gives an object another name, also in another collection; `target` must not exist.
    public record MoveRename(CollectionId collection, GhObject source, CollectionId targetCollection, GhObject target)
            implements Op {}

    public record OmapSet(CollectionId collection, GhObject object, SortedMap<Bytes, Bytes> entries) implements Op {}

    public record OmapRemove(CollectionId collection, GhObject object, List<Bytes> keys) implements Op {}

    /// Removes the keys with `first <= key < end`.
    public record OmapRemoveRange(CollectionId collection, GhObject object, Bytes first, Bytes end) implements Op {}

    /// Removes all keys and the header.
    public record OmapClear(CollectionId collection, GhObject object) implements Op {}

    public record OmapSetHeader(CollectionId collection, GhObject object, Bytes header) implements Op {}

    /// That what is written will probably be read here soon, so that the store should have it at hand: a hint, which is not
    /// encoded, and that [#append] does not take over.
    public Transaction readSoon(boolean soon) {
        readSoon = soon;
        return this;
    }

    public boolean isReadSoon() {
        return readSoon;
    }

    public List<Op> ops() {
        return Collections.unmodifiableList(ops);
    }

    public boolean isEmpty() {
        return ops.isEmpty();
    }

    /// A compact format of our own: for messages between replicas and for logs.
    public void encode(WireWriter out) {
        TransactionCodec.encode(this, out);
    }

    public Bytes encode() {
        WireWriter out = new WireWriter();
        encode(out);
        return out.toBytes();
    }

    /// Payloads share the reader's array.
    public static Transaction decode(WireReader in) {
        return TransactionCodec.decode(in);
    }

    /// By the operations.
    @Override
    public boolean equals(Object other) {
        return other instanceof Transaction that && ops.equals(that.ops);
    }

    @Override
    public int hashCode() {
        return ops.hashCode();
    }

    @Override
    public String toString() {
        return ops.toString();
    }

    public Transaction add(Op op) {
        ops.add(op);
        return this;
    }

    public Transaction append(Transaction other) {
        ops.addAll(other.ops);
        return this;
    }

    public Transaction createCollection(CollectionId c) {
        return add(new CreateCollection(c));
    }

    public Transaction removeCollection(CollectionId c) {
        return add(new RemoveCollection(c));
    }

    public Transaction touch(CollectionId c, GhObject o) {
        return add(new Touch(c, o));
    }

    public Transaction write(CollectionId c, GhObject o, long offset, Bytes data) {
        return add(new Write(c, o, offset, data));
    }

    public Transaction zero(CollectionId c, GhObject o, long offset, long length) {
        return add(new Zero(c, o, offset, length));
    }

    public Transaction truncate(CollectionId c, GhObject o, long size) {
        return add(new Truncate(c, o, size));
    }

    public Transaction remove(CollectionId c, GhObject o) {
        return add(new Remove(c, o));
    }

    public Transaction setAttrs(CollectionId c, GhObject o, SortedMap<String, Bytes> attrs) {
        return add(new SetAttrs(c, o, attrs));
    }

    public Transaction removeAttr(CollectionId c, GhObject o, String name) {
        return add(new RemoveAttr(c, o, name));
    }

    public Transaction removeAttrs(CollectionId c, GhObject o) {
        return add(new RemoveAttrs(c, o));
    }

    public Transaction clone(CollectionId c, GhObject source, GhObject target) {
        return add(new Clone(c, source, target));
    }

    public Transaction cloneRange(
            CollectionId c, GhObject source, GhObject target, long sourceOffset, long length, long targetOffset) {
        return add(new CloneRange(c, source, target, sourceOffset, length, targetOffset));
    }

    public Transaction moveRename(CollectionId c, GhObject source, CollectionId targetCollection, GhObject target) {
        return add(new MoveRename(c, source, targetCollection, target));
    }

    public Transaction omapSet(CollectionId c, GhObject o, SortedMap<Bytes, Bytes> entries) {
        return add(new OmapSet(c, o, entries));
    }

    public Transaction omapRemove(CollectionId c, GhObject o, Collection<Bytes> keys) {
        return add(new OmapRemove(c, o, List.copyOf(keys)));
    }

    public Transaction omapRemoveRange(CollectionId c, GhObject o, Bytes first, Bytes end) {
        return add(new OmapRemoveRange(c, o, first, end));
    }

    public Transaction omapClear(CollectionId c, GhObject o) {
        return add(new OmapClear(c, o));
    }

    public Transaction omapSetHeader(CollectionId c, GhObject o, Bytes header) {
        return add(new OmapSetHeader(c, o, header));
    }
}
