package io.muster.rpc;

import io.muster.rpc.internal.transport.Security;
import io.muster.store.internal.tls.PemKeyStores;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS for the connections between workers. All workers of a world need it: a worker with TLS and
 * one without cannot call each other. Keys and certificates are read once, when this is made.
 * Immutable and thread-safe.
 *
 * <pre>{@code
 * RpcTls tls =
 *     RpcTls.mutual(Path.of("worker.pem"), Path.of("worker.key"), Path.of("authority.pem"));
 * RpcOptions options = RpcOptions.builder().tls(tls).build();
 * }</pre>
 *
 * <p>PyTorch's RPC has no counterpart: its connections are in plain text.
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
   * Mutual TLS, from key stores: both sides of each connection present a certificate.
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
   * Mutual TLS, from PEM files: both sides of each connection present a certificate. Blocks while
   * it reads the files.
   *
   * @param certificateChain the certificate of this worker, followed by those of the authorities
   *     that issued it, except for the root, which may be left out
   * @param privateKey the key of the certificate: RSA or EC, in the PKCS #8 format, not encrypted
   * @param trusted the trusted certificates or certificate authorities
   * @throws IllegalArgumentException if a file cannot be read or used; the message names the file
   */
  public static RpcTls mutual(Path certificateChain, Path privateKey, Path trusted) {
    return of(certificateChain, privateKey, trusted, true);
  }

  /**
   * Server-authenticated TLS, from key stores: callers are not authenticated. The parameters are
   * those of {@link #mutual(KeyStore, char[], KeyStore)}.
   *
   * @throws IllegalArgumentException if a key store cannot be used
   */
  public static RpcTls serverOnly(KeyStore identity, char[] password, KeyStore trusted) {
    return of(identity, password, trusted, false);
  }

  /**
   * Server-authenticated TLS, from PEM files: callers are not authenticated. The parameters are
   * those of {@link #mutual(Path, Path, Path)}.
   *
   * @throws IllegalArgumentException if a file cannot be read or used; the message names the file
   */
  public static RpcTls serverOnly(Path certificateChain, Path privateKey, Path trusted) {
    return of(certificateChain, privateKey, trusted, false);
  }

  private static RpcTls of(Path certificateChain, Path privateKey, Path trusted, boolean mutual) {
    return of(
        PemKeyStores.identity(certificateChain, privateKey),
        PemKeyStores.password(),
        PemKeyStores.trusted(trusted),
        mutual);
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
   * certificate has to be issued for the address that its worker listens on. The name applies to
   * each worker that this one calls.
   */
  public RpcTls withServerName(String name) {
    return new RpcTls(keyManagers, trustManagers, isMutual, Optional.of(name));
  }

  Security security() {
    return Security.tls(keyManagers, trustManagers, isMutual, serverName);
  }
}
