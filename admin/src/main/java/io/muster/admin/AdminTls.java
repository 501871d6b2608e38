package io.muster.admin;

import io.muster.store.internal.tls.PemKeyStores;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * The TLS of an {@link AdminServer}: its key and certificate. Clients present none; they send the
 * token. The files are read once, when this is made. Immutable and thread-safe.
 *
 * <pre>{@code
 * AdminTls tls = AdminTls.of(Path.of("server.pem"), Path.of("server.key"));
 * AdminOptions options = AdminOptions.builder().tls(tls).build();
 * }</pre>
 */
public final class AdminTls {
  private final List<KeyManager> keyManagers;
  private final String certificateSha256;

  private AdminTls(List<KeyManager> keyManagers, String certificateSha256) {
    this.keyManagers = keyManagers;
    this.certificateSha256 = certificateSha256;
  }

  /**
   * TLS from PEM files. Blocks while it reads them.
   *
   * @param certificateChain the certificate of the server, followed by those of the authorities
   *     that issued it, except for the root, which may be left out
   * @param privateKey the key of the certificate: RSA or EC, in the PKCS #8 format, not encrypted
   * @throws IllegalArgumentException if a file cannot be read or used; the message names the file
   */
  public static AdminTls of(Path certificateChain, Path privateKey) {
    KeyStore identity = PemKeyStores.identity(certificateChain, privateKey);
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(identity, PemKeyStores.password());
      return new AdminTls(
          List.of(keys.getKeyManagers()), sha256(identity.getCertificate(PemKeyStores.ALIAS)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /**
   * The SHA-256 fingerprint of a certificate, in lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if the certificate cannot be encoded
   */
  public static String sha256(Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the certificate cannot be encoded", e);
    }
  }

  /** The {@link #sha256} of the certificate of the server. */
  public String certificateSha256() {
    return certificateSha256;
  }

  /**
   * Returns a new context for the server's side of connections.
   *
   * @throws IllegalStateException if the JDK cannot create one
   */
  public SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      // Clients present no certificates, so none is trusted.
      context.init(keyManagers.toArray(new KeyManager[0]), new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }
}
