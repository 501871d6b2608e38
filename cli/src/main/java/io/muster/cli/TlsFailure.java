package io.muster.cli;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why no TLS connection to a server was established, in words for users. */
final class TlsFailure {
  /** How the JDK reports a first message that is not of TLS. */
  private static final String NOT_TLS = "recognized SSL message";

  private TlsFailure() {}

  /**
   * Explains an exception.
   *
   * @param host the host that the certificate had to be for
   * @return empty if the exception is not about TLS
   */
  static Optional<String> explain(@Nullable Throwable failure, String host) {
    Optional<String> explanation = Optional.empty();
    // The innermost of the exceptions says most.
    for (Throwable e = failure; e != null; e = e.getCause()) {
      Optional<String> reason = reason(e, host);
      explanation = reason.isPresent() ? reason : explanation;
    }
    return explanation;
  }

  private static Optional<String> reason(Throwable e, String host) {
    if (e instanceof ServerTrust.OtherCertificateException) {
      return Optional.of(e.getMessage() + ", as the record of the server says");
    }
    if (e instanceof CertificateExpiredException) {
      return Optional.of("its certificate has expired (" + e.getMessage() + ")");
    }
    if (e instanceof CertificateNotYetValidException) {
      return Optional.of("its certificate is not valid yet (" + e.getMessage() + ")");
    }
    if (e instanceof CertPathBuilderException) {
      return Optional.of(
          "its certificate is of an authority that is not trusted; give that authority's with"
              + " --admin-ca FILE");
    }
    String message = String.valueOf(e.getMessage());
    if (e instanceof CertificateException && message.startsWith("No ")) {
      return Optional.of("its certificate is not for the host " + host + " (" + message + ")");
    }
    if (e instanceof SSLException) {
      return Optional.of(
          message.contains(NOT_TLS)
              ? "it does not speak TLS; if it is a control endpoint without TLS, use http://"
              : "TLS failed, seen: " + message);
    }
    return Optional.empty();
  }
}
