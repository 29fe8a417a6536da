package dev.inkfish.mon.map;

import dev.inkfish.command.CommandTable;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.NewCluster;
import dev.inkfish.mon.log.LogService;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MMonGetMap;
import dev.inkfish.wire.message.MMonMap;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.LogEntry;
import dev.inkfish.wire.mon.MonMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Keeps the monitor map (`MonmapMonitor`).
public final class MonMapService extends MonService {
    private static final String NAMESPACE = "monmap";
    private static final String LATEST = "latest";

    private static final String METADATA = "mon_metadata";

    private final NavigableMap<String, NavigableMap<String, String>> pendingMetadata = new TreeMap<>();
    private @Nullable MonMap map;
    private @Nullable MonMap pending;

    public MonMapService(MonCore mon) {
        super(mon);
        mon.topic("monmap", this::check);
    }

    @Override
    public String name() {
        return NAMESPACE;
    }

    @Override
    public Set<String> namespaces() {
        return Set.of(name(), METADATA);
    }

    /// The committed map.
    public MonMap map() {
        if (map == null) {
            throw new IllegalStateException("no monitor map before the start");
        }
        return map;
    }

    /// The map of an epoch, or null if it is not kept.
    @Nullable Bytes encodedMap(long epoch) {
        return mon.store().get(name(), Long.toString(epoch));
    }

    @Override
    public void createInitial(MonTransaction transaction, NewCluster cluster) {
        put(transaction, cluster.monMap());
    }

    public static void put(MonTransaction transaction, MonMap next) {
        transaction.put(NAMESPACE, Integer.toString(next.epoch()), encode(next, Features.PACIFIC));
        transaction.putNumber(NAMESPACE, LATEST, next.epoch());
    }

    /// As stores keep it.
    public static Bytes encode(MonMap map) {
        return encode(map, Features.PACIFIC);
    }

    @Override
    public void refresh(StoreView store) {
        Bytes encoded = store.get(name(), Long.toString(store.number(name(), LATEST)));
        if (encoded == null) {
            throw new IllegalStateException("the store has no monitor map");
        }
        pending = null;
        pendingMetadata.clear();
        map = MonMap.decode(encoded.reader());
        mon.checkSubscriptions("monmap");
    }

    @Override
    public boolean hasPending() {
        return pending != null || !pendingMetadata.isEmpty();
    }

    @Override
    public void encodePending(MonTransaction transaction) {
        if (pending != null) {
            put(transaction, pending);
        }
        pendingMetadata.forEach((name, about) -> transaction.put(METADATA, name,
                new WireWriter().map(about, WireWriter::string, WireWriter::string).toBytes()));
    }

    /// The map that the next epoch will be. Within [MonCore#whenWriteable] only.
    MonMap pending() {
        return pending == null ? map() : pending;
    }

    void propose(MonMap next) {
        pending = next;
    }

    /// What a monitor of the quorum says about itself.
    public void metadata(String monitor, NavigableMap<String, String> about) {
        mon.whenWriteable(() -> {
            if (!about.isEmpty() && !about.equals(metadata().get(monitor))) {
                pendingMetadata.put(monitor, about);
            }
        });
    }

    /// What monitors have said about themselves, by name; only those of the map.
    public NavigableMap<String, NavigableMap<String, String>> metadata() {
        NavigableMap<String, NavigableMap<String, String>> all = new TreeMap<>();
        mon.store().scan(METADATA).forEach((name, encoded) -> {
            if (map().monitors().containsKey(name)) {
                all.put(name, encoded.reader().map(WireReader::string, WireReader::string));
            }
        });
        return all;
    }

    /// Says in the cluster log who agrees on things from now on.
    public void quorumChanged() {
        List<String> members = mon.quorum().members();
        String ranks = String.join(",", members.stream().map(name -> "" + map().rankOf(name)).toList());
        mon.service(LogService.class).line(LogEntry.INFO, "mon." + mon.name() + " is new leader, mons "
                + String.join(",", members) + " in quorum (ranks " + ranks + ")");
    }

    @Override
    public long newestVersion() {
        return map().epoch();
    }

    @Override
    public long oldestVersion() {
        return 1;
    }

    @Override
    public boolean handle(MonSession session, Message message, long tid, Utime now) {
        if (message instanceof MMonGetMap) {
            mon.send(session, new MMonMap(encode(map(), session.features())), tid);
            return true;
        }
        return false;
    }

    private void check(Subscription subscription) {
        MonSession session = subscription.session();
        if (subscription.next() <= map().epoch()) {
            mon.send(session, new MMonMap(encode(map(), session.features())));
            subscription.sent(map().epoch());
        }
    }

    static Bytes encode(MonMap map, long features) {
        return WireWriter.encode(map, (m, out) -> m.encode(out, features));
    }

    @Override
    public void registerCommands(CommandTable table) {
        new MonMapCommands(mon, this).register(table);
        new MonMapEdits(mon, this).register(table);
    }
}
