package dev.inkfish.osd.pg;

import dev.inkfish.wire.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// What several clients did with one object. It is linearizable if there is an order of all requests, each between when it
/// was made and when it was answered, in which every read returns what was written last.
final class History {
    /// A request that was answered.
    ///
    /// @param value what was written or read; empty for an object that is not there
    record Event(boolean reads, Bytes value, long start, long end) {}

    /// Each client makes one request at a time: how many of each one's have taken place says which have.
    private record Position(List<Integer> done, Bytes value) {}

    private final TreeMap<Integer, List<Event>> byClient = new TreeMap<>();

    void add(int client, Event event) {
        byClient.computeIfAbsent(client, c -> new ArrayList<>()).add(event);
    }

    boolean isLinearizable() {
        List<List<Event>> clients = List.copyOf(byClient.values());
        Deque<Position> toTry = new ArrayDeque<>();
        Set<Position> seen = new HashSet<>();
        toTry.add(new Position(clients.stream().map(c -> 0).toList(), Bytes.EMPTY));
        while (!toTry.isEmpty()) {
            Position at = toTry.pollLast();
            long earliestEnd = Long.MAX_VALUE;
            boolean finished = true;
            for (int i = 0; i < clients.size(); i++) {
                if (at.done.get(i) < clients.get(i).size()) {
                    finished = false;
                    earliestEnd = Math.min(earliestEnd, clients.get(i).get(at.done.get(i)).end());
                }
            }
            if (finished) {
                return true;
            }
            for (int i = 0; i < clients.size(); i++) {
                Event next = at.done.get(i) < clients.get(i).size() ? clients.get(i).get(at.done.get(i)) : null;
                boolean possible = next != null && next.start() <= earliestEnd && (!next.reads() || next.value().equals(at.value));
                if (possible) {
                    List<Integer> done = new ArrayList<>(at.done);
                    done.set(i, done.get(i) + 1);
                    Position position = new Position(List.copyOf(done), next.reads() ? at.value : next.value());
                    if (seen.add(position)) {
                        toTry.add(position);
                    }
                }
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return byClient.toString();
    }
}
