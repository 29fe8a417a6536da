package dev.inkfish.mgr.rbd.foreign;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;

/// What a web server has, read by ranges (`HttpStream`).
record HttpSource(URI uri, long size) implements ByteSource {
    private static final int TIMEOUT_MILLIS = 30_000;

    static HttpSource open(String url) {
        try {
            URI uri = URI.create(url);
            HttpURLConnection connection = connect(uri, "HEAD");
            int status = connection.getResponseCode();
            long size = connection.getContentLengthLong();
            if (status == HttpURLConnection.HTTP_NOT_FOUND) {
                throw new CephException(Errno.ENOENT, url + " is not there");
            }
            if (status != HttpURLConnection.HTTP_OK || size < 0) {
                throw new CephException(Errno.EINVAL, url + ": no size is told (status " + status + ")");
            }
            return new HttpSource(uri, size);
        } catch (IllegalArgumentException e) {
            throw new CephException(Errno.EINVAL, "not an address: '" + url + "'");
        } catch (IOException e) {
            throw ByteSource.failed(url, e);
        }
    }

    private static HttpURLConnection connect(URI uri, String method) throws IOException {
        if (!(uri.toURL().openConnection() instanceof HttpURLConnection connection)) {
            throw new CephException(Errno.EINVAL, "neither http nor https: '" + uri + "'");
        }
        connection.setRequestMethod(method);
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
            HttpURLConnection connection = connect(uri, "GET");
            connection.setRequestProperty("Range", "bytes=" + offset + "-" + (offset + length - 1));
            int status = connection.getResponseCode();
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
