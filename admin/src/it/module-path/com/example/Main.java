package com.example;

import io.muster.admin.AdminOptions;
import io.muster.admin.AdminResponse;
import io.muster.admin.AdminServer;
import io.muster.admin.Resource;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/** Serves a resource and reads it. */
final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    AdminOptions options =
        AdminOptions.builder()
            .resource(
                Resource.at("/v1/answer").get(request -> AdminResponse.json(Map.of("answer", 42))))
            .build();
    try (AdminServer server = AdminServer.start(options)) {
      get(server.url() + "/healthz");
      get(server.url() + "/v1/answer");
    }
  }

  private static void get(String url) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(url)).build(),
                HttpResponse.BodyHandlers.ofString());
    System.out.println("= " + response.statusCode() + " " + response.body().strip());
  }
}
