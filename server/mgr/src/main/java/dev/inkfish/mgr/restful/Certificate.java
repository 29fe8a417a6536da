package dev.inkfish.mgr.restful;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A server's certificate and its key, both in PEM, as they lie among the config keys.
record Certificate(String certificate, String key) {
    private static final String NAME = "restful";
    private static final char[] NO_PASSWORD = new char[0];

    /// A new one, for ten years, made by the Java runtime's `keytool`. Takes a second.
    static Certificate selfSigned() {
        try {
            Path folder = Files.createTempDirectory("restful");
            Path file = folder.resolve("store.p12");
            try {
                String password = UUID.randomUUID().toString();
                ProcessBuilder keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", NAME,
                        "-keyalg", "RSA", "-keysize", "2048", "-sigalg", "SHA512withRSA", "-validity", "3650",
                        "-dname", "CN=ceph-restful, O=IT", "-storetype", "PKCS12", "-keystore", file.toString(),
                        "-storepass:env", "STORE_PASSWORD");
                keytool.environment().put("STORE_PASSWORD", password);
                Process running = keytool.redirectErrorStream(true).start();
                String said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!running.waitFor(1, TimeUnit.MINUTES) || running.exitValue() != 0) {
                    throw new CephException(Errno.EIO, "no certificate: " + said.strip());
                }
                KeyStore store = KeyStore.getInstance("PKCS12");
                try (InputStream in = Files.newInputStream(file)) {
                    store.load(in, password.toCharArray());
                }
                return new Certificate(
                        pem("CERTIFICATE", store.getCertificate(NAME).getEncoded()),
                        pem("PRIVATE KEY", store.getKey(NAME, password.toCharArray()).getEncoded()));
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(folder);
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new CephException(Errno.EIO, "no certificate: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CephException(Errno.EINTR, "interrupted");
        }
    }

    private static String pem(String what, byte[] encoded) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n";
    }

    /// @throws CephException if they make no sense
    SSLContext context() {
        try {
            var chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII)))
                    .toArray(java.security.cert.Certificate[]::new);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry(NAME, privateKey(), NO_PASSWORD, chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new CephException(Errno.EINVAL, "certificate or key makes no sense: " + e.getMessage());
        }
    }

    private PrivateKey privateKey() throws GeneralSecurityException {
        String body = key.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        if (!key.contains("-----BEGIN PRIVATE KEY-----")) {
            throw new InvalidKeySpecException("the key is not PKCS #8 in PEM");
        }
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body));
        try {
            return KeyFactory.getInstance("RSA").generatePrivate(encoded);
        } catch (InvalidKeySpecException e) {
            return KeyFactory.getInstance("EC").generatePrivate(encoded);
        }
    }
}
