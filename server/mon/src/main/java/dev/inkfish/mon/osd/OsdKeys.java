package dev.inkfish.mon.osd;

import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.mon.MonCore;
import dev.inkfish.mon.auth.AuthService;
import dev.inkfish.mon.config.ConfigKeyService;
import dev.inkfish.mon.osdcmd.OsdKeyStore;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.EntityAuthName;
import org.jspecify.annotations.Nullable;

/// The services that keep OSDs' keys.
record OsdKeys(MonCore mon) implements OsdKeyStore {
    private AuthService auth() {
        return mon.service(AuthService.class);
    }

    private ConfigKeyService values() {
        return mon.service(ConfigKeyService.class);
    }

    @Override
    public @Nullable EntityAuth find(EntityAuthName name) {
        return auth().find(name);
    }

    @Override
    public void set(EntityAuthName name, EntityAuth key) {
        auth().set(name, key);
    }

    @Override
    public void remove(EntityAuthName name) {
        auth().remove(name);
    }

    @Override
    public @Nullable Bytes value(String key) {
        return values().get(key);
    }

    @Override
    public void value(String key, Bytes value) {
        values().set(key, value);
    }

    @Override
    public void removeValues(String prefix) {
        values().scan(prefix).keySet().forEach(key -> values().set(key, null));
    }
}
