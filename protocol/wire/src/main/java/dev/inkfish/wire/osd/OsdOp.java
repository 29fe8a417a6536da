package dev.inkfish.wire.osd;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.DecodeException;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/// One operation of a request (`OSDOp`): what to do, and the data that goes with it.
///
/// @param flags [#EXCL], [#FAILOK] and the fadvise flags
/// @param input the operation's part of the message's data; in a reply, empty
public record OsdOp(OpCode code, int flags, OpArgs args, Bytes input) {
    public static final int EXCL = 1;
    public static final int FAILOK = 2;
    /// Will not be read again soon (`CEPH_OSD_OP_FLAG_FADVISE_DONTNEED`).
    public static final int DONTNEED = 0x20;
    /// Is used once (`CEPH_OSD_OP_FLAG_FADVISE_NOCACHE`).
    public static final int NOCACHE = 0x40;

    private static final int ENCODED_SIZE = 38;

    public OsdOp(OpCode code, OpArgs args, Bytes input) {
        this(code, 0, args, input);
    }

    /// The code on the wire, also of one that is unknown.
    public int number() {
        return args instanceof OpArgs.Raw raw ? raw.number() : code.number();
    }

    public boolean isFailOk() {
        return (flags & FAILOK) != 0;
    }

    public boolean isNotToBeCached() {
        return (flags & (DONTNEED | NOCACHE)) != 0;
    }

    /// Reads `count` operations, whose inputs follow one another in `data`; they are slices of it.
    public static List<OsdOp> decodeAll(WireReader in, int count, Bytes data) {
        if (count < 0 || (long) count * ENCODED_SIZE > in.remaining()) {
            throw new DecodeException(Integer.toUnsignedString(count) + " operations in " + in.remaining() + " bytes");
        }
        List<OsdOp> ops = new ArrayList<>(count);
        int at = 0;
        for (int i = 0; i < count; i++) {
            int number = in.u16();
            int flags = in.u32();
            OpCode code = OpCode.of(number);
            OpArgs args = OpArgs.decode(code, number, in);
            int length = in.u32();
            if (length < 0 || length > data.length() - at) {
                throw new DecodeException("operation " + i + " has an input of " + length + " bytes");
            }
            ops.add(new OsdOp(code, flags, args, data.slice(at, length)));
            at += length;
        }
        return ops;
    }

    /// @param payloadLength the input's length in a request, the output's in a reply
    public void encode(WireWriter out, int payloadLength) {
        out.u16(number()).u32(flags);
        args.encode(out);
        out.u32(payloadLength);
    }

    /// The class, of a [OpCode#CALL].
    public String className() {
        return input.slice(0, Math.min(((OpArgs.Call) args).classLength(), input.length())).utf8();
    }

    /// The method, of a [OpCode#CALL].
    public String methodName() {
        OpArgs.Call call = (OpArgs.Call) args;
        int from = Math.min(call.classLength(), input.length());
        return input.slice(from, Math.min(call.methodLength(), input.length() - from)).utf8();
    }

    /// Whether the call's lengths fit its input.
    public boolean isWellFormedCall() {
        OpArgs.Call call = (OpArgs.Call) args;
        return call.argumentLength() >= 0
                && (long) call.classLength() + call.methodLength() + call.argumentLength() <= input.length();
    }

    /// The argument, of a [OpCode#CALL] that is well formed.
    public Bytes argument() {
        OpArgs.Call call = (OpArgs.Call) args;
        return input.slice(call.classLength() + call.methodLength(), call.argumentLength());
    }
}
