package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.message.OpaquePayload;

/// A transaction inside a message: as it is to a peer in the same process, encoded to others.
record TransactionPayload(Transaction transaction) implements OpaquePayload {
    static final TransactionPayload NOTHING = new TransactionPayload(new Transaction());

    static Transaction of(OpaquePayload payload) {
        return payload instanceof TransactionPayload(Transaction transaction)
                ? transaction
                : Transaction.decode(payload.toBytes().reader());
    }

    @Override
    public Bytes toBytes() {
        return transaction.encode();
    }
}
