package dev.inkfish.mon;

import dev.inkfish.cephx.caps.MonCap;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAuthName;
import java.util.Map;

/// What a session may do at this monitor (`MonCap`).
@FunctionalInterface
public interface SessionCaps {
    SessionCaps NONE = (who, from, service, command, arguments, read, write, execute) -> false;
    SessionCaps ALL = (who, from, service, command, arguments, read, write, execute) -> true;

    /// @param service the module: `mon`, `osd`, `auth`, …
    /// @param command the command's prefix; empty for anything that is no command
    boolean allows(
            EntityAuthName who,
            EntityAddr from,
            String service,
            String command,
            Map<String, String> arguments,
            boolean read,
            boolean write,
            boolean execute);

    /// @param caps text as a key carries it: `allow r, allow command "osd blocklist"`, `profile rbd`
    static SessionCaps parse(String caps) {
        return MonCap.parse(caps)::allows;
    }

    default boolean canRead(MonSession session, String service) {
        return allows(session.authName(), session.socketAddr(), service, "", Map.of(), true, false, false);
    }

    default boolean canWrite(MonSession session, String service) {
        return allows(session.authName(), session.socketAddr(), service, "", Map.of(), false, true, false);
    }

    default boolean canExecute(MonSession session, String service) {
        return allows(session.authName(), session.socketAddr(), service, "", Map.of(), false, false, true);
    }
}
