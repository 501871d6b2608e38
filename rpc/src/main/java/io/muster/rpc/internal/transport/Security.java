package io.muster.rpc.internal.transport;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

/** How both ends of a connection are secured. Immutable. */
public final class Security {
  private final ServerCredentials server;
  private final ChannelCredentials client;
  private final Optional<String> serverName;

  private Security(
      ServerCredentials server, ChannelCredentials client, Optional<String> serverName) {
    this.server = server;
    this.client = client;
    this.serverName = serverName;
  }

  /** Plain text. */
  public static Security none() {
    return new Security(
        InsecureServerCredentials.create(), InsecureChannelCredentials.create(), Optional.empty());
  }

  /**
   * TLS.
   *
   * @param keys present this worker's certificate
   * @param trust decide which certificates are trusted
   * @param isMutual whether callers present their certificate too, and need one
   * @param serverName the name in the certificates, if it is not the address of the worker
   */
  public static Security tls(
      List<KeyManager> keys,
      List<TrustManager> trust,
      boolean isMutual,
      Optional<String> serverName) {
    KeyManager[] keyManagers = keys.toArray(new KeyManager[0]);
    TrustManager[] trustManagers = trust.toArray(new TrustManager[0]);
    TlsServerCredentials.Builder server = TlsServerCredentials.newBuilder().keyManager(keyManagers);
    TlsChannelCredentials.Builder client =
        TlsChannelCredentials.newBuilder().trustManager(trustManagers);
    if (isMutual) {
      server.trustManager(trustManagers).clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
      client.keyManager(keyManagers);
    }
    return new Security(server.build(), client.build(), serverName);
  }

  ServerCredentials server() {
    return server;
  }

  ChannelCredentials client() {
    return client;
  }

  Optional<String> serverName() {
    return serverName;
  }
}
