package dev.inkfish.app;

import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.Entropy;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.conf.Conf;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// How a daemon or client of this directory proves who it is.
final class Credentials {
    private static final SecureRandom RANDOM = new SecureRandom();
    static final Entropy ENTROPY = count -> {
        byte[] random = new byte[count];
        RANDOM.nextBytes(random);
        return Bytes.wrap(random);
    };

    private Credentials() {}

    static Utime now() {
        Instant instant = Instant.now();
        return new Utime((int) instant.getEpochSecond(), instant.getNano());
    }

    /// @param services those it talks to, besides the monitors
    static ClientAuth of(Conf conf, EntityAuthName name, List<EntityType> services)
            throws IOException {
        String methods = conf.string(name.type() == EntityType.CLIENT ? "auth_client_required" : "auth_cluster_required");
        if (!methods.contains("cephx")) {
            return NoneAuth.client(name);
        }
        return of(name, key(conf, name), services);
    }

    static ClientAuth of(EntityAuthName name, CryptoKey key, List<EntityType> services) {
        List<Integer> modes = List.of(AuthMethod.MODE_CRC, AuthMethod.MODE_SECURE);
        return new CephxClient(name, key, services, modes, ENTROPY, Credentials::now);
    }

    static CryptoKey newKey() {
        return CryptoKey.generate(CryptoKey.AES, now(), ENTROPY);
    }

    /// The key of a daemon or client, from the first of its keyrings that has it.
    static CryptoKey key(Conf conf, EntityAuthName name) throws IOException {
        List<Path> unreadable = new ArrayList<>();
        for (Path file : keyrings(conf)) {
            EntityAuth auth = Files.isReadable(file) ? read(file).find(name) : null;
            if (auth != null) {
                return auth.key();
            }
            if (Files.exists(file) && !Files.isReadable(file)) {
                unreadable.add(file);
            }
        }
        throw new UserError("no key for " + name + " in any of " + keyrings(conf)
                + (unreadable.isEmpty() ? "" : ", of which " + unreadable + " cannot be read"));
    }

    /// Where keys are looked for: the option `keyring`, then the daemon's directory.
    static Collection<Path> keyrings(Conf conf) {
        Set<Path> files = new LinkedHashSet<>();
        for (String each : conf.string("keyring").split("[,;\\s]+")) {
            files.add(Path.of(each));
        }
        if (!conf.type().equals("client")) {
            files.add(Path.of(conf.string(conf.type() + "_data")).resolve("keyring"));
        }
        return files;
    }

    static KeyRing read(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new UserError("cannot read the keyring " + file);
        }
        try {
            return KeyRing.parse(Files.readString(file));
        } catch (CephException | MalformedInputException e) {
            throw new UserError("the keyring " + file + " is not one: " + e.getMessage());
        }
    }

    /// Writes a keyring that only its owner may read, in the place of what was there; it is durable then.
    static void write(Path file, KeyRing keys) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, keys.print(), StandardOpenOption.WRITE, StandardOpenOption.SYNC);
        try (FileChannel entries = FileChannel.open(directory)) {
            entries.force(true);
        }
    }
}
