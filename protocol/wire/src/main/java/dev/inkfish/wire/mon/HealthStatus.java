package dev.inkfish.wire.mon;

/// How well the cluster is (`health_status_t`), worst first: the order of the numbers.
public enum HealthStatus {
    HEALTH_ERR,
    HEALTH_WARN,
    HEALTH_OK;

    public static HealthStatus of(int number) {
        if (number < 0 || number >= values().length) {
            throw new dev.inkfish.wire.DecodeException("health status " + number);
        }
        return values()[number];
    }

    public HealthStatus worse(HealthStatus other) {
        return other.compareTo(this) < 0 ? other : this;
    }
}
