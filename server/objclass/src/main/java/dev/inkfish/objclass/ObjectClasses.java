package dev.inkfish.objclass;

import dev.inkfish.objclass.cas.CasClass;
import dev.inkfish.objclass.hello.HelloClass;
import dev.inkfish.objclass.journal.JournalClass;
import dev.inkfish.objclass.lock.LockClass;
import dev.inkfish.objclass.log.LogClass;
import dev.inkfish.objclass.numops.NumopsClass;
import dev.inkfish.objclass.rbd.RbdClass;
import dev.inkfish.objclass.refcount.RefcountClass;
import dev.inkfish.objclass.user.UserClass;
import dev.inkfish.objclass.version.VersionClass;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The table of all object classes: to add one, write it in a package of its own and enter it here.
public final class ObjectClasses {
    private final Map<String, ObjectClass> byName = new LinkedHashMap<>();

    /// All classes there are.
    public static ObjectClasses all() {
        return new ObjectClasses()
                .with(LockClass.create())
                .with(RbdClass.create())
                .with(VersionClass.create())
                .with(RefcountClass.create())
                .with(NumopsClass.create())
                .with(JournalClass.create())
                .with(LogClass.create())
                .with(UserClass.create())
                .with(CasClass.create())
                .with(HelloClass.create());
    }

    public ObjectClasses with(ObjectClass objectClass) {
        byName.put(objectClass.name(), objectClass);
        return this;
    }

    public @Nullable ObjectClass find(String name) {
        return byName.get(name);
    }

    public Iterable<ObjectClass> classes() {
        return byName.values();
    }
}
