package dev.inkfish.mon.osd;

import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.message.MMonGetOSDMap;
import dev.inkfish.wire.message.MOSDMap;
import dev.inkfish.wire.message.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Sends maps to sessions, whole or as increments, in chunks, encoded for what the peer understands.
public final class OsdMapSender {
    private static final int MAX_MAPS_PER_MESSAGE = 40;
    private static final int MAX_BYTES_PER_MESSAGE = 10 << 20;
    private static final int MAX_RECODED = 64;

    private record Recoded(boolean full, long epoch, long features) {}

    private final MonCore mon;
    private final OsdMapService service;
    private final Map<Recoded, Bytes> recoded = new LinkedHashMap<>();

    OsdMapSender(MonCore mon, OsdMapService service) {
        this.mon = mon;
        this.service = service;
    }

    void check(Subscription subscription) {
        MonSession session = subscription.session();
        int newest = service.map().epoch();
        if (subscription.next() > newest) {
            return;
        }
        if (subscription.next() >= 1) {
            sendFrom(session, (int) subscription.next(), 0);
        } else {
            sendFull(session, newest, 0);
        }
        subscription.sent(newest);
    }

    /// What a session needs that has everything before `epoch`: increments, or the newest map if it has none.
    public void sendLatest(MonSession session, int epoch) {
        if (epoch <= 1) {
            sendFull(session, service.map().epoch(), 0);
        } else {
            sendFrom(session, epoch, 0);
        }
    }

    private void sendFull(MonSession session, int epoch, long tid) {
        NavigableMap<Integer, Bytes> maps = new TreeMap<>();
        Bytes full = full(epoch, session.features());
        if (full != null) {
            maps.put(epoch, full);
        }
        send(session, new TreeMap<>(), maps, tid);
        session.osdEpoch(epoch);
    }

    private void sendFrom(MonSession session, int wanted, long tid) {
        int newest = service.map().epoch();
        int first = Math.max(wanted, session.osdEpoch() >= wanted ? session.osdEpoch() + 1 : wanted);
        if (first < service.oldestVersion()) {
            first = (int) service.oldestVersion();
            sendFull(session, first, tid);
            first++;
        }
        while (first <= newest) {
            NavigableMap<Integer, Bytes> increments = new TreeMap<>();
            long size = 0;
            while (first <= newest && increments.size() < MAX_MAPS_PER_MESSAGE && size < MAX_BYTES_PER_MESSAGE) {
                Bytes increment = increment(first, session.features());
                if (increment == null) {
                    throw new IllegalStateException("no increment of epoch " + first + " in the store");
                }
                increments.put(first, increment);
                size += increment.length();
                first++;
            }
            send(session, increments, new TreeMap<>(), tid);
        }
        session.osdEpoch(newest);
    }

    private void send(
            MonSession session, NavigableMap<Integer, Bytes> increments, NavigableMap<Integer, Bytes> maps, long tid) {
        mon.send(session,
                new MOSDMap(mon.fsid(), increments, maps, (int) service.oldestVersion(), service.map().epoch()), tid);
    }

    private @Nullable Bytes full(int epoch, long features) {
        Bytes canonical = service.encodedMap(epoch);
        if (canonical == null || understandsAll(features)) {
            return canonical;
        }
        long significant = OsdMap.significantFeatures(features);
        return cached(new Recoded(true, epoch, significant), () -> OsdMap.decode(canonical).encode(significant));
    }

    private @Nullable Bytes increment(int epoch, long features) {
        Bytes canonical = service.encodedIncremental(epoch);
        if (canonical == null || understandsAll(features)) {
            return canonical;
        }
        long significant = OsdMap.significantFeatures(features);
        return cached(new Recoded(false, epoch, significant), () -> {
            OsdMapIncremental inc = OsdMapIncremental.decode(canonical);
            Bytes full = full(epoch, features);
            inc.encodeFeatures = significant;
            inc.fullCrc = full == null ? 0 : OsdMap.crcOf(full);
            return inc.encode(significant);
        });
    }

    private static boolean understandsAll(long features) {
        return OsdMap.significantFeatures(features) == OsdMap.significantFeatures(Features.PACIFIC);
    }

    private Bytes cached(Recoded key, Supplier<Bytes> encode) {
        Bytes known = recoded.get(key);
        if (known == null) {
            known = encode.get();
            if (recoded.size() >= MAX_RECODED) {
                recoded.remove(recoded.keySet().iterator().next());
            }
            recoded.put(key, known);
        }
        return known;
    }

    boolean handle(MonSession session, Message message, long tid) {
        if (!(message instanceof MMonGetOSDMap get)) {
            return false;
        }
        if (!session.caps().canRead(session, "osd")) {
            return true;
        }
        NavigableMap<Integer, Bytes> maps = new TreeMap<>();
        NavigableMap<Integer, Bytes> increments = new TreeMap<>();
        long size = 0;
        for (int e = Math.max(1, get.fullFirst()); e <= get.fullLast() && roomFor(maps, size); e++) {
            size += add(maps, e, full(e, session.features()));
        }
        for (int e = Math.max(1, get.incrementalFirst()); e <= get.incrementalLast() && roomFor(increments, size); e++) {
            size += add(increments, e, increment(e, session.features()));
        }
        send(session, increments, maps, tid);
        return true;
    }

    private static boolean roomFor(NavigableMap<Integer, Bytes> maps, long size) {
        return maps.size() < MAX_MAPS_PER_MESSAGE && size < MAX_BYTES_PER_MESSAGE;
    }

    private static long add(NavigableMap<Integer, Bytes> maps, int epoch, @Nullable Bytes encoded) {
        if (encoded == null) {
            return MAX_BYTES_PER_MESSAGE;
        }
        maps.put(epoch, encoded);
        return encoded.length();
    }
}
