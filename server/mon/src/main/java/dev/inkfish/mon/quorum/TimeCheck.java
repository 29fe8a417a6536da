package dev.inkfish.mon.quorum;

import dev.inkfish.wire.Utime;

/// How far a monitor's clock is off, as seen by the leader (`Monitor::handle_timecheck_leader`). Both in seconds.
///
/// @param skew what is certain of the difference, whatever the messages' way took; 0 if that could explain it
/// @param latency the round trip
public record TimeCheck(double skew, double latency) {
    public static final TimeCheck SELF = new TimeCheck(0, 0);

    /// @param theirs the peon's clock, at some time during the round trip
    /// @param ours the leader's at its end
    static TimeCheck of(Utime theirs, Utime ours, double latency) {
        double delta = theirs.toSeconds() - (ours.toSeconds() - latency / 2);
        double certain = Math.max(0, Math.abs(delta) - latency);
        return new TimeCheck(delta < 0 && certain > 0 ? -certain : certain, latency);
    }
}
