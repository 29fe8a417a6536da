package dev.inkfish.mgr.rbd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.function.Consumer;

/// An entry of a journal's object (`journal::Entry`), as its head says it.
///
/// @param tag what the entry belongs to; `number` counts its entries
/// @param type of the event in it (`librbd::journal::EventType`)
record JournalEntry(long tag, long number, int type) {
    static final int FLUSHED = 2;
    static final int OP_FINISHED = 3;
    static final int FLATTEN = 12;
    private static final long PREAMBLE = 0x3141592653589793L;
    /// Preamble, version, number, tag, length of the event.
    private static final int HEAD = 8 + 1 + 8 + 8 + 4;
    /// To the end of the event's type.
    private static final int TYPED = HEAD + 6 + 4;
    private static final int CHECKSUM = 4;

    /// Whether an image that was flattened may have this done to it again, and nothing comes of it.
    boolean isHarmless() {
        return type == FLUSHED || type == OP_FINISHED || type == FLATTEN;
    }

    boolean isBehind(long otherTag, long otherNumber) {
        return tag != otherTag ? tag > otherTag : number > otherNumber;
    }

    static Bytes flatten(long op, Utime now) {
        return event(now, FLATTEN, body -> body.u64(op));
    }

    static Bytes finished(long op, int result, Utime now) {
        return event(now, OP_FINISHED, body -> body.u64(op).u64(op).u32(result));
    }

    private static Bytes event(Utime now, int type, Consumer<WireWriter> body) {
        WireWriter out = new WireWriter();
        out.versioned(5, 1, () -> {
            out.u32(type);
            body.accept(out);
        });
        out.versioned(1, 1, () -> now.encode(out));
        return out.toBytes();
    }

    static Bytes encode(long tag, long number, Bytes event) {
        WireWriter out = new WireWriter().u64(PREAMBLE).u8(1).u64(number).u64(tag).bytes(event);
        return out.u32(out.crc32c(0, 0)).toBytes();
    }

    /// Reads the heads of the entries that begin in a piece of an object; newer releases pad entries with zeros.
    ///
    /// @return how far it came: the last entry may reach beyond the piece
    static long read(Bytes piece, Consumer<JournalEntry> each) {
        long at = 0;
        while (at + TYPED <= piece.length()) {
            WireReader in = piece.slice((int) at, TYPED).reader();
            if (in.u64() != PREAMBLE) {
                if (piece.get((int) at) != 0) {
                    throw new CephException(Errno.EBADMSG, "the journal has bytes that are no entry");
                }
                at++;
                continue;
            }
            in.skip(1);
            long number = in.u64();
            long tag = in.u64();
            long length = Integer.toUnsignedLong(in.u32());
            in.skip(6);
            each.accept(new JournalEntry(tag, number, in.u32()));
            at += HEAD + length + CHECKSUM;
        }
        return at;
    }
}
