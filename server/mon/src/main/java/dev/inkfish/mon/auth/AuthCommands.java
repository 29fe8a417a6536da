package dev.inkfish.mon.auth;

import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.cephx.KeyRing;
import dev.inkfish.cephx.caps.Caps;
import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `auth …`
final class AuthCommands {
    private static final String ENTITY = " name=entity,type=CephString";
    private static final String CAPS = " name=caps,type=CephString,n=N,req=false";
    private static final String READ = "rx";
    private static final String WRITE = "rwx";

    private final AuthService auth;

    AuthCommands(AuthService auth) {
        this.auth = auth;
    }

    void register(CommandTable table) {
        table.add("auth export" + ENTITY + ",req=false",
                "write keyring for requested entity, or master keyring if none given", "auth", READ, this::export);
        table.add("auth get" + ENTITY, "write keyring file with requested key", "auth", READ, this::get);
        for (String spelling : List.of("get-key", "print-key", "print_key")) {
            table.add("auth " + spelling + ENTITY, "display requested key", "auth", READ, this::getKey);
        }
        table.add("auth list", "list authentication state", "auth", READ, Command.FLAG_DEPRECATED, this::list);
        table.add("auth ls", "list authentication state", "auth", READ, this::list);
        table.add("auth import", "auth import: read keyring file from -i <file>", "auth", WRITE, this::importKeys);
        table.add("auth add" + ENTITY + CAPS,
                "add auth info for <entity> from input file, or random key if no input is given, and/or any caps "
                        + "specified in the command",
                "auth", WRITE, this::add);
        table.add("auth get-or-create-key" + ENTITY + CAPS,
                "get, or add, key for <name> from system/caps pairs specified in the command.  If key already exists, "
                        + "any given caps must match the existing caps for that key.",
                "auth", WRITE, this::getOrCreate);
        table.add("auth get-or-create" + ENTITY + CAPS,
                "add auth info for <entity> from input file, or random key if no input given, and/or any caps "
                        + "specified in the command",
                "auth", WRITE, this::getOrCreate);
        table.add("fs authorize name=filesystem,type=CephString" + ENTITY + " name=caps,type=CephString,n=N",
                "add auth for <entity> to access file system <filesystem> based on following directory and "
                        + "permissions pairs",
                "auth", WRITE, call -> CommandResult.error(
                        Errno.EINVAL, "filesystem " + call.string("filesystem") + " does not exist."));
        table.add("auth caps" + ENTITY + " name=caps,type=CephString,n=N",
                "update caps for <name> from caps specified in the command", "auth", WRITE, this::caps);
        table.add("auth del" + ENTITY, "delete all caps for <name>", "auth", WRITE, Command.FLAG_DEPRECATED, this::remove);
        table.add("auth rm" + ENTITY, "remove all caps for <name>", "auth", WRITE, this::remove);
    }

    // ---- reading

    private CommandResult export(CommandContext call) {
        if (!call.has("entity") || call.string("entity").isEmpty()) {
            return CommandResult.ok("exported master keyring", keyring(call, new KeyRing(auth.all())));
        }
        EntityAuthName name = readName(call);
        EntityAuth found = auth.all().get(name);
        if (found == null) {
            return CommandResult.error(Errno.ENOENT, "no key for auth(key=" + CryptoKey.EMPTY.toBase64() + ")");
        }
        String status = "export auth(key=" + found.key().toBase64() + ")";
        return CommandResult.ok(status, keyring(call, KeyRing.of(name, found)));
    }

    private CommandResult get(CommandContext call) {
        String given = call.string("entity");
        if (given.isEmpty()) {
            return CommandResult.error(Errno.EINVAL, "invalid command");
        }
        EntityAuthName name = readName(call);
        EntityAuth found = auth.find(name);
        // Ceph says "exported keyring for …" besides; without it, `&> file` leaves a usable keyring
        return found == null
                ? CommandResult.error(Errno.ENOENT, "failed to find " + given + " in keyring")
                : CommandResult.ok("", keyring(call, KeyRing.of(name, found)));
    }

