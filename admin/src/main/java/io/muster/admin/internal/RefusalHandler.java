package io.muster.admin.internal;

import io.muster.admin.Problem;
import io.muster.store.internal.text.PrintableText;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Answers requests that Jetty itself refuses, such as one with an ambiguous path. */
final class RefusalHandler extends ErrorHandler {
  /** Answers whatever the method is, which need not be one of HTTP. */
  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int status,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    RequestHandler.send(problem(status, message).response(), response, callback);
  }

  /** The problem for an error that Jetty found. */
  static Problem problem(int status, @Nullable String message) {
    String title = HttpStatus.getMessage(status);
    return Problem.of(status, title, message == null ? title : PrintableText.of(message));
  }
}
