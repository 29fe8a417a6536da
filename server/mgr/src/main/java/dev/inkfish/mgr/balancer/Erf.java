package dev.inkfish.mgr.balancer;

/// The error function, to the precision of a double, for arguments of at least 0.
final class Erf {
    private static final double LARGE = 3;

    private Erf() {}

    static double of(double x) {
        if (x > 6) {
            return 1;
        }
        return x < LARGE ? series(x) : 1 - fraction(x);
    }

    /// 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): every term is positive, so nothing cancels.
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 1e-17; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /// The complement, by its continued fraction.
    private static double fraction(double x) {
        double tail = x;
        for (int n = 60; n > 0; n--) {
            tail = x + n / 2.0 / tail;
        }
        return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
    }
}
