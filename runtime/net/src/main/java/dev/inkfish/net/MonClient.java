package dev.inkfish.net;

import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.message.Message;
import java.util.List;

/// A daemon's or client's session with the monitors (`src/mon/MonClient.h`): finds one that answers,
/// authenticates, keeps subscriptions across reconnects, sends commands. Methods may be called from any
/// thread; callbacks come on the messenger's event loop.
public final class MonClient implements AutoCloseable {
    private MonClient() {
        throw new UnsupportedOperationException("not there yet");
    }

    /// What the owner is told.
    public interface Listener {
        /// A session with a monitor is up, the first time and after each reconnect.
        default void onSession(long globalId) {}

        /// A monitor map arrived, encoded.
        default void onMonMap(Bytes monMap) {}

        /// No session could be had: the monitors refuse us (`code` below zero).
        default void onRefused(int code, String reason) {}

        /// Whatever else the monitor sends: maps, configuration, replies to what [#send] sent.
        void onMessage(Connection connection, Message message, long tid);
    }

    /// Takes the answer to a command.
    @FunctionalInterface
    public interface CommandCallback {
        /// @param code 0 or a negative errno
        /// @param status the one line for people
        void onReply(int code, String status, Bytes output);
    }

    /// Takes the answer to [#getVersion].
    @FunctionalInterface
    public interface VersionCallback {
        void onVersion(long newest, long oldest);
    }

    /// @param monitors addresses to try, one vector per monitor, as from `mon_host`
    public static MonClient create(
            Messenger messenger,
            EntityAuthName name,
            ClientAuth auth,
            List<EntityAddrVec> monitors,
            EventLoops loops,
            Listener listener) {
        return new MonClient();
    }

    /// Begins to look for a monitor.
    public void start() {
        throw new UnsupportedOperationException("not there yet");
    }

    /// 0 before the first session.
    public long globalId() {
        throw new UnsupportedOperationException("not there yet");
    }

    /// Wants every version of a map from `start` on ("osdmap", "mgrmap", "monmap", "config").
    public void subscribe(String what, long start) {
        throw new UnsupportedOperationException("not there yet");
    }

    /// Wants the next version from `start` on, once.
    public void subscribeOnce(String what, long start) {
        throw new UnsupportedOperationException("not there yet");
    }

    /// Says that versions up to this one have come, so that after a reconnect the subscription goes on behind it.
    public void received(String what, long version) {
        throw new UnsupportedOperationException("not there yet");
    }

    /// @param command the JSON text of the command, `{"prefix": "status"}`
    public void command(String command, Bytes input, CommandCallback callback) {
        throw new UnsupportedOperationException("not there yet");
    }

    public void getVersion(String map, VersionCallback callback) {
        throw new UnsupportedOperationException("not there yet");
    }

    /// Sends to the monitor of the session, or to the next one as soon as there is a session; not sent
    /// again when the session breaks: what must arrive is sent again in [Listener#onSession].
    public void send(Message message, long tid) {
        throw new UnsupportedOperationException("not there yet");
    }

    public void send(Message message) {
        send(message, 0);
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("not there yet");
    }
}
