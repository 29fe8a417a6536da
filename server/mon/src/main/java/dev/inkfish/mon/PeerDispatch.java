package dev.inkfish.mon;

import dev.inkfish.mon.auth.AuthService;
import dev.inkfish.mon.log.LogService;
import dev.inkfish.mon.quorum.PeerMessage;
import dev.inkfish.mon.quorum.Quorum;
import dev.inkfish.mon.scrub.MonScrub;

/// What comes from other monitors. All but what makes and ends an epoch counts within its epoch only.
final class PeerDispatch {
    private final MonCore mon;

    PeerDispatch(MonCore mon) {
        this.mon = mon;
    }

    /// @param steady nanoseconds of a clock that never jumps
    void handle(String from, PeerMessage message, long steady) {
        Quorum quorum = mon.quorum();
        switch (message) {
            case PeerMessage.Lease lease -> quorum.lease(from, lease, steady, mon.now());
            case PeerMessage.LeaseAck ack -> {
                if (quorum.state() == Quorum.State.LEADER && ack.epoch() == quorum.epoch()) {
                    mon.forwarding().lives(from, ack.life());
                }
                quorum.leaseAck(from, ack, steady, mon.now());
            }
            case PeerMessage.Leaving leaving -> quorum.leaving(from, leaving, steady, mon.now());
            default -> {
                if (message.epoch() == quorum.epoch()) {
                    ofThisEpoch(from, message);
                }
            }
        }
    }

    private void ofThisEpoch(String from, PeerMessage message) {
        Forwarding forwarding = mon.forwarding();
        switch (message) {
            case PeerMessage.Forward forward -> forwarding.forward(from, forward);
            case PeerMessage.Route route -> forwarding.route(route);
            case PeerMessage.Done done -> forwarding.done(done);
            case PeerMessage.SessionClosed closed -> forwarding.remoteClosed(from, closed);
            case PeerMessage.GlobalIds ids -> mon.service(AuthService.class).globalIds().add(ids.from(), ids.to());
            case PeerMessage.Again _ -> forwarding.handOnAll();
            case PeerMessage.LogLines log -> mon.service(LogService.class).fromPeer(log.lines());
            case PeerMessage.Scrubbed scrubbed -> mon.service(MonScrub.class).answer(from, scrubbed);
            case PeerMessage.Lease _, PeerMessage.LeaseAck _, PeerMessage.Leaving _ -> {}
        }
    }
}
