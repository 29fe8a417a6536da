package dev.inkfish.net;

import dev.inkfish.cephx.auth.ClientAuth;
import dev.inkfish.cephx.auth.ServerAuth;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAddrVec;
import dev.inkfish.wire.EntityName;
import dev.inkfish.wire.EntityType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The messenger over TCP (msgr2 and msgr1) and within the process.
public final class NettyMessenger implements Messenger {
    private NettyMessenger(Builder builder) {
        throw new UnsupportedOperationException("not there yet");
    }

    public static Builder builder(EntityName name, EventLoops loops) {
        return new Builder(name, loops);
    }

    /// Binds the addresses and begins to accept. Before it nothing is dispatched.
    ///
    /// @throws dev.inkfish.wire.CephException with one line to show, where a port is taken or an address not ours
    public void start() {
        throw new UnsupportedOperationException("not there yet");
    }

    /// Collects what a messenger needs.
    public static final class Builder {
        final EntityName name;
        final EventLoops loops;
        final List<EntityAddr> bind = new ArrayList<>();
        @Nullable ServerAuth serverAuth;
        @Nullable ClientAuth clientAuth;
        @Nullable Dispatcher dispatcher;
        @Nullable LocalNetwork network;
        int nonce;

        private Builder(EntityName name, EventLoops loops) {
            this.name = name;
            this.loops = loops;
        }

        /// How peers that connect prove who they are; needed where addresses are bound.
        public Builder serverAuth(ServerAuth auth) {
            serverAuth = auth;
            return this;
        }

        /// How we prove who we are; needed to connect.
        public Builder clientAuth(ClientAuth auth) {
            clientAuth = auth;
            return this;
        }

        /// Gets what accepted connections bring, and opened ones that have no dispatcher of their own.
        public Builder dispatcher(Dispatcher target) {
            dispatcher = target;
            return this;
        }

        /// Peers in the same process are reached without sockets.
        public Builder localNetwork(@Nullable LocalNetwork local) {
            network = local;
            return this;
        }

        /// Listens there; kind `MSGR2` or `LEGACY`; port 0 takes a free one. May be called for several.
        public Builder bind(EntityAddr addr) {
            bind.add(addr);
            return this;
        }

        /// Tells instances on the same port apart: the process id, or a random number for clients.
        public Builder nonce(int value) {
            nonce = value;
            return this;
        }

        public NettyMessenger build() {
            return new NettyMessenger(this);
        }
    }

    @Override
    public EntityName name() {
        throw new UnsupportedOperationException("not there yet");
    }

    @Override
    public void rename(EntityName name) {
        throw new UnsupportedOperationException("not there yet");
    }

    @Override
    public EntityAddrVec addrs() {
        throw new UnsupportedOperationException("not there yet");
    }

    @Override
    public Connection connect(EntityType type, EntityAddrVec addrs, ConnectionPolicy policy) {
        throw new UnsupportedOperationException("not there yet");
    }

    @Override
    public Connection connect(EntityType type, EntityAddrVec addrs, ConnectionPolicy policy, Dispatcher dispatcher) {
        throw new UnsupportedOperationException("not there yet");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("not there yet");
    }
}
