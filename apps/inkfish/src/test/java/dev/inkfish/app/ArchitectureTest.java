package dev.inkfish.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// The layers, and the purity of the cores, as the build's own rules.
class ArchitectureTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.inkfish");

    private static final String[] PROTOCOL = {
        "dev.inkfish.wire..",
        "dev.inkfish.crush..",
        "dev.inkfish.osdmap..",
        "dev.inkfish.command..",
        "dev.inkfish.cephx..",
        "dev.inkfish.messenger.."
    };

    private static final String[] CORES = {
        "dev.inkfish.wire..",
        "dev.inkfish.crush..",
        "dev.inkfish.osdmap..",
        "dev.inkfish.command..",
        "dev.inkfish.cephx..",
        "dev.inkfish.messenger..",
        "dev.inkfish.objclass..",
        "dev.inkfish.osd.pg..",
        "dev.inkfish.osd.scrub..",
        "dev.inkfish.osd.ops..",
        "dev.inkfish.mgr.balancer..",
        "dev.inkfish.mgr.core..",
        "dev.inkfish.mgr.command..",
        "dev.inkfish.mgr.health..",
        "dev.inkfish.mon",
        "dev.inkfish.mon.auth..",
        "dev.inkfish.mon.config..",
        "dev.inkfish.mon.health..",
        "dev.inkfish.mon.log..",
        "dev.inkfish.mon.map..",
        "dev.inkfish.mon.mgr..",
        "dev.inkfish.mon.osd..",
        "dev.inkfish.mon.osdcmd..",
        "dev.inkfish.mon.quorum..",
        "dev.inkfish.mon.subs.."
    };

    @Test
    void thereIsSomethingToCheck() {
        assertThat(ALL.size()).isGreaterThan(500);
    }

    @Test
    void theProtocolKnowsNothingAboveIt() {
        noClasses()
                .that()
                .resideInAnyPackage(PROTOCOL)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.inkfish.conf..",
                        "dev.inkfish.net..",
                        "dev.inkfish.objectstore..",
                        "dev.inkfish.blockstore..",
                        "dev.inkfish.objclass..",
                        "dev.inkfish.osd..",
                        "dev.inkfish.mon..",
                        "dev.inkfish.mgr..",
                        "dev.inkfish.app..")
                .check(ALL);
    }

    @Test
    void serversKnowStoresOnlyByTheirInterface() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.inkfish.osd..", "dev.inkfish.mgr..", "dev.inkfish.objclass..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.inkfish.blockstore..", "org.rocksdb..")
                .check(ALL);
    }

    @Test
    void coresTouchNoFilesSocketsThreadsOrLogs() {
        noClasses()
                .that()
                .resideInAnyPackage(CORES)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.util.concurrent.locks..",
                        "io.netty..",
                        "org.slf4j..",
                        "org.rocksdb..")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(
                        Thread.class,
                        Random.class,
                        Clock.class,
                        java.net.Socket.class,
                        java.util.concurrent.ThreadLocalRandom.class,
                        java.util.concurrent.CompletableFuture.class,
                        java.util.concurrent.ExecutorService.class)
                .check(ALL);
    }

    @Test
    void coresAskNoClock() {
        noClasses()
                .that()
                .resideInAnyPackage(CORES)
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .check(ALL);
    }
}
