/// A user's buckets and how much they hold (`src/cls/user`).
@NullMarked
package dev.inkfish.objclass.user;

import org.jspecify.annotations.NullMarked;
