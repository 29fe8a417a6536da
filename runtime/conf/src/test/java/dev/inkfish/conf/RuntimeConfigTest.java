package dev.inkfish.conf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.inkfish.command.CommandResult;
import dev.inkfish.command.CommandTable;
import dev.inkfish.wire.Utime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What `ceph tell <daemon> injectargs` and `config set` take and say, as a real 16.2.15 does.
class RuntimeConfigTest {
    private final Conf conf = new Conf("osd", "0");
    private final CommandTable table = new CommandTable();

    RuntimeConfigTest() {
        new RuntimeConfig(conf, "osd").register(table);
    }

    private CommandResult.Done inject(String... words) {
        List<CommandResult.Done> answers = new ArrayList<>();
        String call = "{\"prefix\": \"injectargs\", \"injected_args\": [\"" + String.join("\", \"", words) + "\"]}";
        LocalCommands.run(table, call, Utime.ZERO, answers::add);
        return answers.getFirst();
    }

    @Test
    void aFlagNeedsNoValueAndCanBeNegated() {
        assertEquals(0, inject("--no-osd_enable_op_tracker").code());
        assertEquals("false", conf.string("osd_enable_op_tracker"));
        assertEquals(0, inject("--osd_enable_op_tracker --osd_op_history_duration 500").code());
        assertEquals("true", conf.string("osd_enable_op_tracker"));
        assertEquals(500, conf.integer("osd_op_history_duration"));
        assertEquals(0, inject("--", "--osd_enable_op_tracker=false").code());
        assertEquals("false", conf.string("osd_enable_op_tracker"));
    }

    @Test
    void nothingChangesWhereOneOptionIsWrong() {
        CommandResult.Done refused = inject("--osd_max_backfills 3 --osd-scrub-auto-repair-num-errors -1");
        assertEquals(-22, refused.code());
        assertTrue(refused.outs().contains("Parse error setting osd_scrub_auto_repair_num_errors to '-1' using injectargs"));
        assertEquals(1, conf.integer("osd_max_backfills"));
        assertTrue(inject("--osd_op_history_duration").outs()
                .contains("Option --osd_op_history_duration requires an argument."));
        assertEquals(" failed to parse arguments: --foo,3\n", inject("--foo 3").outs());
    }

    @Test
    void aLevelIsOneNumberOrTwo() {
        assertEquals(0, inject("--debug_osd 20").code());
        assertEquals("20/20", conf.string("debug_osd"));
        assertEquals(0, inject("--debug_osd 5/1").code());
        assertEquals("5/1", conf.string("debug_osd"));
        assertEquals(-22, inject("--debug_osd foo").code());
        assertEquals(-22, inject("--debug_osd=-10").code());
        assertEquals("5/1", conf.string("debug_osd"));
    }

    @Test
    void unitsCountAsCephCountsThem() {
        inject("--mon_pg_warn_min_objects 10K", "--mon_data_size_warn 15G");
        assertEquals(10_000, conf.integer("mon_pg_warn_min_objects"));
        assertEquals(16106127360L, conf.integer("mon_data_size_warn"));
        assertEquals(-22, inject("--mon_pg_warn_min_objects 10F").code());
    }
}
