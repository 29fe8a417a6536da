package dev.inkfish.app;

/// Something the user can put right: one line on stderr, no stack trace.
final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1;

    UserError(String message) {
        super(message);
    }
}
