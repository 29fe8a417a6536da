package dev.inkfish.osd.daemon;

import dev.inkfish.command.CommandContext;
import dev.inkfish.command.CommandResult;
import dev.inkfish.command.Formatter;
import dev.inkfish.command.stats.Units;
import dev.inkfish.conf.Conf;
import dev.inkfish.objectstore.CollectionId;
import dev.inkfish.objectstore.ObjectStore;
import dev.inkfish.objectstore.Transaction;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import dev.inkfish.wire.GhObject;
import dev.inkfish.wire.HObject;

/// `ceph tell osd.N bench`: writes blocks to this OSD's own store and tells how long it took. On the
/// control thread, which takes other work between the blocks.
final class StoreBench {
    private static final int DEPTH = 16;

    private final OsdDaemon daemon;
    private final CommandContext call;
    private final long count;
    private final int size;
    private final long perObject;
    private final long objects;
    private final Bytes block;
    private long position;
    private int underWay;
    private long start;

    private StoreBench(OsdDaemon daemon, CommandContext call, long count, long size) {
        this.daemon = daemon;
        this.call = call;
        this.count = count;
        long objectSize = call.integer("object_size", 0);
        long number = call.integer("object_num", 0);
        boolean reuses = objectSize > 0 && number > 0;
        this.size = (int) (objectSize > 0 ? Math.min(size, objectSize) : size);
        this.perObject = reuses ? objectSize / this.size : 1;
        long blocks = (count + this.size - 1) / this.size;
        this.objects = reuses ? number : blocks;
        this.block = Bytes.wrap(new byte[this.size]);
    }

    static CommandResult start(OsdDaemon daemon, CommandContext call) {
        long count = call.integer("count", 1L << 30);
        long size = call.integer("size", 4 << 20);
        if (count < 0 || size <= 0) {
            throw new CephException(Errno.EINVAL, "count and size must be positive");
        }
        check(daemon.config().conf(), count, size);
        StoreBench bench = new StoreBench(daemon, call, count, size);
        bench.start = System.nanoTime();
        bench.next();
        return CommandResult.later();
    }

    /// An OSD that benches is an OSD that serves nobody well: bounds what one may ask.
    private static void check(Conf conf, long count, long size) {
        long seconds = conf.integer("osd_bench_duration");
        long largest = conf.integer("osd_bench_max_block_size");
        if (size > largest) {
            throw new CephException(Errno.EINVAL, "block 'size' values are capped at " + Units.bytes(largest)
                    + ". If you wish to use a higher value, please adjust 'osd_bench_max_block_size'");
        }
        boolean small = size < 1 << 20;
        long perSecond = conf.integer(small ? "osd_bench_small_size_max_iops" : "osd_bench_large_size_max_throughput");
        long most = perSecond * seconds * (small ? size : 1);
        if (count > most) {
            String option = small ? "osd_bench_small_size_max_iops" : "osd_bench_large_size_max_throughput";
            throw new CephException(Errno.EINVAL, "'count' values greater than " + most + " for a block size of "
                    + Units.bytes(size) + ", assuming " + (small ? perSecond + " IOPS," : Units.bytes(perSecond) + "/s,")
                    + " for " + seconds + " seconds, can cause ill effects on osd. "
                    + " Please adjust '" + option + "' with a higher value if you wish to use a higher 'count'.");
        }
    }

    private static GhObject object(long number) {
        return GhObject.of(new HObject("disk_bw_test_" + number, "", HObject.HEAD, 0, false, "", -1));
    }

    private ObjectStore store() {
        return daemon.config().store();
    }

    private void next() {
        while (underWay < DEPTH && position < count) {
            long number = position / size;
            Transaction write = new Transaction()
                    .write(CollectionId.META, object(number % objects), number / objects % perObject * size, block);
            position += size;
            underWay++;
            store().submit(CollectionId.META, write, () -> daemon.control(this::written));
        }
        if (underWay == 0) {
            cleanUp();
        }
    }

    private void written() {
        underWay--;
        next();
    }

    private void cleanUp() {
        double seconds = Math.max(1, System.nanoTime() - start) / 1e9;
        Transaction remove = new Transaction();
        for (long number = 0; number < objects; number++) {
            remove.remove(CollectionId.META, object(number));
        }
        store().submit(CollectionId.META, remove, () -> daemon.control(() -> call.reply(result(seconds))));
    }

    private CommandResult.Done result(double seconds) {
        Formatter f = call.formatter("json-pretty").openObject("osd_bench_results");
        f.dump("bytes_written", count).dump("blocksize", size).dump("elapsed_sec", seconds);
        f.dump("bytes_per_sec", count / seconds).dump("iops", count / seconds / size);
        return CommandResult.data(f.close());
    }
}
