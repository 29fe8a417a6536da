package dev.inkfish.blockstore;

import java.util.List;

/// Transactions of one store in a frame of a [SharedJournal], in order.
///
/// @param bytes that they take in the frame, at most
record SharedSection(SharedMember member, List<Submitted> transactions, long bytes) {
    /// They are durable.
    void committed() {
        Pipeline pipeline = member.pipeline();
        if (pipeline == null || pipeline.hasFailed()) {
            return;
        }
        try {
            pipeline.committed(transactions);
        } catch (RuntimeException | Error e) {
            pipeline.fail(e); // its own fault: the others go on
        }
    }
}
