package dev.inkfish.objclass.journal;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// Somebody who reads a journal, and how far it has come (`cls::journal::Client`).
///
/// @param data what the client keeps there
@CephType("cls::journal::Client")
record JournalClient(String id, Bytes data, Positions committed, int state) {
    static final int CONNECTED = 0;
    static final int DISCONNECTED = 1;

    static JournalClient decode(WireReader in) {
        return in.versioned(1, (body, version) ->
                new JournalClient(body.string(), body.bytes(), Positions.decode(body), body.u8()));
    }

    void encode(WireWriter out) {
        out.versioned(1, 1, () -> {
            out.string(id).bytes(data);
            committed.encode(out);
            out.u8(state);
        });
    }

    JournalClient withData(Bytes other) {
        return new JournalClient(id, other, committed, state);
    }

    JournalClient withState(int other) {
        return new JournalClient(id, data, committed, other);
    }

    JournalClient withCommitted(Positions other) {
        return new JournalClient(id, data, other, state);
    }

    /// The last entry read of each of the objects that are written in turn, the newest first
    /// (`cls::journal::ObjectSetPosition`).
    @CephType("cls::journal::ObjectSetPosition")
    record Positions(List<Position> list) {
        static final Positions NONE = new Positions(List.of());

        static Positions decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Positions(body.list(Position::decode)));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.list(list, (w, position) -> position.encode(w)));
        }
    }

    /// `cls::journal::ObjectPosition`
    @CephType("cls::journal::ObjectPosition")
    record Position(long object, long tag, long entry) {
        static Position decode(WireReader in) {
            return in.versioned(1, (body, version) -> new Position(body.u64(), body.u64(), body.u64()));
        }

        void encode(WireWriter out) {
            out.versioned(1, 1, () -> out.u64(object).u64(tag).u64(entry));
        }

        boolean isBefore(Position other) {
            int order = Long.compareUnsigned(tag, other.tag);
            return order < 0 || order == 0 && Long.compareUnsigned(entry, other.entry) < 0;
        }
    }
}
