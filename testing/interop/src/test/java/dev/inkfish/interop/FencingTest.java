package dev.inkfish.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// A client that is blocklisted writes nothing more, however late what it sent arrives, and a dead host's lock on an
/// image is broken at once. The client is stopped with writes under way, and goes on when it has been shut out.
class FencingTest {
    /// Keeps 64 writes under way to 4 objects; tells its address first and, at the end, what its writes came to.
    private static final String WRITER = """
            import rados, sys, threading
            c = rados.Rados(conffile=''); c.connect()
            io = c.open_ioctx(sys.argv[1])
            room, codes, refused = threading.Semaphore(64), {}, threading.Event()
            def done(completion):
                code = completion.get_return_value()
                codes[code] = codes.get(code, 0) + 1
                room.release()
                if code < 0: refused.set()
            print(c.get_addrs(), flush=True)
            turn = 0
            while not refused.is_set():
                if room.acquire(timeout=0.1):
                    io.aio_write_full('o%d' % (turn % 4), b'old %d' % turn, oncomplete=done)
                    turn += 1
            print(sorted(codes), flush=True)
            import os; os._exit(0)
            """;

    /// Opens an image, writes, says so, and writes on when somebody tells it to.
    private static final String OWNER = """
            import rados, rbd, sys
            c = rados.Rados(conffile=''); c.connect()
            image = rbd.Image(c.open_ioctx(sys.argv[1]), 'disk')
            image.write(b'A' * 4096, 0); image.flush()
            print('owns', image.is_exclusive_lock_owner(), flush=True)
            sys.stdin.readline()
            try:
                image.write(b'A' * 4096, 4096); image.flush()
                print('written', flush=True)
            except Exception as error:
                print(type(error).__name__, getattr(error, 'errno', ''), flush=True)
            import os; os._exit(0)
            """;

    private static final String HEIR = """
            import rados, rbd, sys, time
            c = rados.Rados(conffile=''); c.connect()
            image = rbd.Image(c.open_ioctx(sys.argv[1]), 'disk')
            begin = time.monotonic()
            owner = next(iter(image.lock_get_owners()))
            image.lock_break(rbd.RBD_LOCK_MODE_EXCLUSIVE, owner['owner'])
            image.lock_acquire(rbd.RBD_LOCK_MODE_EXCLUSIVE)
            image.write(b'B' * 4096, 4096); image.flush()
            print('%.1f' % (time.monotonic() - begin))
            image.close()
            """;

    private static String script(Cluster cluster, String name, String text) throws IOException {
        Path file = cluster.dir().resolve(name);
        Files.writeString(file, text.replace("conffile=''", "conffile='" + cluster.conf() + "'"));
        return "/usr/bin/python3 " + file;
    }

    @Test
    void whoIsBlocklistedWritesNothingMore() throws IOException {
        Cluster cluster = Cluster.shared();
        cluster.ok("ceph osd pool create fence 8");
        String writer = script(cluster, "writer.py", WRITER);
        String said = cluster.ok("""
                %s fence > writer.out & pid=$!
                until grep -q : writer.out; do sleep 0.1; done; sleep 1
                kill -STOP $pid
                addr=$(head -1 writer.out | sed 's/^\\[//; s/,.*//; s/^v[12]://; s/\\]$//')
                ceph osd blocklist add $addr
                for i in $(seq 0 3); do printf new > new; rados -p fence put o$i new; done
                kill -CONT $pid; wait $pid; tail -1 writer.out
                for i in $(seq 0 3); do rados -p fence get o$i - ; echo; done | sort | uniq -c
                """.formatted(writer));
        assertThat(said.lines().map(String::strip).toList())
                .as("the writer saw ESHUTDOWN (108), and all objects are as the second writer left them")
                .contains("[-108, 0]", "4 new")
                .hasSize(2);
    }

    @Test
    void theLockOfADeadHostIsBrokenAtOnce() throws IOException {
        Cluster cluster = Cluster.shared();
        cluster.ok("ceph osd pool create locks 8 && rbd pool init locks && rbd create --size 8M locks/disk");
        String owner = script(cluster, "owner.py", OWNER);
        String heir = script(cluster, "heir.py", HEIR);
        String said = cluster.ok("""
                mkfifo go; %s locks < go > owner.out & pid=$!
                exec 3> go
                until grep -q owns owner.out; do sleep 0.1; done
                kill -STOP $pid
                %s locks
                kill -CONT $pid; echo go >&3; wait $pid; cat owner.out
                rbd export --no-progress locks/disk - | head -c 8192 | tr -s AB
                """.formatted(owner, heir));
        assertThat(said.lines().skip(1).toList()).as(said).element(0).isEqualTo("owns True");
        assertThat(said).doesNotContain("written").endsWith("AB");
        assertThat(Double.parseDouble(said.lines().findFirst().orElseThrow())).as("seconds until written").isLessThan(10);
    }
}
