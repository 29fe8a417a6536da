/// One record per message of the protocol, with Ceph's class name (`MOSDOp`), and the table of all of
/// them, [dev.inkfish.wire.message.MessageType].
@NullMarked
package dev.inkfish.wire.message;

import org.jspecify.annotations.NullMarked;
