package dev.inkfish.wire.message;

/// A client's request to an OSD (`CEPH_MSG_OSD_OP`).
public abstract class MOSDOp implements Message {}
