package dev.inkfish.osdmap;

import java.util.List;

/// Where a placement group lives: who CRUSH wants (`up`) and who serves it (`acting`). A hole is
/// [dev.inkfish.crush.CrushMap#ITEM_NONE]; no primary is -1.
public record Placement(List<Integer> up, int upPrimary, List<Integer> acting, int actingPrimary) {
    public static final Placement NOWHERE = new Placement(List.of(), -1, List.of(), -1);

    public Placement {
        up = List.copyOf(up);
        acting = List.copyOf(acting);
    }
}
