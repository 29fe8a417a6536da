package dev.inkfish.interop;

import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Crc32c;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Features;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// One connection by msgr2.1, up to where the peer knows who we are: whoever writes such a client says what he likes.
final class RawPeer implements AutoCloseable {
    static final int HELLO = 1;
    static final int AUTH_REQUEST = 2;
    static final int AUTH_BAD_METHOD = 3;
    static final int AUTH_REPLY_MORE = 4;
    static final int AUTH_REQUEST_MORE = 5;
    static final int AUTH_DONE = 6;
    static final int AUTH_SIGNATURE = 7;
    /// In place of an errno, where the peer has just closed the connection.
    static final int CLOSED = -1_000_000;
    private static final int PREAMBLE = 32;
    private static final int MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /// @param type as which we come
    RawPeer(EntityAddr to, EntityType type) throws IOException {
        socket = new Socket(to.toSocketAddress().getAddress(), to.toSocketAddress().getPort());
        socket.setSoTimeout(MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        out.write(new WireWriter().raw("ceph v2\n".getBytes(StandardCharsets.US_ASCII)).u16(16).u64(1).u64(0)
                .toBytes().toArray());
        in.readFully(new byte[8]);
        in.readFully(new byte[Short.reverseBytes(in.readShort())]);
        WireWriter hello = new WireWriter().u8(type.number());
        to.encode(hello, Features.MSG_ADDR2 | Features.SERVER_NAUTILUS);
        send(HELLO, hello.toBytes());
        read();
    }

    /// What came: its tag, and its content.
    record Frame(int tag, Bytes content) {}

    void send(int tag, Bytes content) throws IOException {
        byte[] bytes = content.toArray();
        raw(new WireWriter().raw(preamble(tag, bytes.length)).raw(bytes)
                .u32(Crc32c.update(-1, bytes, 0, bytes.length)).toBytes());
    }

    static byte[] preamble(int tag, int length) {
        WireWriter head = new WireWriter().u8(tag).u8(1).u32(length).u16(8);
        byte[] bytes = head.raw(new byte[3 * 6 + 2]).toBytes().toArray();
        return new WireWriter().raw(bytes).u32(Crc32c.update(0, bytes, 0, bytes.length)).toBytes().toArray();
    }

    void raw(Bytes bytes) throws IOException {
        out.write(bytes.toArray());
    }

    /// @throws EOFException where the peer has closed the connection
    Frame read() throws IOException {
        byte[] head = new byte[PREAMBLE];
        try {
            in.readFully(head);
            byte[] content = new byte[Bytes.wrap(head).slice(2, 4).reader().u32()];
            in.readFully(content);
            in.readFully(new byte[4]);
            return new Frame(head[0], Bytes.wrap(content));
        } catch (SocketException e) {
            throw new EOFException(e.getMessage());
        }
    }

    /// Reads what the peer still had to say, if that ends within the time for an answer.
    boolean isClosedByPeer() throws IOException {
        try {
            while (in.read() >= 0) {
                // sealed for who has the key
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    void request(int method, int mode, Bytes payload) throws IOException {
        send(AUTH_REQUEST, new WireWriter().u32(method).list(List.of(mode), WireWriter::u32).bytes(payload).toBytes());
    }

    void more(Bytes payload) throws IOException {
        send(AUTH_REQUEST_MORE, new WireWriter().bytes(payload).toBytes());
    }

    /// What it answers to one message of authentication.
    ///
    /// @param code 0, a negative errno, or [#CLOSED]
    /// @param globalId the number that we got with the last word
    /// @param payload of its challenge, or of its last word
    record Answer(int code, boolean done, long globalId, Bytes payload) {}

    Answer answer() throws IOException {
        Frame frame;
        try {
            frame = read();
        } catch (EOFException e) {
            return new Answer(CLOSED, true, 0, Bytes.EMPTY);
        }
        WireReader content = frame.content.reader();
        return switch (frame.tag) {
            case AUTH_BAD_METHOD -> {
                content.u32();
                yield new Answer(content.u32(), true, 0, Bytes.EMPTY);
            }
            case AUTH_REPLY_MORE -> new Answer(0, false, 0, content.bytes());
            case AUTH_DONE -> {
                long globalId = content.u64();
                content.u32();
                yield new Answer(0, true, globalId, content.bytes());
            }
            default -> throw new IOException("a frame with tag " + frame.tag);
        };
    }

    /// The whole dialogue.
    ///
    /// @return how it ended
    Answer authenticate(ClientAuth.Exchange exchange, int mode) throws IOException {
        request(exchange.method(), mode, exchange.first());
        Answer answer = answer();
        while (!answer.done) {
            more(exchange.next(answer.payload));
            answer = answer();
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
