package dev.inkfish.mgr.rbd;

import dev.inkfish.rados.ObjectOps;
import dev.inkfish.rados.PoolIo;
import dev.inkfish.rados.RadosClient;
import dev.inkfish.rados.Reply;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.osd.CloneInfo;
import java.util.List;

/// The states of one object over its snapshots.
///
/// @param seq the newest snapshot that there was when it was last written
record ObjectStates(List<CloneInfo> states, long seq) {
    static final ObjectStates NONE = new ObjectStates(List.of(), 0);
    /// In place of a state's id: it is not there.
    static final long ABSENT = 0;

    static ObjectStates of(PoolIo io, String object) {
        Reply reply = io.at(HObject.SNAPDIR).run(object, ObjectOps.of().listSnaps());
        if (reply.failedWith(Errno.ENOENT)) {
            return NONE;
        }
        CloneInfo.Response found = CloneInfo.Response.decode(reply.orThrow("snapshots of " + object).output().reader());
        return new ObjectStates(found.clones(), found.seq());
    }

    boolean isEmpty() {
        return states.isEmpty();
    }

    /// What a snapshot reads: the id of a clone, [RadosClient#NO_SNAP] for the present state, or [#ABSENT].
    long at(long snap) {
        for (CloneInfo state : states) {
            if (state.cloneId() != RadosClient.NO_SNAP && state.snaps().contains(snap)) {
                return state.cloneId();
            }
        }
        boolean hasHead = !states.isEmpty() && states.getLast().cloneId() == RadosClient.NO_SNAP;
        return hasHead && (snap == RadosClient.NO_SNAP || Long.compareUnsigned(snap, seq) > 0)
                ? RadosClient.NO_SNAP
                : ABSENT;
    }

    /// Whether somebody wrote to a range, or removed it, between what two snapshots read: the same bytes perhaps.
    boolean writtenBetween(long one, long other, long offset, long length) {
        int first = indexOf(at(one));
        int second = indexOf(at(other));
        if (first < 0 || second < 0) {
            return first != second;
        }
        for (int i = Math.min(first, second); i < Math.max(first, second); i++) {
            long end = Math.min(offset + length, states.get(i + 1).size());
            if (offset < end && states.get(i).overlap().stream().noneMatch(
                    same -> same.offset() <= offset && end <= same.offset() + same.length())) {
                return true;
            }
        }
        return false;
    }

    private int indexOf(long state) {
        for (int i = 0; i < states.size() && state != ABSENT; i++) {
            if (states.get(i).cloneId() == state) {
                return i;
            }
        }
        return -1;
    }
}
