package dev.inkfish.osd.ops;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Eversion;
import dev.inkfish.wire.IntervalSet;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.message.MOSDOpReply.OpResult;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.ObjectInfo.WatchKey;
import dev.inkfish.wire.osd.SnapContext;
import dev.inkfish.wire.osd.WatchInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One run of a request's operations over an [ObjectDraft] (`PrimaryLogPG::OpContext`).
final class OpContext {
    final Request request;
    /// The object before the request.
    final ObjectContext before;
    /// The head, which holds the snap set; the same as `before` unless a clone is read.
    final ObjectContext head;
    final ObjectDraft draft;
    final StatsDraft stats = new StatsDraft();
    final List<OpResult> results = new ArrayList<>();
    SnapContext snapContext = SnapContext.NONE;
    Eversion version = Eversion.ZERO;
    Utime mtime = Utime.ZERO;

    /// Something is to be logged although the store's objects do not change.
    boolean modify;
    /// The change counts for the version that clients see.
    boolean userModify;
    /// A user version that a copy brought with it; 0 for none.
    long copiedUserVersion;
    /// What of the data as it was before changed.
    IntervalSet modifiedRanges = IntervalSet.EMPTY;
    boolean undirty;
    int reads;
    int writes;
    int subop;
    /// What the operation that runs answers.
    Bytes output = Bytes.EMPTY;

    final List<WatchConnect> watchConnects = new ArrayList<>();
    final List<WatchDisconnect> watchDisconnects = new ArrayList<>();
    final List<NotifyStart> notifies = new ArrayList<>();
    final List<NotifyAck> notifyAcks = new ArrayList<>();

    record WatchConnect(WatchInfo info, Watch.Liveness liveness) {}

    record WatchDisconnect(WatchKey key, Watch.Farewell farewell) {}

    record NotifyStart(long id, long cookie, int timeoutSeconds, Bytes payload) {}

    /// @param cookie of the watch that answers; null for all of the client's on the object
    record NotifyAck(long id, @Nullable Long cookie, Bytes payload) {}

    OpContext(Request request, ObjectContext before, ObjectContext head, ObjectDraft draft) {
        this.request = request;
        this.before = before;
        this.head = head;
        this.draft = draft;
    }

    boolean isChange() {
        return !draft.transaction.isEmpty() || modify;
    }

    /// The object comes into being, if it is not there.
    void create() {
        if (!draft.exists) {
            draft.touch();
        }
        markExisting();
    }

    /// As [#create], where the transaction has made the object already.
    void markExisting() {
        if (!draft.exists) {
            stats.objects++;
            draft.exists = true;
            draft.flags = 0;
        } else if (draft.has(ObjectInfo.WHITEOUT)) {
            draft.flags &= ~ObjectInfo.WHITEOUT;
            stats.whiteouts--;
        }
    }

    void changed(long offset, long length) {
        modifiedRanges = modifiedRanges.plus(offset, length);
    }

    void setSize(long size) {
        stats.bytes += size - draft.size;
        draft.size = size;
    }
}
