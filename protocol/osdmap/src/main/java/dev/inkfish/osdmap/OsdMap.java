package dev.inkfish.osdmap;

/// The OSD map (`OSDMap`); immutable.
public final class OsdMap {}
