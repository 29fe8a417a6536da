package dev.inkfish.net;

import java.util.concurrent.atomic.AtomicLong;

/// What a messenger has moved over TCP since it was made (`src/msg/async/Stack.h`). Its loop alone counts; anybody may read, at
/// times a moment behind. What stays within the process is not counted.
public final class MessengerCounters {
    private final AtomicLong receivedMessages = new AtomicLong();
    private final AtomicLong sentMessages = new AtomicLong();
    private final AtomicLong receivedBytes = new AtomicLong();
    private final AtomicLong sentBytes = new AtomicLong();
    private final AtomicLong created = new AtomicLong();
    private final AtomicLong active = new AtomicLong();

    /// Of one moment.
    ///
    /// @param created connections that were ever made, those that are still there among them
    /// @param active connections that are there
    public record Sums(
            long receivedMessages, long sentMessages, long receivedBytes, long sentBytes, long created, long active) {}

    private static void add(AtomicLong counter, long count) {
        counter.setOpaque(counter.getPlain() + count);
    }

    void received(long bytes) {
        add(receivedBytes, bytes);
    }

    void receivedMessage() {
        add(receivedMessages, 1);
    }

    void sent(long bytes) {
        add(sentBytes, bytes);
    }

    void sentMessages(long count) {
        add(sentMessages, count);
    }

    void opened() {
        add(created, 1);
        add(active, 1);
    }

    void closed() {
        add(active, -1);
    }

    Sums sums() {
        return new Sums(receivedMessages.getOpaque(), sentMessages.getOpaque(), receivedBytes.getOpaque(), sentBytes.getOpaque(),
                created.getOpaque(), active.getOpaque());
    }
}
