package dev.inkfish.blockstore;

import java.util.List;

/// Transactions of one store on their way to a [SharedJournal], in order.
final class SharedSection {
    final SharedJournal.Member member;
    final List<Submitted> transactions;
    /// How many are in earlier frames.
    int done;
    /// How many are in this frame.
    int count;

    SharedSection(SharedJournal.Member member, List<Submitted> transactions) {
        this.member = member;
        this.transactions = transactions;
    }

    List<Submitted> inFrame() {
        return transactions.subList(done, done + count);
    }

    List<Submitted> left() {
        return transactions.subList(done, transactions.size());
    }
}
