package io.muster.cli;

import io.muster.admin.AdminTls;
import io.muster.store.internal.tls.PemKeyStores;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Which certificates of a control endpoint a client trusts. */
final class ServerTrust {
  private ServerTrust() {}

  /**
   * Trusts one certificate only, whatever host it names and however old it is.
   *
   * @param sha256 its fingerprint, as {@link AdminTls#sha256}
   */
  static SSLContext only(String sha256) {
    return context(new OneCertificate(sha256));
  }

  /**
   * Trusts the certificates in a PEM file, and those that they have issued.
   *
   * @throws IllegalArgumentException if the file cannot be read or used
   */
  static SSLContext issuedBy(Path authorities) {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(PemKeyStores.trusted(authorities));
      return context(trust.getTrustManagers());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private static SSLContext context(TrustManager... trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /** A server presents another certificate than the one that is trusted. */
  static final class OtherCertificateException extends CertificateException {
    private static final long serialVersionUID = 1L;

    OtherCertificateException(String message) {
      super(message);
    }
  }

  /** Extended, so that the JDK does not compare the names in the certificate with the host. */
  private static final class OneCertificate extends X509ExtendedTrustManager {
    private final String sha256;

    OneCertificate(String sha256) {
      this.sha256 = sha256;
    }

    private void check(X509Certificate[] chain) throws OtherCertificateException {
      String seen = AdminTls.sha256(chain[0]);
      if (!seen.equals(sha256)) {
        throw new OtherCertificateException(
            "its certificate has the SHA-256 fingerprint " + seen + ", expected " + sha256);
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("no client is trusted");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
