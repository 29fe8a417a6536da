package dev.inkfish.crush;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The rules of a map that is edited.
public final class RuleEditor {
    private static final int MAX_RULES = 256;

    private final CrushEditor editor;

    RuleEditor(CrushEditor editor) {
        this.editor = editor;
    }

    public @Nullable Integer named(String name) {
        return CrushEditor.keyOf(editor.ruleNames, name);
    }

    /// A rule that takes different buckets of a type below a root; gives its number.
    ///
    /// @param failureDomain a type's name; empty for devices without regard to where they are
    /// @param deviceClass empty for any
    /// @param type replicated (chooses `firstn`) or erasure (chooses `indep`)
    public int addSimple(String name, String root, String failureDomain, String deviceClass, int type) {
        if (named(name) != null) {
            throw new CephException(Errno.EEXIST, "rule " + name + " exists");
        }
        if (!editor.hasItem(root)) {
            throw new CephException(Errno.ENOENT, "root item " + root + " does not exist");
        }
        int domain = failureDomain.isEmpty() ? 0 : editor.typeId(failureDomain);
        if (domain < 0) {
            throw new CephException(Errno.EINVAL, "unknown type " + failureDomain);
        }
        int take = editor.itemId(root);
        if (!deviceClass.isEmpty()) {
            Integer classId = CrushEditor.keyOf(editor.classNames, deviceClass);
            if (classId == null) {
                throw new CephException(Errno.EINVAL, "device class " + deviceClass + " does not exist");
            }
            Integer shadow = editor.classBuckets.getOrDefault(take, new TreeMap<>()).get(classId);
            if (shadow == null) {
                throw new CephException(
                        Errno.EINVAL, "root " + root + " has no devices with class " + deviceClass);
            }
            take = shadow;
        }
        int number = freeNumber();
        boolean erasure = type == CrushRule.TYPE_ERASURE;
        List<CrushRule.Step> steps = new ArrayList<>();
        if (erasure) {
            steps.add(new CrushRule.Step(CrushRule.SET_CHOOSELEAF_TRIES, 5, 0));
            steps.add(new CrushRule.Step(CrushRule.SET_CHOOSE_TRIES, 100, 0));
        }
        steps.add(new CrushRule.Step(CrushRule.TAKE, take, 0));
        int op = domain == 0
                ? erasure ? CrushRule.CHOOSE_INDEP : CrushRule.CHOOSE_FIRSTN
                : erasure ? CrushRule.CHOOSELEAF_INDEP : CrushRule.CHOOSELEAF_FIRSTN;
        steps.add(new CrushRule.Step(op, 0, domain));
        steps.add(new CrushRule.Step(CrushRule.EMIT, 0, 0));
        put(number, new CrushRule(number, type, erasure ? 3 : 1, erasure ? 20 : 10, steps), name);
        return number;
    }

    private int freeNumber() {
        int number = editor.rules.indexOf(null);
        number = number < 0 ? editor.rules.size() : number;
        if (number >= MAX_RULES) {
            throw new CephException(Errno.ENOSPC, "no rule number is free");
        }
        return number;
    }

    private void put(int number, CrushRule rule, String name) {
        while (editor.rules.size() <= number) {
            editor.rules.add(null);
        }
        editor.rules.set(number, rule);
        editor.ruleNames.put(number, name);
    }

    public void remove(int number) {
        editor.rules.set(number, null);
        editor.ruleNames.remove(number);
        editor.rebuildShadows();
    }

    public void rename(String from, String to) {
        Integer number = named(from);
        if (number == null) {
            throw new CephException(Errno.ENOENT, "source rule name '" + from + "' does not exist");
        }
        editor.ruleNames.put(number, to);
    }
}
