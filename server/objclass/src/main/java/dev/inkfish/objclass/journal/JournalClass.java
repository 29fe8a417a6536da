package dev.inkfish.objclass.journal;

import static dev.inkfish.objclass.Codec.fail;

import dev.inkfish.objclass.ClassContext;
import dev.inkfish.objclass.Codec;
import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.objclass.journal.JournalClient.Position;
import dev.inkfish.objclass.journal.JournalClient.Positions;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.WireReader;
import java.util.ArrayList;
import java.util.List;

/// Class `journal`: the header of a journal (`journal.ID`) and appending to its objects (`journal_data.…`).
public final class JournalClass {
    /// `ceph_release_t::octopus`
    private static final int OCTOPUS = 15;

    private JournalClass() {}

    public static ObjectClass create() {
        ObjectClass journal = new ObjectClass("journal")
                .readWrite("create", JournalClass::createJournal)
                .read("get_order", (context, input) -> raw(context, Header.ORDER, 1))
                .read("get_splay_width", (context, input) -> raw(context, Header.SPLAY_WIDTH, 1))
                .read("get_pool_id", (context, input) -> raw(context, Header.POOL_ID, 8))
                .read("get_minimum_set", (context, input) -> raw(context, Header.MINIMUM_SET, 8))
                .readWrite("set_minimum_set", (context, input) -> setSet(context, input, Header.MINIMUM_SET))
                .read("get_active_set", (context, input) -> raw(context, Header.ACTIVE_SET, 8))
                .readWrite("set_active_set", (context, input) -> setSet(context, input, Header.ACTIVE_SET))
                .read("get_client", (context, input) -> {
                    String id = Codec.input(input, WireReader::string);
                    return Codec.encode(new Header(context).client(id)::encode);
                })
                .readWrite("client_register", JournalClass::register)
                .readWrite("client_update_data", JournalClass::updateData)
                .readWrite("client_update_state", JournalClass::updateState)
                .readWrite("client_unregister", JournalClass::unregister)
                .readWrite("client_commit", JournalClass::commit)
                .read("client_list", JournalClass::listClients);
        TagMethods.register(journal);
        return journal.readWrite("guard_append", JournalClass::guardAppend).readWrite("append", JournalClass::append);
    }

    private static Bytes raw(ClassContext context, String key, int size) {
        return new Header(context).get(key, in -> in.raw(size));
    }

    private static Bytes createJournal(ClassContext context, Bytes input) {
        record Request(int order, int splayWidth, long pool) {}
        Request request = Codec.input(input, in -> new Request(in.u8(), in.u8(), in.u64()));
        Header header = new Header(context);
        if (header.has(Header.ORDER)) {
            throw fail(Errno.EEXIST, "the journal exists");
        }
        header.put(Header.ORDER, out -> out.u8(request.order));
        header.put(Header.SPLAY_WIDTH, out -> out.u8(request.splayWidth));
        header.putU64(Header.POOL_ID, request.pool);
        List.of(Header.ACTIVE_SET, Header.MINIMUM_SET, Header.NEXT_TAG, Header.NEXT_SERIES)
                .forEach(key -> header.putU64(key, 0));
        return Bytes.EMPTY;
    }

    /// The sets of objects from the minimum to the active one are in use; both only move forward.
    private static Bytes setSet(ClassContext context, Bytes input, String key) {
        long set = Codec.input(input, WireReader::u64);
        Header header = new Header(context);
        boolean isMinimum = key.equals(Header.MINIMUM_SET);
        long other = header.get(isMinimum ? Header.ACTIVE_SET : Header.MINIMUM_SET, WireReader::u64);
        int order = Long.compareUnsigned(set, other);
        if (isMinimum ? order > 0 : order < 0) {
            throw fail(Errno.EINVAL, "the minimum set would be behind the active one");
        }
        int change = Long.compareUnsigned(set, header.get(key, WireReader::u64));
        if (change < 0) {
            throw fail(Errno.ESTALE, "the set has moved on");
        }
        if (change > 0) {
            header.putU64(key, set);
        }
        return Bytes.EMPTY;
    }

    private record ClientData(String id, Bytes data) {
        static ClientData decode(Bytes input) {
            return Codec.input(input, in -> new ClientData(in.string(), in.bytes()));
        }
    }

