package dev.inkfish.mon.osdcmd;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;
import org.jspecify.annotations.Nullable;

/// Where the keys of OSDs are kept; what is committed is found, what is set comes with the next proposal.
public interface OsdKeyStore {
    @Nullable EntityAuth find(EntityAuthName name);

    void set(EntityAuthName name, EntityAuth auth);

    void remove(EntityAuthName name);

    /// Of `config-key`.
    @Nullable Bytes value(String key);

    void value(String key, Bytes value);

    /// All whose keys begin so.
    void removeValues(String prefix);
}
