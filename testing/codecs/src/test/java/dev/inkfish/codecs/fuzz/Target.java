package dev.inkfish.codecs.fuzz;

import dev.inkfish.wire.Bytes;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// What is given input. A run throws only where it found a fault: refusals are caught inside.
public enum Target {
    /// A struct: its name, a line's end, its encoding.
    STRUCTS(CodecTargets::struct, CodecTargets::structSeeds),
    /// A message: type, version, lengths of middle and data, then the three parts.
    MESSAGES(CodecTargets::message, CodecTargets::messageSeeds),
    /// A full OSD map and a change applied to it, then placements.
    MAPS(CodecTargets::maps, CodecTargets::mapSeeds),
    /// A CRUSH map, then placements by its rules.
    CRUSH(CodecTargets::crush, CodecTargets::crushSeeds),
    /// A msgr2 connection at any point of its life: what genuine peers send, with frames and bytes put between.
    MSGR2(new Connection(true)::run, Connection::seeds),
    /// The same over msgr1.
    MSGR1(new Connection(false)::run, Connection::seeds),
    /// Payloads of authentication, to monitor, service and client.
    CEPHX(CephxTargets::run, CephxTargets::seeds),
    /// Calls of object classes, several on one object: each `class.method`, a line's end, its argument.
    CLASSES(ClassTargets::run, ClassTargets::seeds),
    /// Texts: JSON, commands, configuration, capabilities, keyrings; the first byte says which.
    TEXT(TextTargets::run, TextTargets::seeds);

    private final Consumer<Bytes> run;
    private final Supplier<List<Bytes>> seeds;

    Target(Consumer<Bytes> run, Supplier<List<Bytes>> seeds) {
        this.run = run;
        this.seeds = seeds;
    }

    public void run(Bytes input) {
        run.accept(input);
    }

    /// Valid input to start from, drawn from a seed.
    public List<Bytes> seeds() {
        return seeds.get();
    }
}
