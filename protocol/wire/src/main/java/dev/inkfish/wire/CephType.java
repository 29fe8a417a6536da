package dev.inkfish.wire;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The name under which `ceph-dencoder` knows a wire type; the tests of codecs look it up here.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface CephType {
    /// The type's name in `ceph-dencoder list_types`, for instance `pg_info_t`; several where they share a layout.
    String[] value();
}
