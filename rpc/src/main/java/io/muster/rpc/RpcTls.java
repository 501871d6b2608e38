package io.muster.rpc;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.muster.rpc.internal.transport.Security;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * How workers show each other who they are. All workers of a world need it. Both sides of every
 * connection show a certificate, unless {@link #serverOnly} is asked for. Immutable.
 */
public final class RpcTls {
  private final SslContext server;
  private final SslContext client;
  private final Optional<String> serverName;

  private RpcTls(SslContext server, SslContext client, Optional<String> serverName) {
    this.server = server;
    this.client = client;
    this.serverName = serverName;
  }

  /**
   * Mutual TLS: callers show their certificate too.
   *
   * @param identity the key and the certificate of this worker
   * @param password that of the key
   * @param trusted the certificates, or their authorities, that are trusted
   * @throws IllegalArgumentException if that cannot be used
   */
  public static RpcTls mutual(KeyStore identity, char[] password, KeyStore trusted) {
    return of(identity, password, trusted, true);
  }

  /**
   * TLS in which only who is called shows a certificate: any process may call that knows how.
   *
   * @see #mutual
   */
  public static RpcTls serverOnly(KeyStore identity, char[] password, KeyStore trusted) {
    return of(identity, password, trusted, false);
  }

  private static RpcTls of(KeyStore identity, char[] password, KeyStore trusted, boolean mutual) {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(identity, password);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SslContextBuilder server = GrpcSslContexts.configure(SslContextBuilder.forServer(keys));
      SslContextBuilder client = GrpcSslContexts.forClient().trustManager(trust);
      if (mutual) {
        server.trustManager(trust).clientAuth(ClientAuth.REQUIRE);
        client.keyManager(keys);
      }
      return new RpcTls(server.build(), client.build(), Optional.empty());
    } catch (GeneralSecurityException | SSLException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /**
   * The same, where certificates bear this name instead of the address that a worker listens at.
   */
  public RpcTls withServerName(String name) {
    return new RpcTls(server, client, Optional.of(name));
  }

  Security security() {
    return new Security.Tls(server, client, serverName);
  }
}
