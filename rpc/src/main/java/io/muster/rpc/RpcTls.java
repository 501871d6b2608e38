package io.muster.rpc;

import io.muster.rpc.internal.transport.PemFile;
import io.muster.rpc.internal.transport.Security;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
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
    PemFile chainFile = PemFile.read("certificate chain", certificateChain);
    PemFile keyFile = PemFile.read("private key", privateKey);
    List<Certificate> chain = chainFile.certificates();
    PublicKey publicKey = chain.get(0).getPublicKey();
    PrivateKey key = keyFile.privateKey(publicKey.getAlgorithm());
    List<Certificate> authorities = PemFile.read("trusted certificates", trusted).certificates();
    try {
      if (!belongTogether(key, publicKey)) {
        throw keyFile.failure(
            "the key is not that of the first certificate in " + certificateChain, null);
      }
      // The key store stays in this process, so its password protects nothing.
      char[] password = {};
      KeyStore identity = emptyKeyStore();
      identity.setKeyEntry("worker", key, password, chain.toArray(new Certificate[0]));
      KeyStore trust = emptyKeyStore();
      for (int i = 0; i < authorities.size(); i++) {
        trust.setCertificateEntry("trusted" + i, authorities.get(i));
      }
      return of(identity, password, trust, mutual);
    } catch (GeneralSecurityException | IOException e) {
      throw chainFile.failure(String.valueOf(e.getMessage()), e);
    }
  }

  /** Whether the public key verifies a signature by the private key. */
  private static boolean belongTogether(PrivateKey key, PublicKey publicKey)
      throws GeneralSecurityException {
    String algorithm = publicKey.getAlgorithm().equals("EC") ? "ECDSA" : publicKey.getAlgorithm();
    Signature signature = Signature.getInstance("SHA256with" + algorithm);
    byte[] message = {1};
    try {
      signature.initSign(key);
      signature.update(message);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(message);
      return signature.verify(signed);
    } catch (InvalidKeyException | SignatureException e) {
      // Keys of different curves or lengths, for example.
      return false;
    }
  }

  private static KeyStore emptyKeyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
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
