package dev.inkfish.osd.ops;

import dev.inkfish.objclass.ObjectClass;
import dev.inkfish.objclass.ObjectClasses;
import dev.inkfish.osd.pg.PgHost;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireWriter;
import dev.inkfish.wire.message.MOSDOpReply.OpResult;
import dev.inkfish.wire.osd.ObjectInfo;
import dev.inkfish.wire.osd.OpArgs;
import dev.inkfish.wire.osd.OpCode;
import dev.inkfish.wire.osd.OsdOp;
import java.util.ArrayList;
import java.util.List;

/// Runs a request's operations in turn over its draft (`do_osd_ops`). The outcome is that of the last one that
/// has one; the first failure ends the run, unless the operation may fail.
final class OpRunner {
    private final PgHost host;
    private final OpsSettings settings;
    private final ObjectClasses classes;
    private final DataOps data;
    private final AttrOps attrs;
    private final OmapOps omap;
    private final TmapOps tmap;
    private final CopyOps copies;
    private final Snapshots snapshots;
    private final Watches watches;

    OpRunner(PgHost host, OpsSettings settings, ObjectClasses classes, CopyOps copies, Snapshots snapshots, Watches watches) {
        this.host = host;
        this.settings = settings;
        this.classes = classes;
        this.data = new DataOps(settings);
        this.attrs = new AttrOps(settings);
        this.omap = new OmapOps(settings);
        this.tmap = new TmapOps(data, omap);
        this.copies = copies;
        this.snapshots = snapshots;
        this.watches = watches;
    }

    /// @param wanted takes the sources that `copy-from` operations ask for before they suspend the request
    /// @throws Suspension if the request cannot go on now
    /// @throws CephException EIO where data is corrupt
    int run(OpContext ctx, List<CopyOps.Wanted> wanted) {
        int result = 0;
        List<OsdOp> ops = ctx.request.op.ops();
        for (OsdOp op : ops) {
            ctx.subop = ctx.results.size();
            ctx.output = Bytes.EMPTY;
            try {
                result = runOne(ctx, op, result, wanted);
            } catch (DecodeException e) {
                result = Codes.EINVAL;
            } catch (CephException e) {
                if (ctx.draft.corrupt && ctx.request.repairs == 0) {
                    throw e;
                }
                result = e.code();
            }
            ctx.results.add(new OpResult(op, result, ctx.output));
            if (result < 0 && op.isFailOk()) {
                result = 0;
            }
            if (result < 0) {
                break;
            }
        }
        for (int i = ctx.results.size(); i < ops.size(); i++) {
            ctx.results.add(new OpResult(ops.get(i), 0, Bytes.EMPTY));
        }
        return result;
    }

    private int runOne(OpContext ctx, OsdOp op, int previous, List<CopyOps.Wanted> wanted) {
        ctx.userModify |= countsForUsers(op.code());
        return switch (op.args()) {
            case OpArgs.Extent extent -> runExtent(ctx, op, DataOps.normalized(extent), previous);
            case OpArgs.Xattr xattr -> runXattr(ctx, op, xattr);
            case OpArgs.Call call -> call(ctx, op);
            case OpArgs.Snap snap -> snapshots.rollback(ctx, snap);
            case OpArgs.Watch watch -> watches.watch(ctx, watch);
            case OpArgs.Notify notify -> watches.notify(ctx, notify, op.input(), previous);
            case OpArgs.AssertVersion version -> assertVersion(ctx, version.version(), previous);
            case OpArgs.AllocHint hint -> data.allocHint(ctx, hint);
            case OpArgs.WriteSame same -> data.writeSame(ctx, same, op.input());
            case OpArgs.Checksum checksum -> data.checksum(ctx, checksum, op.input());
            case OpArgs.CopyGet get -> copies.get(ctx, op.input());
            case OpArgs.CopyFrom from -> copies.from(ctx, from, op.input(), wanted);
            case OpArgs.Raw raw -> op.code() == OpCode.TMAP2OMAP ? tmap.toOmap(ctx, raw) : Codes.EOPNOTSUPP;
            case OpArgs.ListPage list -> Codes.EINVAL;
            case OpArgs.None none -> runPlain(ctx, op, previous);
        };
    }

    /// Watches and what belongs to caches leave the version that clients see as it is.
    private static boolean countsForUsers(OpCode code) {
        return switch (code) {
            case WATCH, CACHE_EVICT, CACHE_FLUSH, CACHE_TRY_FLUSH, UNDIRTY, COPY_FROM, COPY_FROM2, CACHE_PIN,
                    CACHE_UNPIN, SET_REDIRECT, TIER_PROMOTE, TIER_FLUSH -> false;
            default -> code.writes();
        };
    }

