package dev.inkfish.wire;

import java.util.List;

/// All addresses of one daemon (`entity_addrvec_t`).
@CephType("entity_addrvec_t")
public record EntityAddrVec(List<EntityAddr> addrs) implements Comparable<EntityAddrVec> {
    public static final EntityAddrVec EMPTY = new EntityAddrVec(List.of());

    public EntityAddrVec {
        addrs = List.copyOf(addrs);
    }

    public static EntityAddrVec of(EntityAddr... addrs) {
        return new EntityAddrVec(List.of(addrs));
    }

    public boolean isEmpty() {
        return addrs.isEmpty();
    }

    /// The first address of a kind, or the blank one.
    public EntityAddr first(EntityAddr.Kind kind) {
        for (EntityAddr addr : addrs) {
            if (addr.kind() == kind) {
                return addr;
            }
        }
        return EntityAddr.NONE;
    }

    public EntityAddr msgr2() {
        return first(EntityAddr.Kind.MSGR2);
    }

    /// The address for old peers: the msgr1 one, or the first, or the blank one.
    public EntityAddr legacy() {
        EntityAddr v1 = first(EntityAddr.Kind.LEGACY);
        if (!v1.isBlank()) {
            return v1;
        }
        return EntityAddr.NONE;
    }

    public EntityAddr front() {
        return addrs.isEmpty() ? EntityAddr.NONE : addrs.getFirst();
    }

    public static EntityAddrVec decode(WireReader in) {
        int marker = in.u8();
        return switch (marker) {
            case 0 -> of(EntityAddr.decodeLegacyBody(in));
            case 1 -> of(EntityAddr.decodeBody(in));
            case 2 -> new EntityAddrVec(in.list(EntityAddr::decode));
            default -> throw new DecodeException("address vector marker " + marker);
        };
    }

    public void encode(WireWriter out, long features) {
        if (Features.has(features, Features.MSG_ADDR2)) {
            out.u8(2).list(addrs, (w, addr) -> addr.encode(w, features));
        } else {
            legacy().encodeLegacy(out);
        }
    }

    /// As Ceph prints it: `[v2:127.0.0.1:3300/0,v1:127.0.0.1:6789/0]`, or the one address bare.
    @Override
    public String toString() {
        if (addrs.isEmpty()) {
            return "-";
        }
        if (addrs.size() == 1) {
            return addrs.getFirst().toString();
        }
        return "[" + String.join(",", addrs.stream().map(EntityAddr::toString).toList()) + "]";
    }

    @Override
    public int compareTo(EntityAddrVec other) {
        int common = Math.min(addrs.size(), other.addrs.size());
        for (int i = 0; i < common; i++) {
            int c = addrs.get(i).compareTo(other.addrs.get(i));
            if (c != 0) {
                return c;
            }
        }
        return Integer.compare(addrs.size(), other.addrs.size());
    }
}
