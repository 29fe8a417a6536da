package dev.inkfish.wire;

/// An operation that ended in an errno; cheap, without a stack trace: it is an outcome, not a bug.
public final class CephException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;

    public CephException(Errno errno, String message) {
        this(errno.code(), message);
    }

    public CephException(Errno errno) {
        this(errno.code(), errno.text());
    }

    /// @param code below zero, as it travels
    public CephException(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /// Below zero, as it travels.
    public int code() {
        return code;
    }

    public boolean is(Errno errno) {
        return code == errno.code();
    }
}
