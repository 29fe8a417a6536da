package dev.inkfish.wire.mon;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.Utime;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/// Daemons that only the manager knows: gateways, mirrors (`ServiceMap`).
@CephType("ServiceMap")
public record ServiceMap(int epoch, Utime modified, NavigableMap<String, Service> services) {
    public static final ServiceMap EMPTY = new ServiceMap(0, Utime.ZERO, new TreeMap<>());

    /// Daemons of one kind, by name.
    @CephType("ServiceMap::Service")
    public record Service(NavigableMap<String, Daemon> daemons, String summary) {
        static Service decode(WireReader in) {
            return in.versioned(1, (b, version) ->
                    new Service(b.map(WireReader::string, Daemon::decode), b.string()));
        }

        void encode(WireWriter out, long features) {
            out.versioned(1, 1, () -> out.map(daemons, WireWriter::string, (w, d) -> d.encode(w, features))
                    .string(summary));
        }

        /// What `ceph -s` says.
        public String text() {
            if (!summary.isEmpty()) {
                return summary;
            }
            if (daemons.isEmpty()) {
                return "no daemons active";
            }
            long hosts = daemons.values().stream().map(daemon -> daemon.metadata().get("hostname"))
                    .filter(Objects::nonNull).distinct().count();
            return daemons.size() + (daemons.size() > 1 ? " daemons" : " daemon") + " active"
                    + (hosts > 0 ? " (" + hosts + " hosts)" : "");
        }
    }

    /// One of them.
    @CephType("ServiceMap::Daemon")
    public record Daemon(
            long gid,
            EntityAddr addr,
            int startEpoch,
            Utime startStamp,
            NavigableMap<String, String> metadata,
            NavigableMap<String, String> taskStatus) {
        static Daemon decode(WireReader in) {
            return in.versioned(2, (b, version) -> new Daemon(
                    b.u64(),
                    EntityAddr.decode(b),
                    b.u32(),
                    Utime.decode(b),
                    b.map(WireReader::string, WireReader::string),
                    version >= 2 ? b.map(WireReader::string, WireReader::string) : new TreeMap<>()));
        }

        void encode(WireWriter out, long features) {
            out.versioned(2, 1, () -> {
                out.u64(gid);
                addr.encode(out, features);
                out.u32(startEpoch);
                startStamp.encode(out);
                out.map(metadata, WireWriter::string, WireWriter::string);
                out.map(taskStatus, WireWriter::string, WireWriter::string);
            });
        }
    }

    public static ServiceMap decode(WireReader in) {
        return in.versioned(1, (b, version) ->
                new ServiceMap(b.u32(), Utime.decode(b), b.map(WireReader::string, Service::decode)));
    }

    public void encode(WireWriter out, long features) {
        out.versioned(1, 1, () -> {
            out.u32(epoch);
            modified.encode(out);
            out.map(services, WireWriter::string, (w, s) -> s.encode(w, features));
        });
    }
}
