package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.message.OpaquePayload;

/// A transaction inside a message: as it is to a peer in the same process, encoded to others.
///
/// @param weight about how many bytes it takes, its payloads mostly
record TransactionPayload(Transaction transaction, long weight) implements OpaquePayload {
    private static final int OPERATION = 128;
    static final TransactionPayload NOTHING = new TransactionPayload(new Transaction());

    TransactionPayload(Transaction transaction) {
        this(transaction, weightOf(transaction));
    }

    static Transaction of(OpaquePayload payload) {
        return payload instanceof TransactionPayload local
                ? local.transaction
                : Transaction.decode(payload.toBytes().reader());
    }

    private static long weightOf(Transaction transaction) {
        long weight = 0;
        for (Transaction.Op op : transaction.ops()) {
            weight += OPERATION + (op instanceof Transaction.Write write ? write.data().length() : 0);
        }
        return weight;
    }

    @Override
    public Bytes toBytes() {
        return transaction.encode();
    }
}
