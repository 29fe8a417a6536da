package dev.inkfish.net;

import dev.inkfish.command.stats.PerfGroups;
import dev.inkfish.wire.mon.PerfCounterType;
import java.util.List;

/// Counters of messengers under Ceph's names (`src/msg/async/Stack.h`, `src/common/Throttle.cc`), as far as they mean something
/// here: not there is how long threads ran, and of throttles how often somebody took of them.
public final class MessengerGroups {
    private static final int WORKER_PRIORITY = 0;

    private MessengerGroups() {}

    /// A messenger lives on one thread: it is a worker of its own.
    public static void add(PerfGroups all, List<NettyMessenger> messengers) {
        for (int i = 0; i < messengers.size(); i++) {
            MessengerCounters.Sums sums = messengers.get(i).moved();
            String group = "AsyncMessenger::Worker-" + i;
            count(all, group, "msgr_recv_messages", "Network received messages", PerfGroups.NONE, sums.receivedMessages());
            count(all, group, "msgr_send_messages", "Network sent messages", PerfGroups.NONE, sums.sentMessages());
            count(all, group, "msgr_recv_bytes", "Network received bytes", PerfGroups.BYTES, sums.receivedBytes());
            count(all, group, "msgr_send_bytes", "Network sent bytes", PerfGroups.BYTES, sums.sentBytes());
            count(all, group, "msgr_created_connections", "Created connection number", PerfGroups.NONE, sums.created());
            count(all, group, "msgr_active_connections", "Active connection number", PerfGroups.NONE, sums.active());
        }
    }

    /// @param group `throttle-mon_client_bytes` for a monitor's
    public static void bytes(PerfGroups all, String group, ClientThrottle throttle) {
        throttle(all, group, throttle.bytes(), throttle.byteLimit());
    }

    public static void requests(PerfGroups all, String group, ClientThrottle throttle) {
        throttle(all, group, throttle.requests(), throttle.requestLimit());
    }

    private static void throttle(PerfGroups all, String group, long value, long limit) {
        all.gauge(group, "val", "Currently available throttle", PerfGroups.NONE, value);
        all.gauge(group, "max", "Max value for throttle", PerfGroups.NONE, limit);
    }

    private static void count(PerfGroups all, String group, String name, String description, int unit, long value) {
        all.add(group, new PerfCounterType(name, description, "", PerfGroups.COUNTER, WORKER_PRIORITY, unit), value, 0);
    }
}
