package dev.inkfish.osd.ops;

/// Limits and times of client operations; the defaults are Ceph 16's.
///
/// @param maxObjectSize `osd_max_object_size`
/// @param maxWriteSize `osd_max_write_size`, in bytes
/// @param maxNameLength `osd_max_object_name_len`, of names and locator keys
/// @param maxNamespaceLength `osd_max_object_namespace_len`
/// @param maxAttrNameLength `osd_max_attr_name_len`
/// @param maxAttrSize `osd_max_attr_size`; 0 for no limit
/// @param maxListed `osd_max_pgls`
/// @param maxOmapEntries `osd_max_omap_entries_per_request`
/// @param maxOmapBytes `osd_max_omap_bytes_per_request`
/// @param watchTimeout `osd_client_watch_timeout`, seconds
/// @param notifyTimeout `osd_default_notify_timeout`, seconds
/// @param maxWriteReply `osd_max_write_op_reply_len`, of each operation of a changing request
/// @param cachedObjects how many objects' infos a group keeps decoded
/// @param copyChunk `osd_copyfrom_max_chunk`
public record OpsSettings(
        long maxObjectSize,
        long maxWriteSize,
        int maxNameLength,
        int maxNamespaceLength,
        int maxAttrNameLength,
        int maxAttrSize,
        int maxListed,
        long maxOmapEntries,
        long maxOmapBytes,
        int watchTimeout,
        int notifyTimeout,
        int maxWriteReply,
        int cachedObjects,
        long copyChunk) {
    public static final OpsSettings DEFAULT =
            new OpsSettings(128L << 20, 90L << 20, 2048, 256, 100, 0, 1024, 1024, 1L << 30, 30, 30, 64, 512, 8L << 20);

    public OpsSettings withMaxObjectSize(long bytes) {
        return new OpsSettings(bytes, maxWriteSize, maxNameLength, maxNamespaceLength, maxAttrNameLength, maxAttrSize,
                maxListed, maxOmapEntries, maxOmapBytes, watchTimeout, notifyTimeout, maxWriteReply, cachedObjects,
                copyChunk);
    }

    public OpsSettings withCopyChunk(long bytes) {
        return new OpsSettings(maxObjectSize, maxWriteSize, maxNameLength, maxNamespaceLength, maxAttrNameLength,
                maxAttrSize, maxListed, maxOmapEntries, maxOmapBytes, watchTimeout, notifyTimeout, maxWriteReply,
                cachedObjects, bytes);
    }

    public OpsSettings withCachedObjects(int count) {
        return new OpsSettings(maxObjectSize, maxWriteSize, maxNameLength, maxNamespaceLength, maxAttrNameLength,
                maxAttrSize, maxListed, maxOmapEntries, maxOmapBytes, watchTimeout, notifyTimeout, maxWriteReply, count,
                copyChunk);
    }
}
