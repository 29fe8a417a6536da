package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// The intervals since the group was last clean in which it may have taken writes (`PastIntervals`, its
/// compact form): whom a primary must ask to be sure that it knows every acknowledged write.
///
/// @param first the first epoch it covers, 0 when empty
/// @param last the last one
/// @param participants everyone who was in an acting set
@CephType("PastIntervals")
public record PastIntervals(int first, int last, SortedSet<PgShard> participants, List<Interval> intervals) {
    public static final PastIntervals EMPTY = new PastIntervals(0, 0, new TreeSet<>(), List.of());

    /// An interval that may have seen writes.
    public record Interval(int first, int last, SortedSet<PgShard> acting) {}

    public boolean isEmpty() {
        return last == 0;
    }

    /// Adds the interval that just ended. An older interval whose acting set contains the new one's adds no
    /// knowledge: who answers for the new one answers for it.
    ///
    /// @param wroteMaybe whether the group may have taken writes in it
    public PastIntervals plus(Interval ended, WroteMaybe wroteMaybe) {
        SortedSet<PgShard> everyone = new TreeSet<>(participants);
        everyone.addAll(ended.acting);
        List<Interval> kept = new ArrayList<>(intervals);
        if (wroteMaybe == WroteMaybe.YES) {
            kept.removeIf(older -> older.acting.containsAll(ended.acting));
            kept.add(ended);
        }
        return new PastIntervals(first == 0 ? ended.first : first, ended.last, everyone, List.copyOf(kept));
    }

    /// Whether an interval may have seen writes.
    public enum WroteMaybe {
        YES,
        NO
    }

    public static PastIntervals decode(WireReader in) {
        return in.versioned(1, (body, version) -> {
            int form = body.u8();
            if (form == 0) {
                return EMPTY;
            }
            if (form != 2) {
                throw new DecodeException("past intervals of form " + form);
            }
            return body.versioned(1, (rep, v) -> {
                int first = rep.u32();
                int last = rep.u32();
                SortedSet<PgShard> everyone = new TreeSet<>(rep.list(PgShard::decode));
                List<Interval> intervals = rep.list(each -> each.versioned(1, (interval, iv) -> {
                    int from = interval.u32();
                    int to = interval.u32();
                    return new Interval(from, to, new TreeSet<>(interval.list(PgShard::decode)));
                }));
                return new PastIntervals(first, last, everyone, intervals);
            });
        });
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> {
            if (isEmpty()) {
                out.u8(0);
                return;
            }
            out.u8(2);
            out.versioned(1, 1, () -> out.u32(first)
                    .u32(last)
                    .list(participants, (w, s) -> s.encode(w))
                    .list(intervals, (w, i) -> w.versioned(1, 1, () -> w.u32(i.first)
                            .u32(i.last)
                            .list(i.acting, (x, s) -> s.encode(x)))));
        });
    }
}
