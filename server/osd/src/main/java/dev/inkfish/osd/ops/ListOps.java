package dev.inkfish.osd.ops;

import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;
import dev.inkfish.wire.PgId;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDOp;
import dev.inkfish.wire.message.MOSDOpReply;
import dev.inkfish.wire.message.MOSDOpReply.OpResult;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdFlags;
import dev.inkfish.wire.osd.OsdOp;
import dev.inkfish.wire.osd.PgListing;
import dev.inkfish.wire.osd.ScrubListing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations on the group as a whole: pages of its objects, in hash order (`do_pg_op`).
final class ListOps {
    /// `librados::all_nspaces`: asks for the objects of all namespaces.
    static final String ALL_NAMESPACES = "\001";
    /// Where cache pools keep their own objects.
    private static final String HIT_SET_NAMESPACE = ".ceph-internal";
    private static final int BATCH = 256;

    private final PgHost host;
    private final OpsSettings settings;

    ListOps(PgHost host, OpsSettings settings) {
        this.host = host;
        this.settings = settings;
    }

    /// @param value what the attribute must be, byte by byte
    private record Filter(String attr, Bytes value) {}

    private record Page(HObject next, List<PgListing.Entry> entries) {}

    MOSDOpReply answer(MOSDOp request) {
        int result = 0;
        List<OpResult> results = new ArrayList<>();
        for (OsdOp op : request.ops()) {
            Bytes output = Bytes.EMPTY;
            if (result >= 0) {
                try {
                    Answer answer = run(request, op, result);
                    result = answer.code;
                    output = answer.output;
                } catch (DecodeException e) {
                    result = Codes.EINVAL;
                }
            }
            results.add(new OpResult(op, 0, output));
        }
        return MOSDOpReply.to(request, result, host.osdMap().epoch(), OsdFlags.ACK | OsdFlags.ONDISK, results)
                .withVersions(host.lastUpdate(), host.lastUserVersion());
    }

    private record Answer(int code, Bytes output) {}

    private Answer run(MOSDOp request, OsdOp op, int previous) {
        return switch (op.code()) {
            case PGLS, PGNLS -> list(request, op, op.input().reader(), null);
            case PGLS_FILTER, PGNLS_FILTER -> {
                WireReader in = op.input().reader();
                in.string();
                in.string();
                Filter filter = filter(in);
                yield filter == null ? new Answer(Codes.EINVAL, Bytes.EMPTY) : list(request, op, in, filter);
            }
            // without a cache pool there are no hit sets
            case PG_HITSET_LS -> new Answer(previous, new WireWriter(4).u32(0).toBytes());
            case PG_HITSET_GET -> new Answer(Codes.ENOENT, Bytes.EMPTY);
            case SCRUBLS -> listScrubErrors(op);
            default -> new Answer(Codes.EINVAL, Bytes.EMPTY);
        };
    }

    private Answer listScrubErrors(OsdOp op) {
        ScrubListing.Query query = ScrubListing.Query.decode(op.input().reader());
        ScrubListing found = host.listScrubErrors(query);
        if (found == null) {
            return new Answer(Codes.ENOENT, Bytes.EMPTY);
        }
        int code = query.interval() != 0 && query.interval() != found.interval() ? Codes.EAGAIN : 0;
        ScrubListing told = code == 0 ? found : new ScrubListing(found.interval(), List.of());
        return new Answer(code, WireWriter.encode(told, ScrubListing::encode));
    }

    private static @Nullable Filter filter(WireReader in) {
        return in.string().equals("plain") ? new Filter(in.string(), in.bytes()) : null;
    }

