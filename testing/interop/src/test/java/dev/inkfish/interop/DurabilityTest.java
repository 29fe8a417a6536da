package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What was acknowledged is there after `kill -9`.
class DurabilityTest {
    @Test
    void everythingAcknowledgedSurvivesKills() {
        try (Cluster cluster = Cluster.fresh("--osds", "3")) {
            cluster.ok("ceph osd pool create p 8");
            cluster.ok("ceph config set osd osd_max_backfills 2");
            List<String> names = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                String prefix = "r" + round + "-";
                // writes until the kill interrupts it, naming in a file what was acknowledged
                cluster.run("cat > write.py <<'P'\n"
                        + WRITER
                        + "P\n(timeout 15 /usr/bin/python3 write.py " + prefix + " > acked-" + round + " 2>/dev/null &) ; sleep 2");
                cluster.crashAndRestart();
                for (String name : cluster.ok("cat acked-" + round).split("\n")) {
                    names.add(name);
                }
            }
            assertThat(names).hasSizeGreaterThan(30);
            assertThat(cluster.ok("cat > check.py <<'P'\n" + CHECKER + "P\ncat acked-* | /usr/bin/python3 check.py"))
                    .isEqualTo("all " + names.size());
            assertThat(cluster.ok("ceph config get osd osd_max_backfills")).isEqualTo("2");
        }
    }

    private static final String WRITER =
            """
            import rados, sys, os
            r = rados.Rados(conffile=os.environ['CEPH_CONF']); r.connect()
            io = r.open_ioctx('p')
            for i in range(100000):
                name = '%s%d' % (sys.argv[1], i)
                io.write_full(name, (name * 300).encode())
                io.set_xattr(name, 'n', name.encode())
                sys.stdout.write(name + '\\n'); sys.stdout.flush()
            """;

    private static final String CHECKER =
            """
            import rados, sys, os
            r = rados.Rados(conffile=os.environ['CEPH_CONF']); r.connect()
            io = r.open_ioctx('p')
            n = 0
            for line in sys.stdin:
                name = line.strip()
                assert io.read(name, 1 << 20) == (name * 300).encode(), name
                assert io.get_xattr(name, 'n') == name.encode(), name
                n += 1
            print('all', n)
            """;
}
