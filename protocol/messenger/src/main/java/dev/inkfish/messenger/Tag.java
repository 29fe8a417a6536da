package dev.inkfish.messenger;

import dev.inkfish.wire.DecodeException;

/// What a msgr2 frame is (`src/msg/async/frames_v2.h`).
public enum Tag {
    HELLO(1),
    AUTH_REQUEST(2),
    AUTH_BAD_METHOD(3),
    AUTH_REPLY_MORE(4),
    AUTH_REQUEST_MORE(5),
    AUTH_DONE(6),
    AUTH_SIGNATURE(7),
    CLIENT_IDENT(8),
    SERVER_IDENT(9),
    IDENT_MISSING_FEATURES(10),
    SESSION_RECONNECT(11),
    SESSION_RESET(12),
    SESSION_RETRY(13),
    SESSION_RETRY_GLOBAL(14),
    SESSION_RECONNECT_OK(15),
    WAIT(16),
    MESSAGE(17),
    KEEPALIVE2(18),
    KEEPALIVE2_ACK(19),
    ACK(20);

    private static final Tag[] ALL = values();

    private final int number;

    Tag(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public static Tag of(int number) {
        if (number < 1 || number > ALL.length) {
            throw new DecodeException("frame tag " + number);
        }
        return ALL[number - 1];
    }
}
