package dev.inkfish.crush;

import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.List;

/// A placement rule: a small program over the hierarchy (`crush_rule`).
///
/// @param ruleset equals the rule's number since Luminous
/// @param type 1 replicated, 3 erasure
public record CrushRule(int ruleset, int type, int minSize, int maxSize, List<Step> steps) {
    public static final int TYPE_REPLICATED = 1;
    public static final int TYPE_ERASURE = 3;

    public static final int TAKE = 1;
    public static final int CHOOSE_FIRSTN = 2;
    public static final int CHOOSE_INDEP = 3;
    public static final int EMIT = 4;
    public static final int CHOOSELEAF_FIRSTN = 6;
    public static final int CHOOSELEAF_INDEP = 7;
    public static final int SET_CHOOSE_TRIES = 8;
    public static final int SET_CHOOSELEAF_TRIES = 9;
    public static final int SET_CHOOSE_LOCAL_TRIES = 10;
    public static final int SET_CHOOSE_LOCAL_FALLBACK_TRIES = 11;
    public static final int SET_CHOOSELEAF_VARY_R = 12;
    public static final int SET_CHOOSELEAF_STABLE = 13;

    /// One instruction; `op` is one of the constants above, others are carried and ignored.
    public record Step(int op, int arg1, int arg2) {}

    public CrushRule {
        steps = List.copyOf(steps);
    }

    public CrushRule withRuleset(int other) {
        return new CrushRule(other, type, minSize, maxSize, steps);
    }

    /// Whether a step is one that only maps since Firefly have (`has_v2_rules`).
    boolean needsV2() {
        return steps.stream()
                .anyMatch(s -> s.op == CHOOSE_INDEP
                        || s.op == CHOOSELEAF_INDEP
                        || s.op == SET_CHOOSE_TRIES
                        || s.op == SET_CHOOSELEAF_TRIES);
    }

    static CrushRule decode(WireReader in) {
        int length = in.u32();
        int ruleset = in.u8();
        int type = in.u8();
        int min = in.u8();
        int max = in.u8();
        if (length < 0 || length > in.remaining() / 12) {
            throw new DecodeException("rule of " + Integer.toUnsignedString(length) + " steps");
        }
        Step[] steps = new Step[length];
        for (int i = 0; i < length; i++) {
            steps[i] = new Step(in.u32(), in.u32(), in.u32());
        }
        return new CrushRule(ruleset, type, min, max, List.of(steps));
    }

    void encode(WireWriter out) {
        out.u32(steps.size()).u8(ruleset).u8(type).u8(minSize).u8(maxSize);
        for (Step step : steps) {
            out.u32(step.op).u32(step.arg1).u32(step.arg2);
        }
    }
}
