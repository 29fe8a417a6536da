package dev.inkfish.mon;

import dev.inkfish.conf.Conf;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.mon.MonMap;
import java.util.UUID;

/// What a new cluster begins with (`ceph-mon --mkfs`).
///
/// @param keyring text of a keyring with the keys that exist from the start, at least `mon.` and `client.admin`
public record NewCluster(UUID fsid, MonMap monMap, Bytes keyring, Conf conf, Utime now) {}