    private int runExtent(OpContext ctx, OsdOp op, OpArgs.Extent extent, int previous) {
        return switch (op.code()) {
            case READ, SYNC_READ -> data.read(ctx, extent);
            case SPARSE_READ -> data.sparseRead(ctx, extent);
            case MAPEXT -> data.mapExtents(ctx, extent, previous);
            case CMPEXT -> data.compare(ctx, extent, op.input());
            case WRITE -> data.write(ctx, extent, op.input());
            case WRITEFULL -> data.writeFull(ctx, extent, op.input());
            case APPEND -> data.append(ctx, extent, op.input());
            case ZERO -> data.zero(ctx, extent, previous);
            case TRUNCATE -> data.truncate(ctx, extent);
            case TRIMTRUNC -> data.truncate(ctx, new OpArgs.Extent(
                    extent.truncateSize(), extent.length(), extent.truncateSize(), extent.truncateSeq()));
            default -> Codes.EOPNOTSUPP;
        };
    }

    private int runXattr(OpContext ctx, OsdOp op, OpArgs.Xattr xattr) {
        return switch (op.code()) {
            case GETXATTR -> attrs.get(ctx, xattr, op.input());
            case CMPXATTR -> attrs.compare(ctx, xattr, op.input());
            case SETXATTR -> attrs.set(ctx, xattr, op.input());
            case RMXATTR -> attrs.remove(ctx, xattr, op.input());
            default -> Codes.EOPNOTSUPP; // setxattrs and resetxattrs: no Ceph has them any more
        };
    }

    private int runPlain(OpContext ctx, OsdOp op, int previous) {
        return switch (op.code()) {
            case STAT -> data.stat(ctx, previous);
            case CREATE -> data.create(ctx, op);
            case DELETE -> data.delete(ctx);
            case STARTSYNC -> {
                ctx.draft.touch();
                yield 0;
            }
            case GETXATTRS -> attrs.getAll(ctx);
            case OMAPGETKEYS -> omap.getKeys(ctx, op.input(), previous);
            case OMAPGETVALS -> omap.getValues(ctx, op.input(), previous);
            case OMAPGETHEADER -> omap.getHeader(ctx, previous);
            case OMAPGETVALSBYKEYS -> omap.getByKeys(ctx, op.input(), previous);
            case OMAP_CMP -> omap.compare(ctx, op.input(), previous);
            case OMAPSETVALS, OMAPSETHEADER, OMAPCLEAR, OMAPRMKEYS, OMAPRMKEYRANGE -> changeOmap(ctx, op);
            case LIST_WATCHERS -> watches.list(ctx);
            case LIST_SNAPS -> snapshots.list(ctx);
            case NOTIFY_ACK -> watches.acknowledge(ctx, op.input(), previous);
            case TMAPGET -> tmap.get(ctx);
            case TMAPPUT -> tmap.put(ctx, op.input());
            case TMAPUP -> tmap.update(ctx, op.input());
            case ISDIRTY -> {
                ctx.reads++;
                ctx.output = new WireWriter(1).bool(ctx.draft.has(ObjectInfo.DIRTY)).toBytes();
                yield 0;
            }
            case UNDIRTY -> undirty(ctx);
            // the pool is no cache
            case CACHE_FLUSH, CACHE_TRY_FLUSH, CACHE_EVICT, CACHE_PIN, CACHE_UNPIN -> Codes.EINVAL;
            // no object is a stand-in for others
            case UNSET_MANIFEST, TIER_PROMOTE, TIER_FLUSH, TIER_EVICT -> ctx.draft.exists ? Codes.EOPNOTSUPP : Codes.ENOENT;
            default -> Codes.EOPNOTSUPP;
        };
    }

    private int changeOmap(OpContext ctx, OsdOp op) {
        if (!OmapOps.isSupportedBy(host.pool())) {
            return Codes.EOPNOTSUPP;
        }
        return switch (op.code()) {
            case OMAPSETVALS -> omap.setValues(ctx, op.input());
            case OMAPSETHEADER -> omap.setHeader(ctx, op.input());
            case OMAPCLEAR -> omap.clear(ctx);
            case OMAPRMKEYS -> omap.removeKeys(ctx, op.input());
            default -> omap.removeRange(ctx, op.input());
        };
    }

    private static int undirty(OpContext ctx) {
        ctx.writes++;
        if (ctx.draft.has(ObjectInfo.DIRTY)) {
            ctx.undirty = true;
            ctx.modify = true;
            ctx.stats.write(0);
        }
        return 0;
    }

    private static int assertVersion(OpContext ctx, long version, int previous) {
        ctx.reads++;
        if (version == 0) {
            return Codes.EINVAL;
        }
        int order = Long.compareUnsigned(version, ctx.draft.userVersion);
        return order < 0 ? Codes.ERANGE : order > 0 ? Codes.EOVERFLOW : previous;
    }

    private int call(OpContext ctx, OsdOp op) {
        if (!op.isWellFormedCall()) {
            return Codes.EINVAL;
        }
        ObjectClass objectClass = classes.find(op.className());
        ObjectClass.Method method = objectClass == null ? null : objectClass.method(op.methodName());
        if (method == null) {
            return Codes.EOPNOTSUPP;
        }
        ctx.userModify |= method.writes();
        return new ClassCall(ctx, host, settings, data, omap).run(method, op.argument());
    }

    /// Outcomes as a resend is answered with them.
    static List<OpResult> withoutOutputs(List<OpResult> results) {
        List<OpResult> plain = new ArrayList<>(results.size());
        results.forEach(each -> plain.add(new OpResult(each.op(), each.code(), Bytes.EMPTY)));
        return plain;
    }
}
