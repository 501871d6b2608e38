package io.muster.rpc.internal.transport;

import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.util.Optional;

/** How connections are secured, if they are. */
public sealed interface Security {
  /** Sets up a server. */
  void server(NettyServerBuilder builder);

  /** Sets up the client of a server. */
  void client(NettyChannelBuilder builder);

  /** Not at all. */
  record Plain() implements Security {
    @Override
    public void server(NettyServerBuilder builder) {}

    @Override
    public void client(NettyChannelBuilder builder) {
      builder.usePlaintext();
    }
  }

  /** By TLS. */
  record Tls(SslContext serverContext, SslContext clientContext, Optional<String> serverName)
      implements Security {
    @Override
    public void server(NettyServerBuilder builder) {
      builder.sslContext(serverContext);
    }

    @Override
    public void client(NettyChannelBuilder builder) {
      builder.sslContext(clientContext);
      serverName.ifPresent(builder::overrideAuthority);
    }
  }
}
