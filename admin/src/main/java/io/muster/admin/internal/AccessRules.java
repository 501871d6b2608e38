package io.muster.admin.internal;

import io.muster.admin.Problem;
import io.muster.store.internal.text.PrintableText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Which requests the control endpoint answers. */
final class AccessRules {
  /** Paths that probes may read without a token, from every host. */
  private static final Set<String> PUBLIC = Set.of("/healthz", "/readyz");

  /** An IPv4 address, an IPv6 address in brackets, or localhost; then perhaps a port. */
  private static final Pattern ADDRESS =
      Pattern.compile("(localhost|[0-9]+(\\.[0-9]+){3}|\\[[0-9A-Fa-f:.]+])(:[0-9]+)?");

  private static final String SCHEME = "Bearer ";

  private final byte[] token;
  private final boolean isTls;

  /**
   * Rules.
   *
   * @param isTls whether the endpoint speaks TLS
   */
  AccessRules(String token, boolean isTls) {
    this.token = token.getBytes(StandardCharsets.US_ASCII);
    this.isTls = isTls;
  }

  /**
   * Checks a request.
   *
   * @throws Problem if it must not be answered
   */
  void check(Request request, String path, boolean isRead) {
    requireTls(request);
    HttpFields headers = request.getHeaders();
    String host = headers.get(HttpHeader.HOST);
    requireSameOrigin(headers.get(HttpHeader.ORIGIN), host);
    if (isRead && PUBLIC.contains(path)) {
      return;
    }
    String authorization = headers.get(HttpHeader.AUTHORIZATION);
    if (authorization != null) {
      requireToken(authorization);
      return;
    }
    if (!isRead) {
      throw Problem.unauthorized("a write needs the header Authorization: Bearer TOKEN");
    }
    if (!isOfThisHost(request)) {
      throw Problem.unauthorized(
          "a request from another host needs the header Authorization: Bearer TOKEN");
    }
    // A page of another site could give its name the address of this endpoint.
    if (host == null || !ADDRESS.matcher(host).matches()) {
      throw Problem.forbidden(
          "the Host header must be an IP address or localhost, unless a token is sent, but "
              + (host == null ? "is missing" : "was '" + PrintableText.of(host) + "'"));
    }
  }

  /** The scheme in a request line is the client's word, so the connection is asked. */
  private void requireTls(Request request) {
    if (isTls && !request.getConnectionMetaData().isSecure()) {
      throw Problem.badRequest(
          "the control endpoint speaks TLS, and the request came in plain text; use https://");
    }
  }

  private void requireSameOrigin(@Nullable String origin, @Nullable String host) {
    String scheme = isTls ? "https://" : "http://";
    if (origin != null && !origin.equalsIgnoreCase(scheme + host)) {
      throw Problem.forbidden(
          "the Origin header must be "
              + (host == null ? "of the host" : "'" + scheme + PrintableText.of(host) + "'")
              + ", as the Host header is, but was '"
              + PrintableText.of(origin)
              + "'");
    }
  }

  private void requireToken(String authorization) {
    boolean isBearer = authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    byte[] sent =
        isBearer
            ? authorization.substring(SCHEME.length()).trim().getBytes(StandardCharsets.UTF_8)
            : new byte[0];
    if (!MessageDigest.isEqual(token, sent)) {
      throw Problem.unauthorized("the token in the Authorization header is not this server's");
    }
  }

  private static boolean isOfThisHost(Request request) {
    if (!(request.getConnectionMetaData().getRemoteSocketAddress()
            instanceof InetSocketAddress remote)
        || !(request.getConnectionMetaData().getLocalSocketAddress()
            instanceof InetSocketAddress local)) {
      return false;
    }
    InetAddress from = remote.getAddress();
    return from.isLoopbackAddress() || from.equals(local.getAddress());
  }
}
