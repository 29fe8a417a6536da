package dev.inkfish.wire;

/// What a peer is (`CEPH_ENTITY_TYPE_*`). The numbers are bits, since services are asked for in sets.
public enum EntityType {
    MON(1, "mon"),
    MDS(2, "mds"),
    OSD(4, "osd"),
    CLIENT(8, "client"),
    MGR(16, "mgr"),
    AUTH(32, "auth");

    private final int number;
    private final String text;

    EntityType(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public int number() {
        return number;
    }

    /// As in `client.admin`.
    public String text() {
        return text;
    }

    public static EntityType of(int number) {
        for (EntityType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        throw new DecodeException("entity type " + number);
    }

    public static EntityType of(String text) {
        for (EntityType type : values()) {
            if (type.text.equals(text)) {
                return type;
            }
        }
        throw new CephException(Errno.EINVAL, "unknown entity type '" + text + "'");
    }
}
