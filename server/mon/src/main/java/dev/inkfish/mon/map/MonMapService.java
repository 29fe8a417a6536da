package dev.inkfish.mon.map;

import dev.inkfish.command.CommandTable;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.MonService;
import dev.inkfish.mon.MonSession;
import dev.inkfish.mon.NewCluster;
import dev.inkfish.mon.store.MonTransaction;
import dev.inkfish.mon.store.StoreView;
import dev.inkfish.mon.subs.Subscription;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MMonGetMap;
import dev.inkfish.wire.message.MMonMap;
import dev.inkfish.wire.message.Message;
import dev.inkfish.wire.mon.MonMap;
import org.jspecify.annotations.Nullable;

/// Keeps the monitor map (`MonmapMonitor`).
public final class MonMapService extends MonService {
    private static final String LATEST = "latest";

    private @Nullable MonMap map;

    public MonMapService(MonCore mon) {
        super(mon);
        mon.topic("monmap", this::check);
    }

    @Override
    public String name() {
        return "monmap";
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

    private void put(MonTransaction transaction, MonMap next) {
        transaction.put(name(), Integer.toString(next.epoch()), encode(next, Features.PACIFIC));
        transaction.putNumber(name(), LATEST, next.epoch());
    }

    @Override
    public void refresh(StoreView store) {
        Bytes encoded = store.get(name(), Long.toString(store.number(name(), LATEST)));
        if (encoded == null) {
            throw new IllegalStateException("the store has no monitor map");
        }
        map = MonMap.decode(encoded.reader());
        mon.checkSubscriptions("monmap");
    }

    /// Monitors are added and removed by a later version of the quorum; today's map never changes.
    @Override
    public boolean hasPending() {
        return false;
    }

    @Override
    public void encodePending(MonTransaction transaction) {}

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
    }
}
