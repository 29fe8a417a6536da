package dev.inkfish.mgr.rbd;

/// How an image's bytes lie in its objects (`file_layout_t`, `Striper`).
///
/// @param objectSize bytes of a full object
/// @param unit bytes that follow one another in an object
/// @param count objects over which units go in turn
record ImageLayout(long objectSize, long unit, long count) {
    /// How many objects hold `size` bytes.
    long objects(long size) {
        long period = objectSize * count;
        long whole = (size + period - 1) / period * count;
        long rest = size % period;
        return rest > 0 && rest < count * unit ? whole - (count - (rest + unit - 1) / unit) : whole;
    }

    /// Where in the image a byte of an object lies.
    long imageOffset(long object, long offset) {
        long set = object / count;
        long stripeInObject = offset / unit;
        long stripe = set * (objectSize / unit) + stripeInObject;
        return (stripe * count + object % count) * unit + offset % unit;
    }

    long objectOf(long imageOffset) {
        long block = imageOffset / unit;
        long set = block / count / (objectSize / unit);
        return set * count + block % count;
    }

    long offsetInObject(long imageOffset) {
        long stripe = imageOffset / unit / count;
        return stripe % (objectSize / unit) * unit + imageOffset % unit;
    }
}
