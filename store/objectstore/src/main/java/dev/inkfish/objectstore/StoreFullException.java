package dev.inkfish.objectstore;

/// No room for a transaction; nothing of it was applied.
public final class StoreFullException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreFullException(String message) {
        super(message);
    }
}
