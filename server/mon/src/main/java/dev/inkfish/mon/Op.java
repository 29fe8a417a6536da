package dev.inkfish.mon;

/// A request that the leader works on. It is done when nothing is left that came of it: no change that waits, no
/// answer that waits for a commit.
final class Op {
    private final Runnable whenDone;
    private int holders = 1;

    Op(Runnable whenDone) {
        this.whenDone = whenDone;
    }

    void hold() {
        holders++;
    }

    void release() {
        if (--holders == 0) {
            whenDone.run();
        }
    }
}
