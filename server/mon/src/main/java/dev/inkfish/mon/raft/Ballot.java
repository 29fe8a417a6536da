package dev.inkfish.mon.raft;

import java.util.function.LongSupplier;

/// The promise that comes with a lease: to take no part in elections while it lasts.
final class Ballot {
    private final LongSupplier clock;
    private long promisedUntil = Long.MIN_VALUE;
    private long term;
    private boolean outside;

    /// @param clock steady, in nanoseconds
    Ballot(LongSupplier clock) {
        this.clock = clock;
    }

    /// What was promised in an earlier life of this monitor may still hold, and is not known any more.
    synchronized void begin(long longestPromise) {
        promisedUntil = clock.getAsLong() + longestPromise;
    }

    /// @return false where this monitor took part in the election of a later term
    synchronized boolean promise(long ofTerm, long until) {
        if (ofTerm < term) {
            return false;
        }
        promisedUntil = Math.max(promisedUntil, until);
        return true;
    }

    /// Whether this monitor takes part in elections at all; it does unless it was told not to.
    synchronized void takesPart(boolean whether) {
        outside = !whether;
    }

    /// @return whether this monitor may vote, or ask for votes, in the term
    synchronized boolean mayVote(long inTerm) {
        if (outside || clock.getAsLong() < promisedUntil) {
            return false;
        }
        term = Math.max(term, inTerm);
        return true;
    }
}
