package dev.inkfish.wire;

/// Input that is not a valid encoding. The only exception a decoder throws.
public final class DecodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DecodeException(String message) {
        super(message);
    }
}