    private CommandResult getKey(CommandContext call) {
        String given = call.string("entity");
        EntityAuth found = given.isEmpty() ? null : auth.find(readName(call));
        return found == null
                ? CommandResult.error(Errno.ENOENT, "don't have " + given)
                : CommandResult.ok("", key(call, found.key(), ""));
    }

    private CommandResult list(CommandContext call) {
        NavigableMap<EntityAuthName, EntityAuth> all = auth.all();
        Formatter f = call.formatter();
        if (f != null) {
            f.openObject("auth").openArray("auth_dump");
            all.forEach((name, each) -> dump(f, name, each));
            return CommandResult.data(f.close().close());
        }
        StringBuilder text = new StringBuilder();
        all.forEach((name, each) -> {
            text.append(name).append("\n\tkey: ").append(each.key().toBase64()).append('\n');
            each.caps().forEach((service, caps) ->
                    text.append("\tcaps: [").append(service).append("] ").append(caps).append('\n'));
        });
        String status = all.isEmpty() ? "no installed auth entries!\n" : "installed auth entries:\n";
        return CommandResult.ok(status, text.toString());
    }

    // ---- changing

    private CommandResult importKeys(CommandContext call) {
        if (call.input().isEmpty()) {
            return CommandResult.error(Errno.EINVAL, "auth import: no data supplied");
        }
        KeyRing ring;
        try {
            ring = KeyRing.parse(call.input().utf8());
        } catch (CephException e) {
            throw new CephException(Errno.EINVAL, "error decoding keyring " + e.getMessage());
        }
        for (EntityAuth each : ring.keys().values()) {
            if (each.caps().isEmpty()) {
                return CommandResult.error(Errno.EINVAL, "auth import: no caps supplied");
            }
        }
        ring.keys().forEach(auth::set);
        return CommandResult.afterCommit("imported keyring");
    }

    private CommandResult add(CommandContext call) {
        EntityAuthName name = writeName(call);
        boolean hasKeyring = !call.input().isEmpty();
        KeyRing ring = hasKeyring ? keyringInput(call) : new KeyRing(new TreeMap<>());
        NavigableMap<String, String> caps = checkedCaps(call);
        if (auth.isPending(name)) {
            return CommandResult.again();
        }
        EntityAuth given = ring.find(name);
        if (hasKeyring) {
            if (given == null) {
                return CommandResult.error(Errno.EINVAL, "key for " + name + " not found in provided keyring");
            }
            if (!caps.isEmpty() && !given.caps().isEmpty()) {
                return CommandResult.error(
                        Errno.EINVAL, "caps cannot be specified both in keyring and in command");
            }
            caps = caps.isEmpty() ? given.caps() : caps;
        }
        EntityAuth existing = auth.find(name);
        if (existing != null) {
            checkSame(name, existing, given, caps);
            return CommandResult.status("");
        }
        auth.set(name, given == null ? auth.newKey(caps) : new EntityAuth(given.key(), caps));
        return CommandResult.afterCommit("added key for " + name);
    }

    private static KeyRing keyringInput(CommandContext call) {
        try {
            return KeyRing.parse(call.input().utf8());
        } catch (CephException e) {
            throw new CephException(Errno.EINVAL, "error decoding keyring");
        }
    }

    /// @param given null where the command came without a key
    private static void checkSame(
            EntityAuthName name, EntityAuth existing, @Nullable EntityAuth given, Map<String, String> caps) {
        String exists = "entity " + name + " exists but ";
        if (given != null && !given.key().secret().equals(existing.key().secret())) {
            throw new CephException(Errno.EEXIST, exists + "key does not match");
        }
        if (caps.size() != existing.caps().size()) {
            throw new CephException(Errno.EINVAL, exists + "caps do not match");
        }
        caps.forEach((service, text) -> {
            if (!text.equals(existing.caps().get(service))) {
                throw new CephException(Errno.EINVAL, exists + "cap " + service + " does not match");
            }
        });
    }

