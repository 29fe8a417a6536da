package dev.inkfish.interop;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Commands that only read have the JSON fields that a real Ceph 16.2.15 gave, by the record in `compare/fields.txt`.
class FieldsTest {
    @Test
    void commandsHaveTheFieldsThatWereRecordedOfARealCeph() {
        Path compare = Path.of("compare").toAbsolutePath();
        try (Cluster cluster = Cluster.fresh("--osds", "3")) {
            cluster.ok("PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 " + compare.resolve("fields.py") + " check " + cluster.conf()
                    + " " + compare.resolve("fields.txt") + " >&2");
        }
    }
}
