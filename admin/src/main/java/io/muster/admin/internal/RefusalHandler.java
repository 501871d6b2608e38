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
  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int status,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    String title = HttpStatus.getMessage(status);
    String detail = message == null ? title : PrintableText.of(message);
    RequestHandler.send(Problem.of(status, title, detail).response(), response, callback);
  }
}
