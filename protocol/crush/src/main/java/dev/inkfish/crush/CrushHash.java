package dev.inkfish.crush;

/// Robert Jenkins' mix over one to five words (`src/crush/hash.c`, `CRUSH_HASH_RJENKINS1`).
public final class CrushHash {
    /// The number of this function in a map; the only one there is.
    public static final int RJENKINS1 = 0;

    private static final int SEED = 1315423911;
    private static final int X = 231232;
    private static final int Y = 1232;

    private int a;
    private int b;
    private int c;

    private CrushHash() {}

    private void mix() {
        a = a - b - c ^ c >>> 13;
        b = b - c - a ^ a << 8;
        c = c - a - b ^ b >>> 13;
        a = a - b - c ^ c >>> 12;
        b = b - c - a ^ a << 16;
        c = c - a - b ^ b >>> 5;
        a = a - b - c ^ c >>> 3;
        b = b - c - a ^ a << 10;
        c = c - a - b ^ b >>> 15;
    }

    /// Hashes words in the order in which CRUSH pairs them: `pairs` names registers, two per mix.
    private static int run(int[] words, int... pairs) {
        CrushHash state = new CrushHash();
        int hash = SEED;
        for (int i = 2; i < words.length; i++) {
            hash ^= words[i];
        }
        state.c = hash;
        for (int i = 0; i < pairs.length; i += 2) {
            state.a = words[pairs[i]];
            state.b = words[pairs[i + 1]];
            state.mix();
            words[pairs[i]] = state.a;
            words[pairs[i + 1]] = state.b;
        }
        return state.c;
    }

    public static int hash(int a) {
        CrushHash s = new CrushHash();
        s.c = SEED ^ a;
        s.a = a;
        s.b = X;
        s.mix();
        s.a = Y;
        s.b = a;
        s.mix();
        return s.c;
    }

    public static int hash(int a, int b) {
        CrushHash s = new CrushHash();
        s.c = SEED ^ a ^ b;
        s.a = a;
        s.b = b;
        s.mix();
        int a1 = s.a;
        int b1 = s.b;
        s.a = X;
        s.b = a1;
        s.mix();
        s.a = b1;
        s.b = Y;
        s.mix();
        return s.c;
    }

    /// The form that straw and straw2 buckets draw with, unrolled because placement spends its time here.
    public static int hash(int a, int b, int c) {
        int ra = a;
        int rb = b;
        int h = SEED ^ a ^ b ^ c;
        // mix(a, b, h)
        ra = ra - rb - h ^ h >>> 13;
        rb = rb - h - ra ^ ra << 8;
        h = h - ra - rb ^ rb >>> 13;
        ra = ra - rb - h ^ h >>> 12;
        rb = rb - h - ra ^ ra << 16;
        h = h - ra - rb ^ rb >>> 5;
        ra = ra - rb - h ^ h >>> 3;
        rb = rb - h - ra ^ ra << 10;
        h = h - ra - rb ^ rb >>> 15;
        // mix(c, x, h)
        int rc = c;
        int x = X;
        rc = rc - x - h ^ h >>> 13;
        x = x - h - rc ^ rc << 8;
        h = h - rc - x ^ x >>> 13;
        rc = rc - x - h ^ h >>> 12;
        x = x - h - rc ^ rc << 16;
        h = h - rc - x ^ x >>> 5;
        rc = rc - x - h ^ h >>> 3;
        x = x - h - rc ^ rc << 10;
        h = h - rc - x ^ x >>> 15;
        // mix(y, a, h)
        int y = Y;
        y = y - ra - h ^ h >>> 13;
        ra = ra - h - y ^ y << 8;
        h = h - y - ra ^ ra >>> 13;
        y = y - ra - h ^ h >>> 12;
        ra = ra - h - y ^ y << 16;
        h = h - y - ra ^ ra >>> 5;
        y = y - ra - h ^ h >>> 3;
        ra = ra - h - y ^ y << 10;
        h = h - y - ra ^ ra >>> 15;
        // mix(b, x, h)
        rb = rb - x - h ^ h >>> 13;
        x = x - h - rb ^ rb << 8;
        h = h - rb - x ^ x >>> 13;
        rb = rb - x - h ^ h >>> 12;
        x = x - h - rb ^ rb << 16;
        h = h - rb - x ^ x >>> 5;
        rb = rb - x - h ^ h >>> 3;
        x = x - h - rb ^ rb << 10;
        h = h - rb - x ^ x >>> 15;
        // mix(y, c, h)
        y = y - rc - h ^ h >>> 13;
        rc = rc - h - y ^ y << 8;
        h = h - y - rc ^ rc >>> 13;
        y = y - rc - h ^ h >>> 12;
        rc = rc - h - y ^ y << 16;
        h = h - y - rc ^ rc >>> 5;
        y = y - rc - h ^ h >>> 3;
        rc = rc - h - y ^ y << 10;
        return h - y - rc ^ rc >>> 15;
    }

    public static int hash(int a, int b, int c, int d) {
        return run(new int[] {X, Y, a, b, c, d}, 2, 3, 4, 5, 2, 0, 1, 3, 4, 0, 1, 5);
    }

    public static int hash(int a, int b, int c, int d, int e) {
        return run(new int[] {X, Y, a, b, c, d, e}, 2, 3, 4, 5, 6, 0, 1, 2, 3, 0, 1, 4, 5, 0, 1, 6);
    }
}
