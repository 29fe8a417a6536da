package dev.inkfish.cephx;

/// What a ciphertext is for (`CEPHX_KEY_USAGE_*`): keys of type `aes256k` encrypt each kind differently.
public final class KeyUsage {
    public static final int CONNECTION_SECRET = 0x03;
    public static final int TICKET_SESSION_KEY = 0x04;
    public static final int TICKET_BLOB = 0x05;
    public static final int AUTHORIZE = 0x10;
    public static final int AUTHORIZE_CHALLENGE = 0x11;
    public static final int AUTHORIZE_REPLY = 0x12;
    public static final int ROTATING_SECRET = 0x20;
    public static final int TICKET_INFO = 0x30;

    private KeyUsage() {}
}