    /// A new client starts where the last of the others is.
    private static Bytes register(ClassContext context, Bytes input) {
        ClientData request = ClientData.decode(input);
        Header header = new Header(context);
        header.get(Header.ORDER, WireReader::u8);
        if (header.has(Header.clientKey(request.id))) {
            throw fail(Errno.EEXIST, "the client is registered");
        }
        Positions[] least = {Positions.NONE};
        header.forEachClient(null, client -> {
            Positions committed = client.committed();
            if (committed.list().isEmpty()) {
                least[0] = Positions.NONE;
                return false;
            }
            Position first = committed.list().getFirst();
            if (least[0].list().isEmpty() || first.isBefore(least[0].list().getFirst())) {
                least[0] = committed;
            }
            return true;
        });
        header.put(new JournalClient(request.id, request.data, least[0], JournalClient.CONNECTED));
        return Bytes.EMPTY;
    }

    private static Bytes updateData(ClassContext context, Bytes input) {
        ClientData request = ClientData.decode(input);
        Header header = new Header(context);
        header.put(header.client(request.id).withData(request.data));
        return Bytes.EMPTY;
    }

    private static Bytes updateState(ClassContext context, Bytes input) {
        record Request(String id, int state) {}
        Request request = Codec.input(input, in -> new Request(in.string(), in.u8()));
        Header header = new Header(context);
        header.put(header.client(request.id).withState(request.state));
        return Bytes.EMPTY;
    }

    private static Bytes unregister(ClassContext context, Bytes input) {
        String id = Codec.input(input, WireReader::string);
        Header header = new Header(context);
        if (!header.has(Header.clientKey(id))) {
            throw fail(Errno.ENOENT, "the client is not registered");
        }
        header.remove(Header.clientKey(id));
        TagMethods.expire(header);
        return Bytes.EMPTY;
    }

    private static Bytes commit(ClassContext context, Bytes input) {
        record Request(String id, Positions positions) {}
        Request request = Codec.input(input, in -> new Request(in.string(), Positions.decode(in)));
        Header header = new Header(context);
        if (request.positions.list().size() > header.get(Header.SPLAY_WIDTH, WireReader::u8)) {
            throw fail(Errno.EINVAL, "more positions than objects are written in turn");
        }
        JournalClient client = header.client(request.id);
        if (!client.committed().equals(request.positions)) {
            header.put(client.withCommitted(request.positions));
        }
        return Bytes.EMPTY;
    }

    private static Bytes listClients(ClassContext context, Bytes input) {
        record Request(String startAfter, long max) {}
        Request request = Codec.input(input, in -> new Request(in.string(), in.u64()));
        List<JournalClient> clients = new ArrayList<>();
        if (request.max != 0) {
            new Header(context).forEachClient(request.startAfter.isEmpty() ? null : request.startAfter, client -> {
                clients.add(client);
                return Long.compareUnsigned(clients.size(), request.max) < 0;
            });
        }
        return Codec.encode(out -> out.list(clients, (w, client) -> client.encode(w)));
    }

    private static Bytes guardAppend(ClassContext context, Bytes input) {
        long limit = Codec.input(input, WireReader::u64);
        if (context.exists()) {
            requireRoom(context, limit);
        }
        return Bytes.EMPTY;
    }

    private static Bytes append(ClassContext context, Bytes input) {
        record Request(long limit, Bytes data) {}
        Request request = Codec.input(input, in -> new Request(in.u64(), in.bytes()));
        long size = requireRoom(context, request.limit);
        context.write(size, request.data);
        if (context.requireMinCompatClient() >= OCTOPUS) {
            // readers of that release skip the padding, which spares the store to write part of a block twice
            long unit = context.allocationUnit();
            long end = size + request.data.length();
            long padded = (end + unit - 1) / unit * unit;
            if (padded != end) {
                context.truncate(padded);
            }
        }
        return Bytes.EMPTY;
    }

    /// The size, unless it has reached the limit.
    private static long requireRoom(ClassContext context, long limit) {
        long size = context.exists() ? context.stat().size() : 0;
        if (Long.compareUnsigned(size, limit) >= 0) {
            throw fail(Errno.EOVERFLOW, "the object is full");
        }
        return size;
    }
}
