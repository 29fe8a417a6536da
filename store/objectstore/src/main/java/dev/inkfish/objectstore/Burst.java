package dev.inkfish.objectstore;

import java.util.ArrayList;
import java.util.List;

/// What a thread submits to several stores one after the other, a change and its replicas for example. A store that
/// would wake a thread for the first of them can wait until the burst ends, and have one write for all.
///
/// Whoever waits for a store within a burst must call [#flush] before.
public final class Burst {
    private static final ThreadLocal<Burst> CURRENT = ThreadLocal.withInitial(Burst::new);

    private final List<Work> atEnd = new ArrayList<>();
    private int depth;

    private Burst() {}

    /// What is left to do for what was submitted.
    public interface Work {
        /// The burst has ended: the thread holds no locks, and may do the work itself.
        void atEnd();

        /// Somebody waits for it, or there is no burst: another thread is to do it, as this one may hold locks.
        void now();
    }

    /// Begins one on this thread, or joins the one that goes on.
    public static void begin() {
        CURRENT.get().depth++;
    }

    public static void end() {
        Burst burst = CURRENT.get();
        if (--burst.depth == 0) {
            burst.take().forEach(Work::atEnd);
        }
    }

    /// Has the work done when the thread's burst ends, once however often it is given; now without one.
    public static void atEnd(Work work) {
        Burst burst = CURRENT.get();
        if (burst.depth == 0) {
            work.now();
        } else if (!burst.atEnd.contains(work)) {
            burst.atEnd.add(work);
        }
    }

    /// Has done now what was to be done at the end.
    public static void flush() {
        CURRENT.get().take().forEach(Work::now);
    }

    private List<Work> take() {
        if (atEnd.isEmpty()) {
            return List.of();
        }
        List<Work> taken = List.copyOf(atEnd);
        atEnd.clear();
        return taken;
    }
}
