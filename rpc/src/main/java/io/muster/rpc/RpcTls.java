package io.muster.rpc;

import io.muster.rpc.internal.transport.Security;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS for the connections between workers. All workers of a world need it. Immutable.
 *
 * <pre>{@code
 * KeyStore identity = KeyStore.getInstance(new File("worker.p12"), password);
 * KeyStore trusted = KeyStore.getInstance(new File("authority.p12"), password);
 * RpcOptions options =
 *     RpcOptions.builder().tls(RpcTls.mutual(identity, password, trusted)).build();
 * }</pre>
 */
public final class RpcTls {
  private final List<KeyManager> keyManagers;
  private final List<TrustManager> trustManagers;
  private final boolean isMutual;
  private final Optional<String> serverName;

  private RpcTls(
      List<KeyManager> keyManagers,
      List<TrustManager> trustManagers,
      boolean isMutual,
      Optional<String> serverName) {
    this.keyManagers = keyManagers;
    this.trustManagers = trustManagers;
    this.isMutual = isMutual;
    this.serverName = serverName;
  }

  /**
   * Mutual TLS: both sides of each connection present a certificate.
   *
   * @param identity the key and certificate of this worker
   * @param password the password of the key
   * @param trusted the trusted certificates or certificate authorities
   * @throws IllegalArgumentException if a key store cannot be used
   */
  public static RpcTls mutual(KeyStore identity, char[] password, KeyStore trusted) {
    return of(identity, password, trusted, true);
  }

  /**
   * Server-authenticated TLS: callers are not authenticated. The parameters are those of {@link
   * #mutual(KeyStore, char[], KeyStore)}.
   *
   * @throws IllegalArgumentException if a key store cannot be used
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
      return new RpcTls(
          List.of(keys.getKeyManagers()),
          List.of(trust.getTrustManagers()),
          mutual,
          Optional.empty());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the same configuration for certificates that are issued for this name. By default a
   * certificate has to be issued for the address that its worker listens on.
   */
  public RpcTls withServerName(String name) {
    return new RpcTls(keyManagers, trustManagers, isMutual, Optional.of(name));
  }

  Security security() {
    return Security.tls(keyManagers, trustManagers, isMutual, serverName);
  }
}
