package dev.inkfish.rados;

import dev.inkfish.wire.Bytes;

/// A watch on an object, kept until it is closed.
public interface Watch extends AutoCloseable {
    /// Told of a notification, on the client's thread: must not wait.
    @FunctionalInterface
    interface Listener {
        /// @return the answer for the notifier
        Bytes onNotify(long notifyId, Bytes payload);
    }

    /// The number under which watchers are listed.
    long cookie();

    /// False once the watch was lost; it comes back by itself if the object is there.
    boolean isUp();

    /// Removes the watch; waits for it.
    @Override
    void close();
}
