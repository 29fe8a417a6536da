/// The real clients — Debian's `ceph`, `rados`, `rbd` and Python bindings — against a freshly started cluster.
@NullMarked
package dev.inkfish.interop;

import org.jspecify.annotations.NullMarked;
