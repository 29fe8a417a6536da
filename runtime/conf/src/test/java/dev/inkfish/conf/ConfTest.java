package dev.inkfish.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfTest {
    @Test
    void keysMayBeWrittenWithSpacesAndTheMoreSpecificSectionWins() {
        ConfFile file = ConfFile.parse(
                """
                # as in old guides
                [global]
                    auth supported = none   ; nobody is asked
                    osd pool default size = 2
                    mon-host = "10.0.0.1, 10.0.0.2"
                [osd]
                    osd_max_object_size = 1M
                [osd.3]
                    osd max object size = 4 M
                [mon.0]
                    host = alpha
                    mon addr = 192.168.0.10:6789
                """);
        Conf osd3 = Conf.of("osd", "3", file);
        assertThat(osd3.integer("osd_max_object_size")).isEqualTo(4 << 20);
        assertThat(osd3.integer("osd_pool_default_size")).isEqualTo(2);
        assertThat(osd3.string("auth_service_required")).isEqualTo("none");
        assertThat(osd3.string("mon_host")).isEqualTo("10.0.0.1, 10.0.0.2");
        assertThat(file.section("mon.0")).containsEntry("mon_addr", "192.168.0.10:6789");
    }

    /// As Ceph's clients do: such an address is msgr1's at any port.
    @Test
    void anAddressInAMonitorsOwnSectionIsMsgr1s() {
        ConfFile file = ConfFile.parse("""
                [mon.0]
                mon addr = 10.0.0.1:9999
                [mon.1]
                mon addr = [fd00::1]:3300
                [mon.2]
                mon addr = 10.0.0.3
                [mon.3]
                mon addr = [v2:10.0.0.4:3300,v1:10.0.0.4:6789]
                """);
        assertThat(Conf.of("client", "admin", file).string("mon_host"))
                .isEqualTo("v1:10.0.0.1:9999,v1:[fd00::1]:3300,10.0.0.3,[v2:10.0.0.4:3300,v1:10.0.0.4:6789]");
    }

    /// As Ceph's clients see it: a file of ours with a user's old setting behind it.
    @Test
    void authSupportedWinsOverTheOptionsThatItStandsFor() {
        ConfFile file = ConfFile.parse("[global]\nauth_client_required = cephx\nauth_cluster_required = cephx\n"
                + "[global]\nauth supported = none\n");
        Conf conf = Conf.of("mon", "a", file);
        assertThat(conf.string("auth_client_required")).isEqualTo("none");
        assertThat(conf.string("auth_cluster_required")).isEqualTo("none");
    }

    @Test
    void aLaterLayerWinsAndListenersHearWhatChanged() {
        Conf conf = new Conf("osd", "0");
        List<String> heard = new ArrayList<>();
        conf.onChange(heard::addAll);
        conf.set(Conf.Layer.FILE, "osd_heartbeat_grace", "30");
        conf.set(Conf.Layer.MON, "osd_heartbeat_grace", "40");
        assertThat(conf.integer("osd_heartbeat_grace")).isEqualTo(30);
        assertThat(conf.layerOf("osd_heartbeat_grace")).isEqualTo(Conf.Layer.FILE);
        conf.set(Conf.Layer.OVERRIDE, "osd_heartbeat_grace", "5");
        assertThat(conf.integer("osd_heartbeat_grace")).isEqualTo(5);
        assertThat(heard).containsExactly("osd_heartbeat_grace", "osd_heartbeat_grace");
    }

    @Test
    void valuesAreReadAsCephReadsThem() {
        assertThat(Values.size("128M")).isEqualTo(128L << 20);
        assertThat(Values.size("1Gi")).isEqualTo(1L << 30);
        assertThat(Values.integer("3600.0")).isEqualTo(3600);
        assertThat(Values.seconds("1h30m")).isEqualTo(5400);
        assertThat(Values.flag("yes")).isTrue();
        assertThatThrownBy(() -> Values.flag("perhaps")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyDefaultCanBeRead() {
        Conf conf = new Conf("osd", "0");
        for (Option option : Options.all()) {
            switch (option.type()) {
                case INT, UINT, SIZE -> conf.integer(option.name());
                case FLOAT -> conf.decimal(option.name());
                case BOOL -> conf.flag(option.name());
                case SECONDS, MILLIS -> conf.seconds(option.name());
                case STRING, ADDR, UUID -> conf.string(option.name());
            }
        }
        assertThat(conf.integer("osd_max_object_size")).isEqualTo(128L << 20);
    }
}
