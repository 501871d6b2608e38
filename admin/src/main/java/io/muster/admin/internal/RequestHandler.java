package io.muster.admin.internal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.jr.ob.JSON;
import io.muster.admin.AdminRequest;
import io.muster.admin.AdminResponse;
import io.muster.admin.Problem;
import io.muster.admin.Resource;
import io.muster.store.internal.text.PrintableText;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.http.pathmap.PathMappings;
import org.eclipse.jetty.http.pathmap.UriTemplatePathSpec;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.URIUtil;

/** Finds the resource of a request, checks the access, and sends the answer. */
final class RequestHandler extends Handler.Abstract {
  /** The longest body in bytes. Bodies name a job and a few limits. */
  private static final int MAX_BODY = 64 * 1024;

  private static final System.Logger LOG = System.getLogger(RequestHandler.class.getName());

  private final AccessRules access;
  private final RequestDeadline deadline;
  private final PathMappings<Resource> resources = new PathMappings<>();

  RequestHandler(AccessRules access, RequestDeadline deadline, List<Resource> resources) {
    this.access = access;
    this.deadline = deadline;
    resources.forEach(r -> this.resources.put(new UriTemplatePathSpec(r.path()), r));
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Connection connection = request.getConnectionMetaData().getConnection();
    Request.addCompletionListener(request, unusedFailure -> deadline.await(connection));
    AdminResponse answer;
    try {
      answer = answer(request, connection);
    } catch (Problem e) {
      answer = e.response();
    } catch (Throwable e) {
      answer = problem(request, e).response();
    }
    send(answer, response, callback);
    return true;
  }

  private static Problem problem(Request request, Throwable e) {
    if (e instanceof HttpException invalid) {
      // Jetty checks some parts of a request when they are read, such as escapes in the query.
      return RefusalHandler.problem(invalid.getCode(), invalid.getReason());
    }
    LOG.log(
        Level.ERROR,
        PrintableText.of(
            request.getMethod()
                + " "
                + Request.getPathInContext(request)
                + " of the control endpoint, requested from "
                + Request.getRemoteAddr(request)
                + ", failed"),
        e);
    return Problem.internalError("the request failed: " + e);
  }

  static void send(AdminResponse answer, Response response, Callback callback) {
    response.setStatus(answer.status());
    answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
    // The body is the state of this moment, and never for a page of another site.
    response.getHeaders().put("Cache-Control", "no-store");
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
  }

  private AdminResponse answer(Request request, Connection connection) {
    String method = request.getMethod();
    boolean isRead = method.equals("GET") || method.equals("HEAD");
    String path = Request.getPathInContext(request);
    access.check(request, path, isRead);
    MatchedResource<Resource> found = resources.getMatched(path);
    if (found == null) {
      throw Problem.notFound("there is no resource at " + path + "; GET / lists the resources");
    }
    Resource resource = found.getResource();
    Function<AdminRequest, AdminResponse> function =
        resource.methods().get(method.equals("HEAD") ? "GET" : method);
    if (function == null) {
      String allowed = String.join(", ", resource.methods().keySet());
      throw Problem.methodNotAllowed(
          resource.path() + " answers " + allowed + " but not " + method, allowed);
    }
    AdminRequest parsed =
        new AdminRequest(
            parameters((UriTemplatePathSpec) found.getPathSpec(), path),
            query(request),
            isRead ? Map.of() : body(request));
    deadline.arrived(connection);
    return function.apply(parsed);
  }

  private static Map<String, String> parameters(UriTemplatePathSpec template, String path) {
    Map<String, String> parameters = new LinkedHashMap<>();
    template
        .getPathParams(path)
        .forEach((name, value) -> parameters.put(name, URIUtil.decodePath(value)));
    return parameters;
  }

  private static Map<String, String> query(Request request) {
    Map<String, String> query = new LinkedHashMap<>();
    for (Fields.Field field : Request.extractQueryParameters(request, StandardCharsets.UTF_8)) {
      query.put(field.getName(), field.getValue());
    }
    return query;
  }

  private static Map<String, Object> body(Request request) {
    byte[] bytes;
    try (InputStream in = Content.Source.asInputStream(request)) {
      bytes = in.readNBytes(MAX_BODY + 1);
    } catch (IOException e) {
      throw Problem.badRequest("the body was not received: " + e);
    }
    if (bytes.length > MAX_BODY) {
      throw Problem.contentTooLarge("the body is longer than " + MAX_BODY + " bytes");
    }
    if (bytes.length == 0) {
      return Map.of();
    }
    try (JsonParser parser = JSON.std.createParser(bytes)) {
      Map<String, Object> members = JSON.std.mapFrom(parser);
      if (members == null) {
        throw Problem.badRequest("the body is not one JSON object: it is null");
      }
      if (parser.nextToken() != null) {
        throw Problem.badRequest("the body is not one JSON object: more follows its end");
      }
      return members;
    } catch (IOException e) {
      throw Problem.badRequest(
          "the body is not one JSON object: " + String.valueOf(e.getMessage()).split("\n", 2)[0]);
    }
  }
}
