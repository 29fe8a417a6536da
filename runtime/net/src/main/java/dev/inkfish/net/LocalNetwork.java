package dev.inkfish.net;

/// The messengers of one process. Those registered with the same network reach each other without
/// sockets: messages are handed over as they are, in order, not encoded.
public final class LocalNetwork {}
