package dev.inkfish.mgr.rbd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.inkfish.mgr.rbd.foreign.ForeignImage;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;

/// Where an import comes from, as its user wrote it (`librbd::migration::SourceSpecBuilder`).
final class ImportSpec {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ImportSpec() {}

    static MigrationSource open(RbdHost host, Migration migration) {
        JsonNode spec;
        try {
            spec = JSON.readTree(migration.importedFrom());
        } catch (JsonProcessingException e) {
            throw new CephException(Errno.EBADMSG, "the source makes no sense: " + e.getOriginalMessage());
        }
        if (!spec.path("type").asText().equals("native")) {
            return new MigrationSource.Foreign(ForeignImage.open(spec, host::configKey));
        }
        Image image = image(migration.targetIo(), spec);
        if (image.has(Image.MIGRATING)) {
            throw new CephException(Errno.EBUSY, "the source is migrating itself");
        }
        return new MigrationSource.OwnImage(image, snapshot(image, spec));
    }

    private static Image image(PoolIo target, JsonNode spec) {
        long pool = spec.has("pool_id") ? spec.get("pool_id").asLong() : target.client().map().poolId(spec.path("pool_name").asText());
        if (pool < 0) {
            throw new CephException(Errno.ENOENT, "the source's pool is not there");
        }
        PoolIo io = target.client().pool(pool).namespace(spec.path("pool_namespace").asText());
        String name = spec.path("image_name").asText();
        String id = spec.has("image_id") ? spec.get("image_id").asText() : Image.findId(io, name);
        Image image = id == null || id.isEmpty() ? null : Image.openById(io, name, id);
        if (image == null) {
            throw new CephException(Errno.ENOENT, "the source is not there");
        }
        return image;
    }

    private static long snapshot(Image image, JsonNode spec) {
        if (spec.has("snap_id")) {
            return spec.get("snap_id").asLong();
        }
        String name = spec.path("snap_name").asText();
        return image.snaps().snaps().stream()
                .map(snap -> ImageSnapshot.get(image.io(), image.id(), snap))
                .filter(snapshot -> snapshot.kind() == ImageSnapshot.USER && snapshot.name().equals(name))
                .mapToLong(ImageSnapshot::id).findFirst()
                .orElseThrow(() -> new CephException(Errno.ENOENT, "the source has no snapshot " + name));
    }
}
