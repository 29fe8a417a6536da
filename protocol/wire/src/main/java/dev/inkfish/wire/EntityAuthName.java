package dev.inkfish.wire;

/// Whose key it is, by name: `client.admin`, `osd.0`, `mon.` (Ceph's class `EntityName`).
@CephType("EntityName")
public record EntityAuthName(EntityType type, String id) implements Comparable<EntityAuthName> {
    public static EntityAuthName parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 0) {
            throw new CephException(Errno.EINVAL, "'" + text + "' is not of the form type.id");
        }
        return new EntityAuthName(EntityType.of(text.substring(0, dot)), text.substring(dot + 1));
    }

    public static EntityAuthName decode(WireReader in) {
        return new EntityAuthName(EntityType.of(in.u32()), in.string());
    }

    public void encode(WireWriter out) {
        out.u32(type.number()).string(id);
    }

    @Override
    public int compareTo(EntityAuthName other) {
        int byType = Integer.compare(type.number(), other.type.number());
        return byType != 0 ? byType : id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return type.text() + "." + id;
    }
}
