package dev.inkfish.osdmap;

/// A pool (`pg_pool_t`).
public record PgPool() {}
