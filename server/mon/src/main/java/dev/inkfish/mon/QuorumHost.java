package dev.inkfish.mon;

import dev.inkfish.mon.auth.AuthService;
import dev.inkfish.mon.map.MonMapService;
import dev.inkfish.mon.quorum.PeerMessage;
import dev.inkfish.mon.quorum.Quorum;
import java.util.Collection;
import java.util.NavigableMap;

/// What a change of this monitor's standing means for the rest of it.
final class QuorumHost implements Quorum.Host {
    private final MonCore mon;
    private boolean wasLeader;

    QuorumHost(MonCore mon) {
        this.mon = mon;
    }

    @Override
    public void send(String monitor, PeerMessage message) {
        mon.effects().toMonitor(monitor, message);
    }

    @Override
    public boolean promise(long epoch, long until) {
        return mon.effects().promise(epoch, until);
    }

    @Override
    public void takePart(boolean whether) {
        mon.effects().takePart(whether);
    }

    @Override
    public void standingChanged() {
        boolean leads = mon.quorum().state() == Quorum.State.LEADER;
        count(mon.quorum().state());
        if (leads || wasLeader) {
            mon.abandon();
            mon.services().forEach(MonService::leaderChanged);
        }
        mon.forwarding().standingChanged();
        if (leads || wasLeader) {
            mon.refreshAll();
        }
        wasLeader = leads;
        if (mon.quorum().state() == Quorum.State.PEON) {
            mon.effects().log(MonEffects.Level.INFO, "follows mon." + mon.quorum().leader() + ", epoch " + mon.quorum().epoch());
            mon.forwarding().handOnAll();
        }
    }

    private void count(Quorum.State state) {
        switch (state) {
            case LEADER -> elected(Count.ELECTION_WIN, Count.START_LEADER);
            case PEON -> elected(Count.ELECTION_LOSE, Count.START_PEON);
            case ELECTING -> {}
        }
    }

    private void elected(Count how, Count start) {
        mon.tally().one(Count.NUM_ELECTIONS);
        mon.tally().one(how);
        mon.tally().one(start);
    }

    @Override
    public void leaseTimedOut() {
        mon.tally().one(Count.LEASE_TIMEOUT);
    }

    @Override
    public void answerTimedOut() {
        mon.tally().one(Count.LEASE_ACK_TIMEOUT);
    }

    @Override
    public void mayAnswer() {
        mon.service(MonMapService.class).metadata(mon.name(), mon.metadata());
        if (mon.service("auth") instanceof AuthService authentication) {
            // not a second later: the first clients are waiting
            authentication.tick(mon.now());
        }
        mon.forwarding().handOnAll();
    }

    @Override
    public void membersChanged(Collection<String> left) {
        mon.forwarding().membersChanged(left);
        if (mon.quorum().state() == Quorum.State.LEADER) {
            mon.service(MonMapService.class).quorumChanged();
        }
    }

    @Override
    public void metadata(String monitor, NavigableMap<String, String> metadata) {
        mon.service(MonMapService.class).metadata(monitor, metadata);
    }

    @Override
    public void wantsIds(String monitor) {
        mon.service(AuthService.class).grantIds(monitor, (from, to) ->
                mon.effects().toMonitor(monitor, new PeerMessage.GlobalIds(mon.quorum().epoch(), from, to)));
    }
}
