package dev.inkfish.crush;

/// The tunables of a map: how hard the mapper tries, and which bucket algorithms are allowed.
public record CrushTunables(
        int chooseLocalTries,
        int chooseLocalFallbackTries,
        int chooseTotalTries,
        int chooseleafDescendOnce,
        int chooseleafVaryR,
        int strawCalcVersion,
        int allowedBucketAlgs,
        int chooseleafStable) {
    private static final int LEGACY_ALGS = 1 << 1 | 1 << 2 | 1 << 4;
    private static final int HAMMER_ALGS = LEGACY_ALGS | 1 << 5;

    public static final CrushTunables ARGONAUT = new CrushTunables(2, 5, 19, 0, 0, 0, LEGACY_ALGS, 0);
    public static final CrushTunables BOBTAIL = new CrushTunables(0, 0, 50, 1, 0, 0, LEGACY_ALGS, 0);
    public static final CrushTunables FIREFLY = new CrushTunables(0, 0, 50, 1, 1, 0, LEGACY_ALGS, 0);
    public static final CrushTunables HAMMER = new CrushTunables(0, 0, 50, 1, 1, 0, HAMMER_ALGS, 0);
    public static final CrushTunables JEWEL = new CrushTunables(0, 0, 50, 1, 1, 0, HAMMER_ALGS, 1);
    /// What new clusters get; also named `optimal`.
    public static final CrushTunables DEFAULT = JEWEL.withStrawCalcVersion(1);

    public CrushTunables withStrawCalcVersion(int version) {
        return new CrushTunables(
                chooseLocalTries,
                chooseLocalFallbackTries,
                chooseTotalTries,
                chooseleafDescendOnce,
                chooseleafVaryR,
                version,
                allowedBucketAlgs,
                chooseleafStable);
    }

    CrushTunables withChooseleafStable(int stable) {
        return new CrushTunables(
                chooseLocalTries,
                chooseLocalFallbackTries,
                chooseTotalTries,
                chooseleafDescendOnce,
                chooseleafVaryR,
                strawCalcVersion,
                allowedBucketAlgs,
                stable);
    }

    /// The same but for `straw_calc_version`, which profiles do not include.
    boolean sameProfile(CrushTunables other) {
        return withStrawCalcVersion(0).equals(other.withStrawCalcVersion(0));
    }

    public boolean hasNondefaultTunables() {
        return chooseLocalTries != 2 || chooseLocalFallbackTries != 5 || chooseTotalTries != 19;
    }

    public boolean hasNondefaultTunables2() {
        return chooseleafDescendOnce != 0;
    }

    public boolean hasNondefaultTunables3() {
        return chooseleafVaryR != 0;
    }

    public boolean hasNondefaultTunables5() {
        return chooseleafStable != 0;
    }

    /// The name of the profile these are, or `unknown`.
    public String profile() {
        return sameProfile(JEWEL)
                ? "jewel"
                : sameProfile(HAMMER)
                        ? "hammer"
                        : sameProfile(FIREFLY)
                                ? "firefly"
                                : sameProfile(BOBTAIL) ? "bobtail" : sameProfile(ARGONAUT) ? "argonaut" : "unknown";
    }
}