    private CommandResult getOrCreate(CommandContext call) {
        EntityAuthName name = writeName(call);
        NavigableMap<String, String> caps = checkedCaps(call);
        if (auth.isPending(name)) {
            return CommandResult.again();
        }
        EntityAuth existing = auth.find(name);
        if (existing != null) {
            caps.forEach((service, text) -> {
                if (!text.equals(existing.caps().get(service))) {
                    throw new CephException(
                            Errno.EINVAL, "key for " + name + " exists but cap " + service + " does not match");
                }
            });
            return CommandResult.ok("", created(call, name, existing));
        }
        EntityAuth fresh = auth.newKey(caps);
        auth.set(name, fresh);
        return CommandResult.afterCommit("", created(call, name, fresh));
    }

    private static Bytes created(CommandContext call, EntityAuthName name, EntityAuth key) {
        if (call.prefix().equals("auth get-or-create-key")) {
            return key(call, key.key(), "\n");
        }
        // plain output has no caps
        EntityAuth shown = call.formatter() == null ? EntityAuth.of(key.key(), Map.of()) : key;
        return keyring(call, KeyRing.of(name, shown));
    }

    private CommandResult caps(CommandContext call) {
        EntityAuthName name = writeName(call);
        EntityAuth existing = auth.find(name);
        if (existing == null) {
            return CommandResult.error(Errno.ENOENT, "couldn't find entry " + name);
        }
        NavigableMap<String, String> caps = checkedCaps(call);
        if (auth.isPending(name)) {
            return CommandResult.again();
        }
        auth.set(name, new EntityAuth(existing.key(), caps));
        return CommandResult.afterCommit("updated caps for " + name);
    }

    private CommandResult remove(CommandContext call) {
        EntityAuthName name = writeName(call);
        if (auth.isPending(name)) {
            return CommandResult.again();
        }
        if (!auth.all().containsKey(name)) {
            return CommandResult.status("entity " + name + " does not exist");
        }
        auth.remove(name);
        return CommandResult.afterCommit("updated");
    }

    // ---- arguments

    private static EntityAuthName readName(CommandContext call) {
        return name(call, "invalid entity_auth " + call.string("entity"));
    }

    /// Also looks at the caps, which Ceph counts first.
    private static EntityAuthName writeName(CommandContext call) {
        if (call.strings("caps").size() % 2 != 0) {
            throw new CephException(Errno.EINVAL, "bad capabilities request; odd number of arguments");
        }
        if (call.string("entity").isEmpty()) {
            throw new CephException(Errno.EINVAL, "");
        }
        return name(call, "bad entity name");
    }

    private static EntityAuthName name(CommandContext call, String complaint) {
        try {
            return EntityAuthName.parse(call.string("entity"));
        } catch (CephException e) {
            throw new CephException(Errno.EINVAL, complaint);
        }
    }

    private static NavigableMap<String, String> checkedCaps(CommandContext call) {
        List<String> words = call.strings("caps");
        NavigableMap<String, String> caps = new TreeMap<>();
        for (int i = 0; i + 1 < words.size(); i += 2) {
            Caps.check(words.get(i), words.get(i + 1));
            caps.put(words.get(i), words.get(i + 1));
        }
        return caps;
    }

    // ---- output

    private static Bytes keyring(CommandContext call, KeyRing ring) {
        Formatter f = call.formatter();
        if (f == null) {
            return Bytes.utf8(ring.print());
        }
        f.openArray("auth");
        ring.keys().forEach((name, each) -> dump(f, name, each));
        return f.close().bytes();
    }

    private static void dump(Formatter f, EntityAuthName name, EntityAuth each) {
        f.openObject("auth_entities");
        f.dump("entity", name.toString());
        f.dump("key", each.key().toBase64());
        f.openObject("caps");
        each.caps().forEach(f::dump);
        f.close().close();
    }

    private static Bytes key(CommandContext call, CryptoKey key, String end) {
        Formatter f = call.formatter();
        return f == null
                ? Bytes.utf8(key.toBase64() + end)
                : f.openObject("auth").dump("key", key.toBase64()).close().bytes();
    }
}
