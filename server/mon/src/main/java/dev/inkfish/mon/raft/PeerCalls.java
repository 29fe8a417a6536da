package dev.inkfish.mon.raft;

import dev.inkfish.wire.Bytes;
import java.io.IOException;

/// Calls from monitor to monitor, over connections that both ends have proved on.
public interface PeerCalls {
    /// Sends a request and waits for its answer.
    ///
    /// @throws IOException where the monitor cannot be reached or does not answer in time
    Bytes call(String monitor, Bytes request) throws IOException;
}
