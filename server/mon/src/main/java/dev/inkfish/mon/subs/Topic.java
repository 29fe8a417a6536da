package dev.inkfish.mon.subs;

/// Something to subscribe to. A service registers one under each name.
@FunctionalInterface
public interface Topic {
    /// Sends what the subscription waits for, if it is there, and says so with [Subscription#sent]. Called
    /// when the subscription begins and whenever the service says that there may be something new.
    void check(Subscription subscription);
}
