package dev.inkfish.cephx.auth;

/// `CEPH_AUTH_*` and `CEPH_CON_MODE_*`
public final class AuthMethod {
    public static final int NONE = 1;
    public static final int CEPHX = 2;

    public static final int MODE_CRC = 1;
    public static final int MODE_SECURE = 2;

    private AuthMethod() {}
}
