package dev.inkfish.mon.config;

import dev.inkfish.command.Command;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.command.Formatter;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.message.MKVData;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The key-value store for everybody (`config-key`, `KVMonitor`). The configuration database keeps its
/// options here too, below `config/` and `config-history/`.
public final class ConfigKeyService extends MonService {
    static final String NAMESPACE = "config-key";
    /// The version is kept apart, so that it is no key that users see.
    private static final String META = "config-key-meta";
    private static final String VERSION = "version";

    private final NavigableMap<String, @Nullable Bytes> pending = new TreeMap<>();
    private long version;

    public ConfigKeyService(MonCore mon) {
        super(mon);
        mon.topic("kv:", this::check);
    }

    @Override
    public String name() {
        return NAMESPACE;
    }

    @Override
    public void refresh(StoreView store) {
        pending.clear();
        long before = version;
        version = store.number(META, VERSION);
        if (version != before) {
            mon.sessions().stream().flatMap(session -> session.subscriptions().keySet().stream().toList().stream())
                    .filter(topic -> topic.startsWith("kv:")).distinct().toList().forEach(mon::checkSubscriptions);
        }
    }

    @Override
    public boolean hasPending() {
        return !pending.isEmpty();
    }

    @Override
    public void encodePending(MonTransaction transaction) {
        if (pending.isEmpty()) {
            return;
        }
        pending.forEach((key, value) -> {
            if (value == null) {
                transaction.erase(NAMESPACE, key);
            } else {
                transaction.put(NAMESPACE, key, value);
            }
        });
        transaction.putNumber(META, VERSION, version + 1);
    }

    /// Sets a key with the next proposal; null removes it. Within [MonCore#whenWriteable] only.
    public void set(String key, @Nullable Bytes value) {
        pending.put(key, value);
    }

    public @Nullable Bytes get(String key) {
        return mon.store().get(NAMESPACE, key);
    }

    /// The keys that begin so, with their values.
    public NavigableMap<String, Bytes> scan(String prefix) {
        return mon.store().scan(NAMESPACE, prefix);
    }

    private void check(Subscription subscription) {
        if (subscription.next() > version) {
            return;
        }
        String prefix = subscription.topic().substring("kv:".length());
        NavigableMap<String, @Nullable Bytes> entries = new TreeMap<>(scan(prefix));
        mon.send(subscription.session(), new MKVData(version, prefix, false, entries));
        subscription.sent(version);
    }

    @Override
    public void registerCommands(CommandTable table) {
        String keyAndValue = " name=key,type=CephString name=val,type=CephString,req=false";
        table.add("config-key get name=key,type=CephString", "get <key>", NAMESPACE, "r", this::getKey);
        table.add("config-key set" + keyAndValue, "set <key> to value <val>", NAMESPACE, "rw", this::setKey);
        table.add("config-key put" + keyAndValue, "put <key>, value <val>", NAMESPACE, "rw",
                Command.FLAG_DEPRECATED, this::setKey);
        table.add("config-key del name=key,type=CephString", "delete <key>", NAMESPACE, "rw",
                Command.FLAG_DEPRECATED, this::remove);
        table.add("config-key rm name=key,type=CephString", "rm <key>", NAMESPACE, "rw", this::remove);
        table.add("config-key exists name=key,type=CephString", "check for <key>'s existence", NAMESPACE, "r", this::exists);
        table.add("config-key list", "list keys", NAMESPACE, "r", Command.FLAG_DEPRECATED, this::list);
        table.add("config-key ls", "list keys", NAMESPACE, "r", this::list);
        table.add("config-key dump name=key,type=CephString,req=false",
                "dump keys and values (with optional prefix)", NAMESPACE, "r", this::dump);
    }

    private CommandResult getKey(CommandContext call) {
        Bytes value = get(call.string("key"));
        return value == null ? CommandResult.error(Errno.ENOENT, "") : CommandResult.ok("", value);
    }

    private CommandResult setKey(CommandContext call) {
        String key = call.string("key");
        Bytes value = call.has("val") ? Bytes.utf8(call.string("val")) : call.input();
        long limit = mon.conf().integer("mon_config_key_max_entry_size");
        if (value.length() > limit) {
            return CommandResult.error(Errno.EFBIG, "error: entry size limited to " + limit
                    + " bytes. Use 'mon config key max entry size' to manually adjust");
        }
        set(key, value);
        return CommandResult.afterCommit("set " + key);
    }

    private CommandResult remove(CommandContext call) {
        set(call.string("key"), null);
        return CommandResult.afterCommit("key deleted");
    }

    private CommandResult exists(CommandContext call) {
        String key = call.string("key");
        return get(key) == null
                ? CommandResult.error(Errno.ENOENT, "key '" + key + "' doesn't exist")
                : CommandResult.status("key '" + key + "' exists");
    }

    private CommandResult list(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openArray("keys");
        scan("").keySet().forEach(key -> f.dump("key", key));
        return CommandResult.line(f.close());
    }

    private CommandResult dump(CommandContext call) {
        Formatter f = call.formatter("json-pretty");
        f.openObject("config-key store");
        scan(call.string("key")).forEach((key, value) -> f.dump(key, printable(value)));
        return CommandResult.line(f.close());
    }

    /// The value where it is text, otherwise only its length.
    private static String printable(Bytes value) {
        String binary = "<<< binary blob of length " + value.length() + " >>>";
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(value.asByteBuffer()).toString();
            return text.chars().anyMatch(c -> c < 0x20 && c != '\n' && c != '\t' && c != '\r' || c == 0x7f) ? binary : text;
        } catch (CharacterCodingException e) {
            return binary;
        }
    }
}
