package dev.inkfish.app;

import dev.inkfish.conf.Conf;
import dev.inkfish.wire.EntityAddr;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// Which of this host's addresses a daemon takes (`pick_addresses`): the one it is given (`public_addr`), one of its
/// network (`public_network`), or the one from which it reaches the monitors.
final class HostAddress {
    private HostAddress() {}

    static InetAddress forClients(Conf conf) throws IOException {
        return find(conf, "public");
    }

    /// Among OSDs: `cluster_addr`, `cluster_network`, or else as for clients.
    static InetAddress forOsds(Conf conf) throws IOException {
        boolean own = !conf.string("cluster_addr").isEmpty() || !conf.string("cluster_network").isEmpty();
        return find(conf, own ? "cluster" : "public");
    }

    private static InetAddress find(Conf conf, String kind) throws IOException {
        String address = conf.string(kind + "_addr");
        if (!address.isEmpty()) {
            return InetAddress.getByName(address);
        }
        String networks = conf.string(kind + "_network");
        return networks.isEmpty() ? towards(conf) : within(kind, networks);
    }

    private static InetAddress within(String kind, String networks) throws SocketException {
        for (String network : networks.split("[,;\\s]+")) {
            for (NetworkInterface device : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                for (InetAddress each : Collections.list(device.getInetAddresses())) {
                    if (contains(network, each)) {
                        return each;
                    }
                }
            }
        }
        throw new UserError(kind + "_network = " + networks + ": this host has no address in it");
    }

    /// @param network `10.0.0.0/24`
    private static boolean contains(String network, InetAddress address) {
        String[] parts = network.split("/", 2);
        try {
            byte[] base = InetAddress.ofLiteral(parts[0]).getAddress();
            byte[] mine = address.getAddress();
            int bits = parts.length == 2 ? Integer.parseInt(parts[1]) : base.length * 8;
            return base.length == mine.length && Arrays.equals(head(base, bits), head(mine, bits));
        } catch (IllegalArgumentException e) {
            throw new UserError("'" + network + "' is not a network: " + e.getMessage());
        }
    }

    private static byte[] head(byte[] address, int bits) {
        byte[] head = address.clone();
        for (int i = 0; i < head.length; i++) {
            int left = Math.clamp(bits - 8L * i, 0, 8);
            head[i] = (byte) (head[i] & 0xff << (8 - left));
        }
        return head;
    }

    /// A UDP socket that sends nothing tells which way the kernel would take.
    private static InetAddress towards(Conf conf) throws IOException {
        List<EntityAddr> monitor = MonHosts.parse(conf.string("mon_host")).getFirst().addrs();
        try (DatagramSocket probe = new DatagramSocket()) {
            probe.connect(monitor.getFirst().toSocketAddress());
            return probe.getLocalAddress();
        }
    }
}
