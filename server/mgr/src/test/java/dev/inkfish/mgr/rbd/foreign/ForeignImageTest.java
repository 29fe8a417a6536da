package dev.inkfish.mgr.rbd.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images that imports come from: made here byte by byte; those of QEMU's tools are in the tests with clients.
class ForeignImageTest {
    private static final int CLUSTER = 512;

    @TempDir
    Path folder;

    private ForeignImage open(String type, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("image"), content);
        return open("{\"type\":\"" + type + "\",\"stream\":{\"type\":\"file\",\"file_path\":\"" + file + "\"}}");
    }

    private static ForeignImage open(String spec) throws IOException {
        return ForeignImage.open(new ObjectMapper().readTree(spec), ForeignImageTest::configKey);
    }

    private static String configKey(String key) {
        if (!key.equals("rbd/secret")) {
            throw new CephException(Errno.ENOENT, "no config key " + key);
        }
        return "SECRETKEY";
    }

    private static byte[] read(ForeignImage image, long snap, long offset, int length) {
        byte[] bytes = new byte[length];
        image.read(snap, offset, bytes, 0, length);
        return bytes;
    }

    /// Clusters of 512 bytes: tables in 1, 2 and 4, data in 3 and 5, a snapshot in 6. The image's second cluster is 5 since then;
    /// the third is zeros.
    private static ByteBuffer qcow2() {
        ByteBuffer file = ByteBuffer.allocate(7 * CLUSTER);
        file.putInt(0, 0x514649fb).putInt(4, 3).putInt(20, 9).putLong(24, 1300).putInt(36, 1).putLong(40, CLUSTER);
        file.putInt(60, 1).putLong(64, 6 * CLUSTER);
        file.putLong(CLUSTER, 1L << 63 | 2 * CLUSTER).putLong(CLUSTER + 8, 4 * CLUSTER);
        file.putLong(2 * CLUSTER + 8, 1L << 63 | 5 * CLUSTER).putLong(2 * CLUSTER + 16, 1);
        file.putLong(4 * CLUSTER + 8, 3 * CLUSTER);
        Arrays.fill(file.array(), 3 * CLUSTER, 4 * CLUSTER, (byte) 3);
        Arrays.fill(file.array(), 5 * CLUSTER, 6 * CLUSTER, (byte) 5);
        int snapshot = 6 * CLUSTER;
        file.putLong(snapshot, CLUSTER + 8).putInt(snapshot + 8, 1).putChar(snapshot + 12, '\u0001').putChar(snapshot + 14, '\u0001');
        file.putInt(snapshot + 36, 16).putLong(snapshot + 48, 1000);
        return file;
    }

    private static byte[] filled(int value) {
        byte[] bytes = new byte[CLUSTER];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void aQcow2FileIsReadAtItsSnapshotsAndNow() throws IOException {
        try (ForeignImage image = open("qcow", qcow2().array())) {
            assertThat(List.of(image.size(ForeignImage.HEAD), image.size(1))).containsExactly(1300L, 1000L);
            assertThat(image.origins(ForeignImage.HEAD, 0, 1300)).containsExactly(0L, 5L * CLUSTER, 0L);
            assertThat(image.origins(1, 0, 1000)).containsExactly(0L, 3L * CLUSTER);
            assertThat(read(image, ForeignImage.HEAD, 0, CLUSTER)).isEqualTo(filled(0));
            assertThat(read(image, ForeignImage.HEAD, CLUSTER, CLUSTER)).isEqualTo(filled(5));
            assertThat(read(image, ForeignImage.HEAD, 2 * CLUSTER, 276)).containsOnly(0);
            assertThat(read(image, 1, CLUSTER, 488)).containsOnly(3);
            assertThat(read(image, 1, CLUSTER - 1, 2)).containsExactly(0, 3);
        }
    }

    @Test
    void whatIsNotReadIsRefused() throws IOException {
        refused(qcow2().putLong(8, 1), Errno.EOPNOTSUPP, "a backing file");
        refused(qcow2().putInt(32, 1), Errno.EOPNOTSUPP, "encryption");
        refused(qcow2().putLong(72, 4), Errno.EOPNOTSUPP, "features 4");
        refused(qcow2().putInt(4, 4), Errno.EINVAL, "not a qcow file");
        refused(qcow2().putInt(20, 40), Errno.EINVAL, "clusters of 2^40");
        refused(qcow2().putInt(36, Integer.MAX_VALUE), Errno.EINVAL, "a table of 2147483647");
        refused(qcow2().putInt(60, -1), Errno.EINVAL, "-1 snapshots");
        refused(qcow2().putLong(40, 1 << 20), Errno.ERANGE, "ends before");
        try (ForeignImage image = open("qcow", qcow2().putLong(2 * CLUSTER + 8, 1L << 62 | 5 * CLUSTER).array())) {
            assertThatThrownBy(() -> read(image, ForeignImage.HEAD, CLUSTER, 1)).hasMessageContaining("compression");
        }
        try (ForeignImage image = open("qcow", qcow2().putLong(2 * CLUSTER + 16, 3 * CLUSTER | 1).array())) {
            assertThatThrownBy(() -> read(image, ForeignImage.HEAD, 2 * CLUSTER, 1)).hasMessageContaining("zeros that keeps its place");
        }
        assertThatThrownBy(() -> open("{\"type\":\"raw\",\"stream\":{\"type\":\"file\",\"file_path\":\"/nonexistent\"}}"))
                .isInstanceOfSatisfying(CephException.class, e -> assertThat(e.is(Errno.ENOENT)).isTrue());
        assertThatThrownBy(() -> open("{}")).hasMessageContaining("unknown source format ''");
    }

    @Test
    void whatWasOpenedIsClosedWhenAnotherPartIsNotThere() throws IOException {
        Path real = folder.toRealPath();
        Path there = Files.write(real.resolve("there"), new byte[10]);
        String stream = "\"stream\":{\"type\":\"file\",\"file_path\":\"%s\"}";
        String head = stream.formatted("/nonexistent");
        String part = "{\"type\":\"raw\"," + stream.formatted(there) + "}";
        assertThatThrownBy(() -> open("{\"type\":\"raw\"," + head + ",\"snapshots\":[" + part + "," + part + "]}"))
                .hasMessageContaining("/nonexistent");
        assertThatThrownBy(() -> open("{\"type\":\"raw\"," + stream.formatted(there)
                + ",\"snapshots\":[" + part + ",{\"type\":\"raw\"," + head + "}]}")).hasMessageContaining("/nonexistent");
        assertThatThrownBy(() -> open("qcow", new byte[10])).hasMessageContaining("not a qcow file");
        assertThat(openFiles()).noneMatch(file -> file.startsWith(real));
    }

    /// Of this process; a file's descriptor may be gone before it is looked at.
    private static List<Path> openFiles() throws IOException {
        List<Path> open = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    open.add(Files.readSymbolicLink(descriptor));
                } catch (NoSuchFileException e) {
                    continue;
                }
            }
        }
        return open;
    }

    private void refused(ByteBuffer file, Errno errno, String why) {
        assertThatThrownBy(() -> open("qcow", file.array())).hasMessageContaining(why)
                .isInstanceOfSatisfying(CephException.class, e -> assertThat(e.is(errno)).as(why).isTrue());
    }

    /// Whatever bits are turned: a value or a refusal.
    @Test
    void damagedFilesAreRefusedOrRead() throws IOException {
        Random random = new Random(31);
        for (int i = 0; i < 3000; i++) {
            byte[] file = qcow2().array();
            for (int j = 0; j <= random.nextInt(3); j++) {
                file[random.nextInt(random.nextBoolean() ? 104 : file.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try (ForeignImage image = open("qcow", random.nextInt(4) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file)) {
                read(image, ForeignImage.HEAD, 0, 1300);
                read(image, 1, 0, 1000);
            } catch (CephException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void aFileIsReadOverHttpByRanges() throws IOException {
        byte[] content = new byte[5000];
        new Random(3).nextBytes(content);
        HttpServer server = serve("/disk", content, exchange -> true);
        String spec = "{\"type\":\"raw\",\"stream\":{\"type\":\"http\",\"url\":\"http://127.0.0.1:%d/%s\"}}";
        try (ForeignImage image = open(spec.formatted(server.getAddress().getPort(), "disk"))) {
            assertThat(image.size(ForeignImage.HEAD)).isEqualTo(5000);
            assertThat(read(image, ForeignImage.HEAD, 1234, 3000)).isEqualTo(Arrays.copyOfRange(content, 1234, 4234));
            assertThatThrownBy(() -> open(spec.formatted(server.getAddress().getPort(), "none"))).hasMessageContaining("is not there");
        } finally {
            server.stop(0);
        }
    }

    private static HttpServer serve(String path, byte[] content, Predicate<HttpExchange> mayRead) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(path, exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            if (!mayRead.test(exchange)) {
                exchange.sendResponseHeaders(403, -1);
            } else if (range == null) {
                exchange.getResponseHeaders().add("Content-Length", String.valueOf(content.length));
                exchange.sendResponseHeaders(200, -1);
            } else {
                String[] ends = range.substring("bytes=".length()).split("-");
                byte[] part = Arrays.copyOfRange(content, Integer.parseInt(ends[0]), Integer.parseInt(ends[1]) + 1);
                exchange.sendResponseHeaders(206, part.length);
                exchange.getResponseBody().write(part);
            }
            exchange.close();
        });
        server.start();
        return server;
    }

    /// As an S3 server does.
    private static boolean isSigned(HttpExchange exchange) {
        String date = exchange.getRequestHeaders().getFirst("Date");
        String signed = exchange.getRequestMethod() + "\n\n\n" + date + "\n" + exchange.getRequestURI();
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec("SECRETKEY".getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            String signature = Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
            return ("AWS AK:" + signature).equals(exchange.getRequestHeaders().getFirst("Authorization"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFileIsReadFromS3() throws IOException {
        byte[] content = new byte[5000];
        new Random(5).nextBytes(content);
        HttpServer server = serve("/bucket/key", content, ForeignImageTest::isSigned);
        String spec = "{\"type\":\"raw\",\"stream\":{\"type\":\"s3\",\"url\":\"http://127.0.0.1:" + server.getAddress().getPort()
                + "/bucket/%s\",\"access_key\":\"%s\",\"secret_key\":\"%s\"}}";
        try {
            for (String secret : List.of("SECRETKEY", "config://rbd/secret")) {
                try (ForeignImage image = open(spec.formatted("key?part=a%20b", "AK", secret))) {
                    assertThat(image.size(ForeignImage.HEAD)).isEqualTo(5000);
                    assertThat(read(image, ForeignImage.HEAD, 1234, 3000)).isEqualTo(Arrays.copyOfRange(content, 1234, 4234));
                }
            }
            refused(spec.formatted("key", "AK", "wrong"), Errno.EACCES, "may not be read");
            refused(spec.formatted("key", "AK", ""), Errno.EACCES, "may not be read");
            refused(spec.formatted("key", "other", "SECRETKEY"), Errno.EACCES, "may not be read");
            refused(spec.formatted("key", "A\\n", "SECRETKEY"), Errno.EINVAL, "control characters");
            refused(spec.formatted("key", "AK", "config://rbd/none"), Errno.ENOENT, "no config key rbd/none");
            refused(spec.formatted("key", "AK", "SECRETKEY").replace("bucket", "none"), Errno.ENOENT, "is not there");
            for (String missing : List.of("url", "access_key", "secret_key")) {
                refused(spec.formatted("key", "AK", "SECRETKEY").replace(missing, "x"), Errno.EINVAL, "no '" + missing + "'");
            }
        } finally {
            server.stop(0);
        }
    }

    /// What `rbd migration execute` of 16.2.15 sent.
    @Test
    void requestsAreSignedAsByLibrbd() {
        assertThat(new S3Signature("AK", "SECRETKEY").authorization("GET", "Sun, 29 Nov 2026 11:46:41 +0000", "/bucket/key"))
                .isEqualTo("AWS AK:sHC9mu/S2uAWAVGlfevxrpF80EE=");
    }

    private static void refused(String spec, Errno errno, String why) {
        assertThatThrownBy(() -> open(spec)).hasMessageContaining(why)
                .isInstanceOfSatisfying(CephException.class, e -> assertThat(e.is(errno)).as(why).isTrue());
    }
}
