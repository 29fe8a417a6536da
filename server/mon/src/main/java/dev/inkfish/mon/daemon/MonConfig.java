package dev.inkfish.mon.daemon;

import dev.inkfish.conf.Conf;
import dev.inkfish.net.EventLoops;
import dev.inkfish.net.LocalNetwork;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What a monitor needs to run.
///
/// @param name its id: the `a` of `mon.a`
/// @param directory made by [MonDaemon#mkfs]
/// @param network set where peers of the same process are to be reached without sockets
public record MonConfig(String name, Path directory, Conf conf, EventLoops loops, @Nullable LocalNetwork network) {}
