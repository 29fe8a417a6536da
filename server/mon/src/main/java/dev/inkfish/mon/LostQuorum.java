package dev.inkfish.mon;

import dev.inkfish.wire.message.MMonGetMap;
import dev.inkfish.wire.message.MPing;
import dev.inkfish.wire.message.Message;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What becomes of clients while a monitor has been out of quorum for long: they are sent elsewhere, but for those that only ask
/// whether it is there (`ceph ping`), who are answered at once and sent away later (`Monitor::tick`).
final class LostQuorum {
    private final MonCore mon;
    private boolean lost;
    /// Sessions that have had their time.
    private Set<Long> known = Set.of();

    LostQuorum(MonCore mon) {
        this.mon = mon;
    }

    void look(boolean isLost) {
        if (isLost && !lost) {
            mon.effects().log(MonEffects.Level.WARN, "out of quorum: clients are sent to other monitors");
            List.copyOf(mon.sessions()).forEach(this::trim);
        }
        lost = isLost;
    }

    /// Whether the message is not for this monitor; then its session is closed.
    boolean refuses(MonSession session, Message message) {
        boolean refused = lost && !(message instanceof MPing || message instanceof MMonGetMap);
        if (refused) {
            mon.effects().close(session);
        }
        return refused;
    }

    /// Every second: who came before the last time goes.
    void tick() {
        if (lost) {
            mon.sessions().stream().filter(session -> known.contains(session.id())).toList().forEach(this::trim);
            known = mon.sessions().stream().map(MonSession::id).collect(Collectors.toSet());
        }
    }

    private void trim(MonSession session) {
        mon.tally().one(Count.SESSION_TRIM);
        mon.effects().close(session);
    }
}
