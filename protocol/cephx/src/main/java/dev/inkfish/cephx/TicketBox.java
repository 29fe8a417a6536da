package dev.inkfish.cephx;

import dev.inkfish.cephx.wire.CephXServiceTicket;
import dev.inkfish.cephx.wire.CephXTicketBlob;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A client's tickets, immutable (`CephXTicketManager`).
record TicketBox(NavigableMap<EntityType, Ticket> tickets) {
    static final TicketBox EMPTY = new TicketBox(new TreeMap<>());

    /// A ticket, its session key, and when to see about another.
    record Ticket(CephXTicketBlob blob, CryptoKey sessionKey, Utime renewAfter, Utime expires) {}

    TicketBox {
        tickets = Collections.unmodifiableNavigableMap(tickets);
    }

    @Nullable Ticket find(EntityType service) {
        return tickets.get(service);
    }

    /// Those of the wanted services, as bits, whose ticket is missing or three quarters through its time.
    int due(int wanted, Utime now) {
        int due = 0;
        for (EntityType service : EntityType.values()) {
            Ticket ticket = tickets.get(service);
            if ((wanted & service.number()) != 0 && (ticket == null || now.compareTo(ticket.renewAfter) >= 0)) {
                due |= service.number();
            }
        }
        return due;
    }

    TicketBox without(EntityType service) {
        NavigableMap<EntityType, Ticket> fewer = new TreeMap<>(tickets);
        fewer.remove(service);
        return new TicketBox(fewer);
    }

    /// Adds the tickets that a monitor sent, encrypted with `holderKey`.
    TicketBox with(WireReader in, CryptoKey holderKey, Utime now) {
        NavigableMap<EntityType, Ticket> more = new TreeMap<>(tickets);
        in.u8();
        int count = in.count(16);
        for (int i = 0; i < count; i++) {
            EntityType service = EntityType.of(in.u32());
            in.u8();
            CephXServiceTicket secret =
                    Sealed.open(holderKey, KeyUsage.TICKET_SESSION_KEY, in.bytes(), CephXServiceTicket::decode);
            boolean encrypted = in.bool();
            Bytes blob = in.bytes();
            Ticket old = more.get(service);
            if (encrypted) {
                CryptoKey oldKey = old == null ? CryptoKey.EMPTY : old.sessionKey;
                blob = Sealed.open(oldKey, KeyUsage.TICKET_BLOB, blob, WireReader::bytes);
            }
            long validity = secret.validity().toNanos();
            Utime renewAfter = Utime.ofNanos(now.toNanos() + validity / 4 * 3);
            Utime expires = Utime.ofNanos(now.toNanos() + validity);
            CephXTicketBlob ticket = CephXTicketBlob.decode(blob.reader());
            more.put(service, new Ticket(ticket, secret.sessionKey(), renewAfter, expires));
        }
        return new TicketBox(more);
    }
}
