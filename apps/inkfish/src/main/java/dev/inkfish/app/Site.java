package dev.inkfish.app;

import dev.inkfish.conf.Conf;
import dev.inkfish.conf.ConfFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a host keeps its configuration, and which daemons it has. The options of the commands that work on a host.
final class Site {
    /// The daemons' directories where the configuration does not say otherwise.
    static final Path DATA = Path.of("/var/lib/inkfish");
    static final List<String> ROLES = List.of("mon", "mgr", "osd");

    @Option(
            names = {"-c", "--conf"},
            description = "the configuration (default: $CEPH_CONF, or /etc/ceph/ceph.conf)")
    private @Nullable Path conf;

    @Option(names = "--dir", description = "a directory that `inkfish up` made, in the place of --conf")
    private @Nullable Path dir;

    Path conf() {
        String named = System.getenv("CEPH_CONF");
        if (conf != null) {
            return conf.toAbsolutePath().normalize();
        }
        if (dir != null) {
            return new ClusterDir(dir).conf();
        }
        return Path.of(named == null || named.isEmpty() ? "/etc/ceph/ceph.conf" : named).toAbsolutePath();
    }

    /// For a new cluster: nothing may be there.
    void mustBeNew() {
        if (Files.exists(conf())) {
            throw new UserError(conf() + " exists already");
        }
    }

    ConfFile read() throws IOException {
        if (!Files.exists(conf())) {
            throw new UserError("there is no " + conf() + " (inkfish bootstrap or inkfish join makes it)");
        }
        try {
            ConfFile file = ConfFile.read(conf());
            if (!Conf.of("mon", "", file).all().containsKey("fsid")) {
                throw new UserError(conf() + " names no cluster: add 'fsid = " + UUID.randomUUID()
                        + "' to [global], the same on all hosts");
            }
            return file;
        } catch (IllegalArgumentException e) {
            throw new UserError(conf() + ": " + e.getMessage());
        }
    }

    /// A daemon's directory.
    static Path data(ConfFile file, String role, String id) {
        return Path.of(Conf.of(role, id, file).string(role + "_data"));
    }

    /// Gives a directory that was made, with all that is in it, to whoever has the one around it: root makes daemons, the
    /// user of that directory runs them.
    static void handOver(Path made) throws IOException {
        Path around = made.toAbsolutePath().normalize().getParent();
        handOver(made, around == null ? made : around);
    }

    /// @param like whose owner is to have all that is in the directory
    static void handOver(Path made, Path like) throws IOException {
        UserPrincipal owner = Files.getOwner(like);
        GroupPrincipal group = Files.readAttributes(like, PosixFileAttributes.class).group();
        try (Stream<Path> all = Files.walk(made)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                PosixFileAttributeView view =
                        Files.getFileAttributeView(each, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
                if (!view.getOwner().equals(owner)) {
                    view.setOwner(owner);
                    view.setGroup(group);
                }
            }
        }
    }

    /// The ids of this host's daemons of a role: those whose directory is here, and those that the configuration puts
    /// on this host (`[osd.0] host = alpha`).
    static List<String> daemons(ConfFile file, String role) throws IOException {
        TreeSet<String> ids = new TreeSet<>();
        String marker = "@@";
        Path pattern = data(file, role, marker);
        Path parent = pattern.getParent();
        String[] around = pattern.getFileName().toString().split(marker, 2);
        if (parent != null && around.length == 2 && Files.isDirectory(parent)) {
            try (Stream<Path> all = Files.list(parent)) {
                all.map(each -> each.getFileName().toString())
                        .filter(name -> name.startsWith(around[0]) && name.endsWith(around[1])
                                && name.length() > around[0].length() + around[1].length())
                        .forEach(name -> ids.add(
                                name.substring(around[0].length(), name.length() - around[1].length())));
            }
        }
        for (String section : file.sectionNames()) {
            Map<String, String> values = file.section(section);
            if (section.startsWith(role + ".") && values.containsKey("host")) {
                String id = section.substring(role.length() + 1);
                boolean here = values.get("host").split("\\.", 2)[0].equals(new Conf(role, id).hostname());
                if (here) {
                    ids.add(id);
                } else {
                    ids.remove(id);
                }
            }
        }
        return List.copyOf(ids);
    }
}
