package io.muster.admin.internal;

import io.muster.admin.AdminTls;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Connections that begin with TLS. One that begins otherwise is taken for HTTP in plain text, so
 * that {@link AccessRules} can refuse its requests in words that its client understands.
 */
final class TlsConnections {
  private TlsConnections() {}

  static ConnectionFactory[] of(AdminTls tls, HttpConnectionFactory http) {
    SslContextFactory.Server context = new SslContextFactory.Server();
    context.setSslContext(tls.context());
    // A renegotiation costs the server more than its client.
    context.setRenegotiationAllowed(false);
    SslConnectionFactory ssl = new SslConnectionFactory(context, HttpVersion.HTTP_1_1.asString());
    // It would check the Host header against the certificate, and have Jetty refuse others.
    ssl.setEnsureSecureRequestCustomizer(false);
    return new ConnectionFactory[] {new DetectorConnectionFactory(ssl), http};
  }
}
