package dev.inkfish.app;

import dev.inkfish.cephx.CephxClient;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.Entropy;
import dev.inkfish.cephx.NoneAuth;
import dev.inkfish.cephx.auth.AuthMethod;
import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.conf.Conf;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Utime;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;

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
    static ClientAuth of(ClusterDir dir, Conf conf, EntityAuthName name, Path keyring, List<EntityType> services)
            throws IOException {
        String methods = conf.string(name.type() == EntityType.CLIENT ? "auth_client_required" : "auth_cluster_required");
        if (!methods.contains("cephx")) {
            return NoneAuth.client(name);
        }
        EntityAuth auth = dir.readKeyring(keyring).find(name);
        if (auth == null) {
            throw new UserError(keyring + " has no key for " + name);
        }
        List<Integer> modes = List.of(AuthMethod.MODE_CRC, AuthMethod.MODE_SECURE);
        return new CephxClient(name, auth.key(), services, modes, ENTROPY, Credentials::now);
    }
}
