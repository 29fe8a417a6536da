/// Object classes against a fake object.
@NullMarked
package dev.inkfish.objclass;

import org.jspecify.annotations.NullMarked;
