package dev.inkfish.wire;

/// Who a peer is on the wire, by number: `osd.3`, `client.4127` (`entity_name_t`).
@CephType("entity_name_t")
public record EntityName(EntityType type, long number) implements Comparable<EntityName> {
    public static EntityName osd(int id) {
        return new EntityName(EntityType.OSD, id);
    }

    public static EntityName mon(int rank) {
        return new EntityName(EntityType.MON, rank);
    }

    public static EntityName client(long globalId) {
        return new EntityName(EntityType.CLIENT, globalId);
    }

    public static EntityName decode(WireReader in) {
        return new EntityName(EntityType.of(in.u8()), in.u64());
    }

    public void encode(WireWriter out) {
        out.u8(type.number()).u64(number);
    }

    @Override
    public int compareTo(EntityName other) {
        int byType = Integer.compare(type.number(), other.type.number());
        return byType != 0 ? byType : Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return type.text() + "." + (number < 0 ? "?" : Long.toString(number));
    }
}
