package dev.inkfish.mon.subs;

import dev.inkfish.mon.MonSession;

/// One session's wish for versions of something.
public final class Subscription {
    private final MonSession session;
    private final String topic;
    private final boolean once;
    private final boolean incremental;
    private long next;

    /// @param next the first version wanted; 0 for the current one, whole
    public Subscription(MonSession session, String topic, long next, boolean once, boolean incremental) {
        this.session = session;
        this.topic = topic;
        this.next = next;
        this.once = once;
        this.incremental = incremental;
    }

    public MonSession session() {
        return session;
    }

    public String topic() {
        return topic;
    }

    public boolean once() {
        return once;
    }

    /// Whether increments may be sent from `next` on, rather than a whole map.
    public boolean incremental() {
        return incremental;
    }

    public long next() {
        return next;
    }

    /// Everything up to `version` was sent: ends a subscription that was for once, otherwise waits for the next.
    public void sent(long version) {
        if (once) {
            session.subscriptions().remove(topic, this);
        } else {
            next = version + 1;
        }
    }
}
