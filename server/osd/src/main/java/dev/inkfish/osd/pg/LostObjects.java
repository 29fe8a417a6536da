package dev.inkfish.osd.pg;

import dev.inkfish.objectstore.Transaction;
import dev.inkfish.osd.ops.SnapIndex;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.osd.PgInfo;
import dev.inkfish.wire.osd.PgLogEntry;
import dev.inkfish.wire.osd.PgMissing;
import dev.inkfish.wire.osd.PgShard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Objects of which no copy of the version that counts can be found: which they are, where they may yet be, and giving
/// them up when an operator says so (`PrimaryLogPG::mark_all_unfound_lost`). On the primary.
public final class LostObjects {
    /// What becomes of them.
    public enum Mode {
        /// The newest older version counts again; where there is none, the object is gone.
        REVERT,
        DELETE
    }

    /// An object that is nowhere.
    public record Unfound(HObject object, Eversion need, Eversion have) {}

    private final Pg pg;
    /// Whom to ask for objects that members lacked when the interval became active.
    private SortedSet<PgShard> sources = Collections.emptySortedSet();

    LostObjects(Pg pg) {
        this.pg = pg;
    }

    /// An object of which this member lacks the newest version.
    ///
    /// @param sources who has it, in the view of a primary; null on other members
    public record Missing(HObject object, PgMissing.Item item, boolean unfound, @Nullable List<PgShard> sources) {}

    /// What this member itself lacks, primary or not, in the order of their names.
    public List<Missing> missingHere() {
        List<Missing> result = new ArrayList<>();
        pg.data.missing.items().forEach((object, item) -> result.add(new Missing(object, item, pg.recovery.isUnfound(object),
                pg.isPrimary() ? pg.recovery.sources(object, item.need()) : null)));
        return result;
    }

    /// How many objects lack a copy somewhere.
    public int missing() {
        TreeSet<HObject> all = new TreeSet<>(pg.data.missing.items().keySet());
        for (PgShard member : pg.members) {
            MissingSet theirs = pg.peerMissing.get(member);
            if (theirs != null) {
                all.addAll(theirs.items().keySet());
            }
        }
        return all.size();
    }

    /// In the order of their names.
    public List<Unfound> unfound() {
        List<Unfound> result = new ArrayList<>();
        for (HObject object : pg.recovery.unfound()) {
            PgMissing.Item item = pg.data.missing.get(object);
            if (item != null) {
                result.add(new Unfound(object, item.need(), item.have()));
            }
        }
        return result;
    }

    /// The interval becomes active: what the past has to say of members is still there.
    void onActivate() {
        sources = missing() > 0 ? candidates() : Collections.emptySortedSet();
    }

    /// By member that may have them, since it took part when they may have been written: whether it was asked.
    public NavigableMap<PgShard, String> mightHave() {
        NavigableMap<PgShard, String> result = new TreeMap<>();
        for (PgShard member : sources) {
            String status = pg.peerMissing.containsKey(member) ? "already probed"
                    : pg.recovery.hasAsked(member) ? "querying"
                    : pg.map.isUp(member.osd()) ? "not queried"
                    : "osd is down";
            result.put(member, status);
        }
        return result;
    }

    private SortedSet<PgShard> candidates() {
        TreeSet<PgShard> everyone = new TreeSet<>(pg.data.past.participants());
        everyone.addAll(pg.members);
        everyone.remove(pg.whoami());
        return everyone;
    }

    /// Whether everybody who may have them was asked, or will never answer.
    private boolean allProbed() {
        for (PgShard member : candidates()) {
            PgInfo info = pg.peerInfo.get(member);
            boolean settled = pg.peerMissing.containsKey(member)
                    || info != null && info.isAbsent()
                    || !pg.map.exists(member.osd())
                    || pg.map.lostAt(member.osd()) > pg.map.upFrom(member.osd());
            if (!settled) {
                return false;
            }
        }
        return true;
    }

