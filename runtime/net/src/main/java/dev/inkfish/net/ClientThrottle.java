package dev.inkfish.net;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Bounds what the requests of a daemon's clients take of its memory, with the replies to them that are not written
/// yet (the client throttlers of `Messenger::Policy`). Where the bound is reached, sockets of clients are not read
/// any more until something is released. Daemons are never held up.
///
/// A message is let in before its content is read: [#admits] on the messenger's loop. A request that outlives its
/// delivery is counted by [Connection#hold] until [Connection#release], from any thread.
public final class ClientThrottle {
    /// Smaller messages are let in without being counted while they are received.
    private static final long SMALL = 64 << 10;
    /// A client that holds memory others wait for and takes nothing of its replies is given up after this time.
    private static final long UNREAD_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// A client that holds memory others wait for with a message whose end does not come is given up after this time.
    private static final long RECEIVE_NANOS = TimeUnit.SECONDS.toNanos(20);

    /// A client for which more than this waits is to take it first.
    private static final long UNREAD = 1 << 20;

    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicBoolean wakeScheduled = new AtomicBoolean();
    private volatile long byteLimit = Long.MAX_VALUE;
    private volatile int requestLimit = Integer.MAX_VALUE;
    private volatile boolean someWait;
    private volatile @Nullable EventLoop loop;
    /// On the loop: who waits for how many bytes, in the order of coming.
    private final Map<TcpSocket, Long> waiting = new LinkedHashMap<>();
    private boolean waking;

    /// @param requestsUnderWay 0 for no limit
    public void limits(long bytesUnderWay, int requestsUnderWay) {
        byteLimit = bytesUnderWay;
        requestLimit = requestsUnderWay == 0 ? Integer.MAX_VALUE : requestsUnderWay;
        if (someWait) {
            wakeSoon();
        }
    }

    /// Bytes of requests and unwritten replies.
    public long bytes() {
        return bytes.get();
    }

    public int requests() {
        return requests.get();
    }

    public long byteLimit() {
        return byteLimit;
    }

    /// 0 for no limit.
    public int requestLimit() {
        int limit = requestLimit;
        return limit == Integer.MAX_VALUE ? 0 : limit;
    }

    /// @return false if that was said before
    boolean runOn(EventLoop home) {
        boolean first = loop == null;
        loop = home;
        return first;
    }

    /// Whether a message of this size may be received now; if not, the socket is told to [TcpSocket#resume].
    ///
    /// @return how many bytes were counted for it, or -1
    long admit(TcpSocket socket, long size) {
        if ((waking || waiting.isEmpty()) && withinShare(socket, size) && hasRoom(size)) {
            long counted = size < SMALL ? 0 : size;
            bytes.addAndGet(counted);
            return counted;
        }
        waiting.put(socket, size);
        someWait = true;
        if (hasRoom(0)) {
            wakeSoon(); // it may have been released before anybody could see that we wait
        }
        return -1;
    }

    /// No client alone may take it all, and the more wait, the less each may take: those that do not read their
    /// replies would stop the others.
    private boolean withinShare(TcpSocket socket, long size) {
        long own = socket.heldBytes();
        return own == 0
                || own + size <= byteLimit / 4 * 3 / (1 + waiting.size()) && socket.unwritten() <= UNREAD;
    }

    private boolean hasRoom(long size) {
        long limit = byteLimit;
        long held = bytes.get();
        boolean fits = held + size <= limit || size > limit / 2 && held <= limit / 2;
        return fits && requests.get() < requestLimit;
    }

    void forget(TcpSocket socket) {
        waiting.remove(socket);
        someWait = !waiting.isEmpty();
    }

    void hold(long size) {
        requests.incrementAndGet();
        bytes.addAndGet(size);
    }

    void release(long size) {
        requests.decrementAndGet();
        count(-size);
    }

    /// Bytes of no request: of a message being received, of replies.
    void count(long delta) {
        bytes.addAndGet(delta);
        if (delta <= 0 && someWait && hasRoom(0)) {
            wakeSoon();
        }
    }

    private void wakeSoon() {
        EventLoop on = loop;
        if (on != null && wakeScheduled.compareAndSet(false, true)) {
            on.execute(this::wake);
        }
    }

    /// Lets those in who waited longest. One that waits for its own requests keeps nobody behind it waiting.
    private void wake() {
        wakeScheduled.set(false);
        waking = true;
        try {
            for (Map.Entry<TcpSocket, Long> each : new ArrayList<>(waiting.entrySet())) {
                TcpSocket socket = each.getKey();
                if (!withinShare(socket, each.getValue())) {
                    continue;
                }
                if (!hasRoom(each.getValue())) {
                    break;
                }
                waiting.remove(socket);
                socket.resume();
            }
        } finally {
            waking = false;
            someWait = !waiting.isEmpty();
        }
    }

    /// Gives up clients that take nothing of what waits for them, or do not come to the end of what they send, while others
    /// wait. On the loop, now and then.
    void checkProgress(Iterable<TcpSocket> sockets, long now) {
        for (TcpSocket socket : sockets) {
            long unread = socket.unreadFor(now);
            if (!waiting.isEmpty() && unread > UNREAD_NANOS) {
                socket.giveUp();
            } else if (!waiting.isEmpty() && socket.receivingFor(now) > RECEIVE_NANOS) {
                socket.tooSlow();
            }
        }
    }
}
