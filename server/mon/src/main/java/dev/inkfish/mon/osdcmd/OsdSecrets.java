package dev.inkfish.mon.osdcmd;

import dev.inkfish.cephx.CryptoKey;
import dev.inkfish.cephx.EntityAuth;
import dev.inkfish.command.CommandContext;
import dev.inkfish.command.Json;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAuthName;
import dev.inkfish.wire.EntityType;
import dev.inkfish.wire.Errno;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What `osd new` is given with `-i`: the OSD's key, and where its disk is encrypted the key of the disk and that of the user who
/// may ask for it (the "lockbox"). They are kept as `osd.N`, `client.osd-lockbox.UUID` and the config-key `dm-crypt/osd/UUID/luks`.
///
/// @param cephx base64; null where there is none, and so none of the others
/// @param deviceClass for the CRUSH map
record OsdSecrets(
        @Nullable String cephx, @Nullable String lockbox, @Nullable String dmcrypt, @Nullable String deviceClass) {
    static final OsdSecrets NONE = new OsdSecrets(null, null, null, null);
    private static final Map<String, String> OSD_CAPS =
            Map.of("mon", "allow profile osd", "mgr", "allow profile osd", "osd", "allow *");

    static OsdSecrets of(CommandContext call) {
        if (call.input().isEmpty()) {
            return NONE;
        }
        Map<String, String> given = members(call.input().utf8());
        String cephx = given.get("cephx_secret");
        String lockbox = given.get("cephx_lockbox_secret");
        String dmcrypt = given.get("dmcrypt_key");
        if (cephx == null && (lockbox != null || dmcrypt != null)) {
            throw new CephException(Errno.EINVAL, "requires a cephx secret.");
        }
        if ((lockbox == null) != (dmcrypt == null)) {
            throw new CephException(Errno.EINVAL, "requires both a cephx lockbox secret and a dm-crypt key.");
        }
        return new OsdSecrets(cephx, lockbox, dmcrypt, given.get("crush_device_class"));
    }

    /// A JSON object of texts, or words like `name=value`, as Ceph takes what is no JSON.
    private static Map<String, String> members(String text) {
        Map<String, String> members = new TreeMap<>();
        Object json;
        try {
            json = Json.parse(text);
        } catch (CephException notJson) {
            for (String word : text.split("[,;\\s]+")) {
                String[] parts = word.split("=", 2);
                members.put(parts[0], parts.length == 2 ? parts[1] : "");
            }
            return members;
        }
        if (!(json instanceof Map<?, ?> object)) {
            throw new CephException(Errno.EINVAL, text.strip() + " must be a JSON object");
        }
        object.forEach((name, value) -> {
            if (!(value instanceof String string)) {
                throw new CephException(Errno.EINVAL, name + " must be a string");
            }
            members.put(name.toString(), string);
        });
        return members;
    }

    private static EntityAuthName osd(int id) {
        return new EntityAuthName(EntityType.OSD, Integer.toString(id));
    }

    private static EntityAuthName lockboxUser(UUID uuid) {
        return new EntityAuthName(EntityType.CLIENT, "osd-lockbox." + uuid);
    }

    private static String encryption(UUID uuid) {
        return "dm-crypt/osd/" + uuid + "/";
    }

    /// Refuses what does not agree with what is kept.
    ///
    /// @return whether all of it is kept already
    boolean check(int id, UUID uuid, OsdKeyStore store) {
        if (cephx == null) {
            return true;
        }
        boolean known = isKept(osd(id), key(cephx, "cephx secret"), store);
        if (lockbox != null && dmcrypt != null) {
            known &= isKept(lockboxUser(uuid), key(lockbox, "cephx lockbox secret"), store);
            Bytes kept = store.value(encryption(uuid) + "luks");
            if (kept != null && !kept.equals(Bytes.utf8(dmcrypt))) {
                throw new CephException(Errno.EEXIST, "dm-crypt key already exists and does not match");
            }
            known &= kept != null;
        }
        return known;
    }

    private static CryptoKey key(String base64, String what) {
        try {
            CryptoKey key = CryptoKey.parse(base64);
            if (!key.isEmpty()) {
                return key;
            }
        } catch (CephException | IllegalArgumentException e) {
            // said below
        }
        throw new CephException(Errno.EINVAL, "invalid " + what + ".");
    }

    private static boolean isKept(EntityAuthName name, CryptoKey key, OsdKeyStore store) {
        EntityAuth kept = store.find(name);
        if (kept != null && !kept.key().secret().equals(key.secret())) {
            throw new CephException(Errno.EEXIST, "entity " + name + " exists but key does not match");
        }
        return kept != null;
    }

    /// After [#check]; changes what is not kept yet.
    void keep(int id, UUID uuid, OsdKeyStore store) {
        if (cephx != null && store.find(osd(id)) == null) {
            store.set(osd(id), EntityAuth.of(key(cephx, "cephx secret"), OSD_CAPS));
        }
        if (lockbox != null && dmcrypt != null) {
            String place = encryption(uuid) + "luks";
            if (store.find(lockboxUser(uuid)) == null) {
                String caps = "allow command \"config-key get\" with key=\"" + place + "\"";
                store.set(lockboxUser(uuid), EntityAuth.of(key(lockbox, "cephx lockbox secret"), Map.of("mon", caps)));
            }
            store.value(place, Bytes.utf8(dmcrypt));
        }
    }

    /// Takes away everything that is kept for an OSD.
    static void forget(int id, UUID uuid, OsdKeyStore store) {
        for (EntityAuthName name : List.of(osd(id), lockboxUser(uuid))) {
            if (store.find(name) != null) {
                store.remove(name);
            }
        }
        store.removeValues(encryption(uuid));
        store.removeValues("daemon-private/osd." + id + "/");
    }
}
