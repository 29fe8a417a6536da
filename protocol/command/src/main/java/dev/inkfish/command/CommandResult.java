package dev.inkfish.command;

import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.Errno;

/// How a command ends.
public sealed interface CommandResult {
    /// The answer, now.
    ///
    /// @param code 0, or a negative errno
    /// @param outs the status line, which clients print to stderr
    /// @param data the output
    record Done(int code, String outs, Bytes data) implements CommandResult {}

    /// The answer, once everything that is pending in the monitor's services has been committed.
    record AfterCommit(Done answer) implements CommandResult {}

    /// Run the command again after the next commit: it depends on something that is pending.
    record Again() implements CommandResult {}

    /// Somebody calls [CommandContext#reply] later.
    record Later() implements CommandResult {}

    static Done ok(String outs, Bytes data) {
        return new Done(0, outs, data);
    }

    static Done ok(String outs, String data) {
        return new Done(0, outs, Bytes.utf8(data));
    }

    /// Only a status line.
    static Done status(String outs) {
        return new Done(0, outs, Bytes.EMPTY);
    }

    /// Only output.
    static Done data(String text) {
        return new Done(0, "", Bytes.utf8(text));
    }

    static Done data(Formatter formatter) {
        return new Done(0, "", formatter.bytes());
    }

    /// Only output, with a newline at the end. Ceph's commands differ in whether they add one.
    static Done line(String text) {
        return data(text.isEmpty() || text.endsWith("\n") ? text : text + "\n");
    }

    static Done line(Formatter formatter) {
        return line(formatter.text());
    }

    /// Output and a newline after it, whether it ends with one or not.
    static Done ended(Formatter formatter) {
        return data(formatter.flushed() + "\n");
    }

    /// The answer to a command that is known and not there.
    ///
    /// @param signature its name, and its parameters if it has any
    static Done unsupported(String signature, String reason) {
        return error(Errno.EOPNOTSUPP, "'" + signature.split(" name=", 2)[0] + "' is not supported: " + reason);
    }

    static Done error(Errno errno, String outs) {
        return new Done(errno.code(), outs, Bytes.EMPTY);
    }

    static AfterCommit afterCommit(String outs) {
        return new AfterCommit(status(outs));
    }

    static AfterCommit afterCommit(String outs, Bytes data) {
        return new AfterCommit(ok(outs, data));
    }

    static Again again() {
        return new Again();
    }

    static Later later() {
        return new Later();
    }
}
