package dev.inkfish.messenger;

import dev.inkfish.wire.DecodeException;

/// The two layouts of msgr2 frames.
public enum Revision {
    /// Nautilus: one epilogue for all segments.
    V2_0,
    /// From 14.2.11 and 15.2.5 on: the first segment is checked on its own.
    V2_1;

    private static final int ABORTED_0 = 1;
    private static final int ABORTED_1 = 0x1;
    private static final int COMPLETE_1 = 0xe;

    int completeMark() {
        return this == V2_1 ? COMPLETE_1 : 0;
    }

    /// Whether the sender went through with the frame.
    boolean complete(int status) {
        if (this == V2_0) {
            return (status & ABORTED_0) == 0;
        }
        return switch (status & 0xf) {
            case COMPLETE_1 -> true;
            case ABORTED_1 -> false;
            default -> throw new DecodeException("late status " + status);
        };
    }
}