    private Answer list(MOSDOp request, OsdOp op, WireReader in, @Nullable Filter filter) {
        if (request.object().snap() != HObject.HEAD) {
            return new Answer(Codes.EINVAL, Bytes.EMPTY);
        }
        boolean withNamespaces = op.code() == OpCode.PGNLS || op.code() == OpCode.PGNLS_FILTER;
        PgId pgid = host.pgid().pgid();
        HObject from = HObject.decode(in);
        HObject end = end(pgid, host.pool().pgNum());
        boolean outside = !from.max() && from.compareTo(end) >= 0 || !from.isMin() && from.compareTo(start(pgid)) < 0;
        if (outside && withNamespaces) {
            return new Answer(Codes.EINVAL, Bytes.EMPTY);
        }
        long asked = ((OpArgs.ListPage) op.args()).count();
        int most = asked < 0 || asked > settings.maxListed() ? settings.maxListed() : (int) asked;
        Page page = page(from, end, most, request.object().nspace(), withNamespaces, filter);
        boolean atEnd = page.next.max();
        if (withNamespaces) {
            HObject next = atEnd ? end : page.next;
            return new Answer(atEnd ? 1 : 0, WireWriter.encode(new PgListing(next, page.entries), PgListing::encode));
        }
        PgListing.Plain plain = new PgListing.Plain(page.next, page.entries);
        return new Answer(atEnd ? 1 : 0, WireWriter.encode(plain, PgListing.Plain::encode));
    }

    private Page page(
            HObject from, HObject end, int most, String nspace, boolean withNamespaces, @Nullable Filter filter) {
        List<PgListing.Entry> entries = new ArrayList<>();
        HObject first = start(host.pgid().pgid());
        GhObject at = GhObject.of(from.compareTo(first) < 0 ? first : from);
        GhObject limit = GhObject.of(end);
        while (at.compareTo(limit) < 0) {
            List<GhObject> batch = host.store().list(host.collection(), at, limit, BATCH + 1);
            for (GhObject each : batch.subList(0, Math.min(BATCH, batch.size()))) {
                if (!isListed(each.hobject(), nspace, withNamespaces, filter)) {
                    continue;
                }
                if (entries.size() == most) {
                    return new Page(each.hobject(), entries);
                }
                HObject object = each.hobject();
                entries.add(new PgListing.Entry(object.nspace(), object.oid(), object.key()));
            }
            if (batch.size() <= BATCH) {
                break;
            }
            at = batch.getLast();
        }
        return new Page(HObject.MAX, entries);
    }

    private boolean isListed(HObject object, String nspace, boolean withNamespaces, @Nullable Filter filter) {
        if (!object.isHead() || object.pool() != host.pgid().pgid().pool()) {
            return false;
        }
        boolean all = withNamespaces && nspace.equals(ALL_NAMESPACES);
        if (!all && !object.nspace().equals(nspace) || object.nspace().equals(HIT_SET_NAMESPACE)) {
            return false;
        }
        if (filter == null) {
            return true;
        }
        if (filter.attr.isEmpty()) {
            return filter.value.isEmpty();
        }
        Bytes value = host.store().attr(host.collection(), GhObject.of(object), filter.attr);
        return value != null && value.equals(filter.value);
    }

    /// The first place of the group in hash order.
    static HObject start(PgId pgid) {
        return new HObject("", "", 0, pgid.seed(), false, "", pgid.pool());
    }

    /// The first place behind the group in hash order.
    static HObject end(PgId pgid, int pgNum) {
        int bits = splitBits(pgid.seed(), pgNum);
        long reversed = Integer.toUnsignedLong(Integer.reverse(pgid.seed()));
        long end = (reversed | 0xffffffffL >>> bits) + 1;
        return end > 0xffffffffL
                ? HObject.MAX
                : new HObject("", "", HObject.HEAD, Integer.reverse((int) end), false, "", pgid.pool());
    }

    /// How many low bits of the hash tell the group's objects from those of others.
    static int splitBits(int seed, int pgNum) {
        if (pgNum == 1) {
            return 0;
        }
        int bits = 32 - Integer.numberOfLeadingZeros(pgNum);
        int half = 1 << bits - 1;
        return seed % half < pgNum % half ? bits : bits - 1;
    }
}
