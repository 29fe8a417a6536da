package dev.inkfish.mon.map;

import dev.inkfish.conf.Conf;
import dev.inkfish.mon.quorum.TimeCheck;
import java.math.BigDecimal;
import java.math.MathContext;

/// When a monitor's clock is off too far (`Monitor::timecheck_status`).
public final class ClockSkew {
    private ClockSkew() {}

    /// What is to be said about it; empty where it is within `mon_clock_drift_allowed`.
    public static String details(TimeCheck check, Conf conf) {
        double allowed = conf.decimal("mon_clock_drift_allowed");
        double skew = Math.abs(check.skew());
        return skew > allowed ? "clock skew " + shown(skew) + "s > max " + shown(allowed) + "s" : "";
    }

    /// Six digits that count, as a C++ stream prints a number.
    public static String shown(double number) {
        return new BigDecimal(number).round(new MathContext(6)).stripTrailingZeros().toPlainString();
    }
}