    /// Gives all of them up.
    ///
    /// @return what to tell the operator
    public String giveUp(Mode mode) {
        List<Unfound> lost = unfound();
        if (lost.isEmpty()) {
            return "pg has no unfound objects";
        }
        if (!pg.isActive()) { // it cannot make entries of its log yet
            throw new CephException(Errno.EAGAIN, "pg is not active");
        }
        if (!allProbed()) {
            throw new CephException(Errno.EINVAL,
                    "pg has " + lost.size() + " unfound objects but we haven't probed all sources, not marking lost");
        }
        pg.shell.clusterLog(PgShell.LogLevel.ERROR,
                pg.data.pgid.pgid() + " has " + lost.size() + " objects unfound and apparently lost, marking");
        for (Unfound each : lost) {
            PgShard source = mode == Mode.REVERT ? newerElsewhere(each) : null;
            if (source != null) {
                fetchThenRevert(each.object(), source);
            } else if (mode == Mode.REVERT && !each.have().isZero()) {
                revert(each.object());
            } else {
                delete(each.object());
            }
        }
        pg.persistInfo();
        pg.recovery.resume();
        return "pg has " + lost.size() + " objects unfound and apparently lost marking";
    }

    /// A member whose older version of the object is newer than ours.
    private @Nullable PgShard newerElsewhere(Unfound lost) {
        Eversion best = lost.have();
        PgShard source = null;
        for (Map.Entry<PgShard, MissingSet> peer : pg.peerMissing.entrySet()) {
            PgMissing.Item item = peer.getValue().get(lost.object());
            if (item != null && pg.map.isUp(peer.getKey().osd()) && item.have().compareTo(best) > 0) {
                best = item.have();
                source = peer.getKey();
            }
        }
        return source;
    }

    private void fetchThenRevert(HObject object, PgShard source) {
        MissingSet theirs = pg.peerMissing.get(source);
        PgMissing.Item item = theirs == null ? null : theirs.get(object);
        if (item == null) {
            return;
        }
        pg.backend.fetch(object, item.have(), source, new PgBackend.FetchResult() {
            @Override
            public void fetched() {
                revert(object);
                pg.recovery.resume();
            }

            @Override
            public void notThere() {
                pg.recovery.resume(); // it stays unfound
            }
        });
    }

    /// Our older copy becomes the newest; the other members, who lack that, get it by recovery.
    private void revert(HObject object) {
        GhObject name = GhObject.of(object);
        Bytes info = pg.shell.store().attr(pg.data.collection, name, ReplicatedBackend.OBJECT_INFO);
        if (info == null) {
            delete(object);
            return;
        }
        PgLogEntry entry = entry(PgLogEntry.Kind.LOST_REVERT, object);
        Transaction transaction = new Transaction();
        TreeMap<String, Bytes> attr = new TreeMap<>();
        attr.put(ReplicatedBackend.OBJECT_INFO, pg.shell.withObjectVersion(info, entry.version()));
        transaction.setAttrs(pg.data.collection, name, attr);
        pg.data.missing.remove(object);
        for (PgShard member : pg.members) {
            MissingSet theirs = pg.peerMissing.get(member);
            PgMissing.Item item = theirs == null ? null : theirs.get(object);
            if (item != null) {
                theirs.put(object, entry.version(), item.have());
            }
        }
        submit(entry, transaction);
    }

    private void delete(HObject object) {
        PgLogEntry entry = entry(PgLogEntry.Kind.LOST_DELETE, object);
        Transaction transaction = new Transaction();
        SnapIndex.onRemoved(transaction, pg.shell.store(), pg.data.collection, object);
        transaction.remove(pg.data.collection, GhObject.of(object));
        pg.data.missing.remove(object);
        for (PgShard member : pg.members) {
            MissingSet theirs = pg.peerMissing.get(member);
            if (theirs != null) {
                theirs.remove(object);
            }
        }
        submit(entry, transaction);
    }

    private PgLogEntry entry(PgLogEntry.Kind kind, HObject object) {
        PgMissing.Item item = pg.data.missing.get(object);
        Eversion version = new Eversion(pg.map.epoch(), pg.data.lastUpdate().version() + 1);
        return new PgLogEntry(
                kind, object, version, item == null ? Eversion.ZERO : item.need(), 0, null, pg.shell.now(), 0, List.of(),
                Bytes.EMPTY);
    }

    /// Nobody knows any more what the sums are; a scrub counts.
    private void submit(PgLogEntry entry, Transaction transaction) {
        pg.data.sumsInvalid = true;
        pg.ops.forget(entry.object());
        pg.data.updateLastComplete();
        pg.backend.submit(List.of(entry), transaction, () -> {});
    }
}
