package dev.inkfish.mon.raft;

import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// What an entry of the log carries.
///
/// @param proposer the leader's name, and what tells its lives apart
/// @param sequence the proposer's number of it
/// @param base version of the store that the transaction was made from: it changes nothing where the store has another
public record Proposal(String proposer, long sequence, long base, MonTransaction transaction) {
    static Proposal decode(Bytes encoded) {
        WireReader in = encoded.reader();
        return new Proposal(in.string(), in.u64(), in.u64(), MonTransaction.decode(in.bytes().reader()));
    }

    Bytes encode() {
        return new WireWriter().string(proposer).u64(sequence).u64(base).bytes(transaction.encode()).toBytes();
    }
}
