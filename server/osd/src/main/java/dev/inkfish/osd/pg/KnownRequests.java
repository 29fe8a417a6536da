package dev.inkfish.osd.pg;

import dev.inkfish.wire.osd.OsdReqId;
import java.util.HashMap;
import java.util.Map;

/// Of each client that a log knows requests of, how many they are and the newest: clients number their requests upwards, so
/// that most need not be looked for in the log.
final class KnownRequests {
    private final Map<Client, Requests> byClient = new HashMap<>();

    private record Client(long number, int incarnation) {
        static Client of(OsdReqId request) {
            return new Client(request.name().number(), request.incarnation());
        }

        // those of records go through method handles
        @Override
        public boolean equals(Object other) {
            return other instanceof Client that && number == that.number && incarnation == that.incarnation;
        }

        @Override
        public int hashCode() {
            return 31 * Long.hashCode(number) + incarnation;
        }
    }

    private static final class Requests {
        int count;
        /// Also when it is known no more.
        long newest = -1;
    }

    void clear() {
        byClient.clear();
    }

    void add(OsdReqId request) {
        Requests of = byClient.computeIfAbsent(Client.of(request), _ -> new Requests());
        of.count++;
        of.newest = Math.max(of.newest, request.tid());
    }

    /// One that was added is known no more.
    void remove(OsdReqId request) {
        Client client = Client.of(request);
        Requests of = byClient.get(client);
        if (of == null) {
            throw new IllegalStateException("request " + request + " was not known");
        }
        of.count--;
        if (of.count == 0) {
            byClient.remove(client);
        }
    }

    /// False if it is not known; if true, it is to be looked for.
    boolean mayHave(OsdReqId request) {
        Requests of = byClient.get(Client.of(request));
        return of != null && request.tid() <= of.newest;
    }
}
