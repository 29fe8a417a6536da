package dev.inkfish.mgr.rbd.foreign;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.function.Consumer;

/// What a web server has, read by ranges (`HttpStream`, `S3Stream`).
///
/// @param signing adds to a request what tells who asks
record HttpSource(URI uri, Consumer<HttpURLConnection> signing, long size) implements ByteSource {
    static final Consumer<HttpURLConnection> PLAIN = request -> {};
    private static final int TIMEOUT_MILLIS = 30_000;

    static HttpSource open(String url, Consumer<HttpURLConnection> signing) {
        try {
            URI uri = URI.create(url);
            HttpURLConnection connection = connect(uri, "HEAD", signing);
            int status = connection.getResponseCode();
            long size = connection.getContentLengthLong();
            requireSuccess(uri, status);
            if (size < 0) {
                throw new CephException(Errno.EINVAL, url + ": no size is told");
            }
            return new HttpSource(uri, signing, size);
        } catch (IllegalArgumentException e) {
            throw new CephException(Errno.EINVAL, "not an address: '" + url + "'");
        } catch (IOException e) {
            throw ByteSource.failed(url, e);
        }
    }

    private static void requireSuccess(URI uri, int status) {
        switch (status) {
            case HttpURLConnection.HTTP_NOT_FOUND -> throw new CephException(Errno.ENOENT, uri + " is not there");
            case HttpURLConnection.HTTP_FORBIDDEN -> throw new CephException(Errno.EACCES, uri + " may not be read");
            default -> {
                if (status / 100 != 2) {
                    throw new CephException(Errno.EIO, uri + ": status " + status);
                }
            }
        }
    }

    private static HttpURLConnection connect(URI uri, String method, Consumer<HttpURLConnection> signing) throws IOException {
        if (!(uri.toURL().openConnection() instanceof HttpURLConnection connection)) {
            throw new CephException(Errno.EINVAL, "neither http nor https: '" + uri + "'");
        }
        connection.setRequestMethod(method);
        connection.setInstanceFollowRedirects(false); // librbd does not, and a signature is for one place
        signing.accept(connection);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        return connection;
    }

    @Override
    public void read(long offset, byte[] target, int at, int length) {
        if (length == 0) {
            return;
        }
        try {
            HttpURLConnection connection = connect(uri, "GET", signing);
            connection.setRequestProperty("Range", "bytes=" + offset + "-" + (offset + length - 1));
            int status = connection.getResponseCode();
            requireSuccess(uri, status);
            if (status != HttpURLConnection.HTTP_PARTIAL) {
                throw new CephException(Errno.EIO, uri + ": status " + status + " for a range");
            }
            try (InputStream in = connection.getInputStream()) {
                if (in.readNBytes(target, at, length) < length) {
                    throw new CephException(Errno.ERANGE, uri + " ends before " + (offset + length));
                }
            }
        } catch (IOException e) {
            throw ByteSource.failed(uri.toString(), e);
        }
    }

    @Override
    public void close() {}
}
