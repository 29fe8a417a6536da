"""Writes of 4 KiB through librados, several at once, from several clients."""
import itertools, random, threading, time
from scale import POOL

OBJECTS = 256
PAYLOAD = random.randbytes(4096)


def writes(cluster, handles, depth, seconds):
    """Each handle keeps `depth` writes under way. @return how many were made, the meter"""
    end, counts = time.monotonic() + seconds, [0] * len(handles)

    def work(number):
        io = handles[number].open_ioctx(POOL)
        room = threading.Semaphore(depth)
        done = lambda *_: room.release()
        rng = random.Random(number)
        while time.monotonic() < end:
            room.acquire()
            io.aio_write(f"load.{rng.randrange(OBJECTS)}", PAYLOAD, rng.randrange(1024) * 4096, oncomplete=done)
            counts[number] += 1
        for _ in range(depth):
            room.acquire()
        io.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(handles))]
    meter = cluster.meter()
    [thread.start() for thread in threads], [thread.join() for thread in threads]
    return sum(counts), meter.stop()
