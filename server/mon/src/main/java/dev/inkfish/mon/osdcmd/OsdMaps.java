package dev.inkfish.mon.osdcmd;

import dev.inkfish.crush.CrushMap;
import dev.inkfish.osdmap.OsdMap;
import dev.inkfish.osdmap.OsdMapIncremental;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.PgId;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// What the commands need of the service that keeps the map.
public interface OsdMaps {
    /// The committed map.
    OsdMap map();

    /// What the next epoch will change; only in commands that write.
    OsdMapIncremental pending();

    /// The CRUSH map as it will be.
    CrushMap pendingCrush();

    void pendingCrush(CrushMap crush);

    /// The map of an epoch as encoded for Ceph 16, or null if it is not kept.
    @Nullable Bytes encodedMap(long epoch);

    /// What an OSD said about itself when it booted, or null.
    @Nullable NavigableMap<String, String> metadata(int osd);

    NavigableMap<Integer, Map<String, String>> allMetadata();

    /// @param metadata null forgets the OSD's
    void pendingMetadata(int osd, @Nullable NavigableMap<String, String> metadata);

    /// The keys with which OSDs prove who they are, and open their disks.
    OsdKeyStore keys();

    /// Removes a pool in the next epoch; refuses what is a tier, or protected by flag or configuration.
    void removePool(long id);

    void createPoolSnap(long id, String name);

    void removePoolSnap(long id, String name);

    /// Has a group of which all copies are given up begin anew.
    ///
    /// @return false if it is being made already
    boolean makeAnew(PgId pg);
}
