package io.muster.cli;

import io.muster.admin.AdminOptions;
import io.muster.admin.AdminTls;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code muster serve} for its control endpoint. */
final class ControlEndpointOptions {
  private static final String ADMIN = "--admin";
  private static final String NO_ADMIN = "--no-admin";
  private static final String TOKEN_FILE = "--admin-token-file";
  private static final String TLS_CERT = "--admin-tls-cert";
  private static final String TLS_KEY = "--admin-tls-key";

  @Option(
      names = ADMIN,
      paramLabel = "[ADDR:]PORT",
      converter = AdminAddress.class,
      description = {
        "Listen here for the control endpoint, over which 'muster job' manages the jobs; '*' means"
            + " all interfaces. Other hosts need its token.",
        "Default: a free port of 127.0.0.1, which the output names."
      })
  private @Nullable InetSocketAddress admin;

  @Option(names = NO_ADMIN, description = "Run without the control endpoint.")
  private boolean noAdmin;

  @Option(
      names = TOKEN_FILE,
      paramLabel = "FILE",
      description = {
        "Take the token of the control endpoint from this file. It has at least 16 characters.",
        "Default: a random token, which commands of this user on this host find."
      })
  private @Nullable Path tokenFile;

  @Option(
      names = TLS_CERT,
      paramLabel = "FILE",
      description = {
        "Secure the control endpoint with TLS. The PEM file has its certificate, followed by those"
            + " of the authorities that issued it. Needs "
            + TLS_KEY
            + ".",
        "Default: no TLS."
      })
  private @Nullable Path tlsCert;

  @Option(
      names = TLS_KEY,
      paramLabel = "FILE",
      description =
          "The PEM file with the private key of the certificate: RSA or EC, in PKCS #8, not"
              + " encrypted.")
  private @Nullable Path tlsKey;

  /** Ignores the variable of an option that one on the command line excludes. */
  void preferTyped(Predicate<String> isTyped) {
    boolean adminTyped =
        isTyped.test(ADMIN)
            || isTyped.test(TOKEN_FILE)
            || isTyped.test(TLS_CERT)
            || isTyped.test(TLS_KEY);
    if (isTyped.test(NO_ADMIN) && !adminTyped) {
      admin = null;
      tokenFile = null;
      tlsCert = null;
      tlsKey = null;
    }
    if (adminTyped && !isTyped.test(NO_ADMIN)) {
      noAdmin = false;
    }
  }

  /**
   * Returns the options of the endpoint; empty if there is to be none. Blocks while it reads files.
   *
   * @throws IllegalArgumentException if options exclude each other, or a file cannot be used
   */
  Optional<AdminOptions.Builder> builder() {
    if (noAdmin) {
      if (given() != null) {
        throw new IllegalArgumentException(NO_ADMIN + " excludes " + given());
      }
      return Optional.empty();
    }
    AdminOptions.Builder options =
        AdminOptions.builder().address(admin == null ? AdminAddress.DEFAULT : admin);
    if (tokenFile != null) {
      options.token(TokenFile.read(TOKEN_FILE, tokenFile));
    }
    if (tlsCert != null && tlsKey != null) {
      setTls(options, tlsCert, tlsKey);
    } else if (tlsCert != null) {
      throw new IllegalArgumentException(
          TLS_CERT + " needs " + TLS_KEY + ", the file with the key of the certificate");
    } else if (tlsKey != null) {
      throw new IllegalArgumentException(
          TLS_KEY + " needs " + TLS_CERT + ", the file with the certificate of the key");
    }
    return Optional.of(options);
  }

  /** Returns an option that was given and needs the endpoint; null if there is none. */
  private @Nullable String given() {
    return admin != null
        ? ADMIN
        : tokenFile != null
            ? TOKEN_FILE
            : tlsCert != null ? TLS_CERT : tlsKey != null ? TLS_KEY : null;
  }

  /** No signature here names {@link AdminTls}: picocli would load it for every server. */
  private static void setTls(AdminOptions.Builder options, Path certificate, Path key) {
    try {
      options.tls(AdminTls.of(certificate, key));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(TLS_CERT + " with " + TLS_KEY + ": " + e.getMessage(), e);
    }
  }
}
