package dev.inkfish.wire;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A set of numbers kept as disjoint intervals, start to length (`interval_set<snapid_t>` and others of
/// 64 bits); immutable.
public record IntervalSet(NavigableMap<Long, Long> intervals) {
    public static final IntervalSet EMPTY = new IntervalSet(Collections.emptyNavigableMap());

    public IntervalSet {
        intervals = Collections.unmodifiableNavigableMap(intervals);
    }

    public static IntervalSet of(long start, long length) {
        return EMPTY.plus(start, length);
    }

    public boolean isEmpty() {
        return intervals.isEmpty();
    }

    /// How many numbers are in it.
    public long size() {
        return intervals.values().stream().mapToLong(Long::longValue).sum();
    }

    public boolean contains(long value) {
        Map.Entry<Long, Long> floor = intervals.floorEntry(value);
        return floor != null && value - floor.getKey() < floor.getValue();
    }

    public boolean containsAll(long start, long length) {
        Map.Entry<Long, Long> floor = intervals.floorEntry(start);
        return floor != null && start + length <= floor.getKey() + floor.getValue();
    }

    public IntervalSet plus(long start, long length) {
        if (length <= 0) {
            return this;
        }
        NavigableMap<Long, Long> result = new TreeMap<>(intervals);
        long from = start;
        long to = start + length;
        Map.Entry<Long, Long> floor = result.floorEntry(to);
        while (floor != null && floor.getKey() + floor.getValue() >= from) {
            from = Math.min(from, floor.getKey());
            to = Math.max(to, floor.getKey() + floor.getValue());
            result.remove(floor.getKey());
            floor = result.floorEntry(to);
        }
        result.put(from, to - from);
        return new IntervalSet(result);
    }

    public IntervalSet minus(long start, long length) {
        long end = start + length;
        NavigableMap<Long, Long> result = new TreeMap<>();
        intervals.forEach((from, count) -> {
            long to = from + count;
            if (to <= start || from >= end) {
                result.put(from, count);
                return;
            }
            if (from < start) {
                result.put(from, start - from);
            }
            if (to > end) {
                result.put(end, to - end);
            }
        });
        return new IntervalSet(result);
    }

    public IntervalSet union(IntervalSet other) {
        IntervalSet result = this;
        for (Map.Entry<Long, Long> each : other.intervals.entrySet()) {
            result = result.plus(each.getKey(), each.getValue());
        }
        return result;
    }

    public IntervalSet minus(IntervalSet other) {
        IntervalSet result = this;
        for (Map.Entry<Long, Long> each : other.intervals.entrySet()) {
            result = result.minus(each.getKey(), each.getValue());
        }
        return result;
    }

    public IntervalSet intersection(IntervalSet other) {
        return minus(minus(other));
    }

    public static IntervalSet decode(WireReader in) {
        return new IntervalSet(in.map(WireReader::u64, WireReader::u64));
    }

    public void encode(WireWriter out) {
        out.map(intervals, WireWriter::u64, WireWriter::u64);
    }

    /// As Ceph prints it: `[1~3,7~1]`, both in hexadecimal.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        intervals.forEach((from, count) -> text.append(text.length() > 1 ? "," : "")
                .append(Long.toHexString(from))
                .append('~')
                .append(Long.toHexString(count)));
        return text.append(']').toString();
    }
}
