package dev.inkfish.objectstore;

import java.util.ArrayList;
import java.util.List;

/// What a thread submits to several stores one after the other, a change and its replicas for example. A store that
/// would wake a thread for the first of them can wait until the burst ends, and have one write for all.
///
/// Whoever waits for a store within a burst must call [#flush] before.
public final class Burst {
    private static final ThreadLocal<Burst> CURRENT = ThreadLocal.withInitial(Burst::new);

    private final List<Runnable> atEnd = new ArrayList<>();
    private int depth;

    private Burst() {}

    /// Begins one on this thread, or joins the one that goes on.
    public static void begin() {
        CURRENT.get().depth++;
    }

    public static void end() {
        Burst burst = CURRENT.get();
        if (--burst.depth == 0) {
            burst.run();
        }
    }

    /// Runs the action when the thread's burst ends, once however often it is given; at once without one.
    public static void atEnd(Runnable action) {
        Burst burst = CURRENT.get();
        if (burst.depth == 0) {
            action.run();
        } else if (!burst.atEnd.contains(action)) {
            burst.atEnd.add(action);
        }
    }

    /// Does now what was to be done at the end.
    public static void flush() {
        CURRENT.get().run();
    }

    private void run() {
        if (!atEnd.isEmpty()) {
            List<Runnable> actions = List.copyOf(atEnd);
            atEnd.clear();
            actions.forEach(Runnable::run);
        }
    }
}
