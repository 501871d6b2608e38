package io.muster.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import io.muster.fixtures.Background;
import io.muster.store.MusterException;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreJob;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The jobs of a real server, as a client of the endpoint sees them. */
class JobResourcesTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final AtomicInteger changes = new AtomicInteger();

  private final StoreServer server = StoreServer.start();
  private AdminServer admin;

  @BeforeEach
  void start() throws IOException {
    admin = start(server);
  }

  private AdminServer start(StoreServer store) throws IOException {
    return AdminServer.start(
        AdminOptions.builder().resources(JobResources.of(store, changes::incrementAndGet)).build());
  }

  @AfterEach
  void stop() {
    admin.close();
    server.close();
  }

  @Test
  void jobs_areListedInTheOrderOfTheirCreation() throws IOException, InterruptedException {
    assertThat(post("/v1/jobs", "{\"name\": \"b\"}").status).isEqualTo(201);
    assertThat(post("/v1/jobs", "{\"name\": \"a\", \"world_size\": 2}").status).isEqualTo(201);

    Answer answer = get("/v1/jobs");

    assertThat(answer.status).isEqualTo(200);
    assertThat((List<?>) answer.member("jobs"))
        .extracting(
            job -> ((Map<?, ?>) job).get("name"), job -> ((Map<?, ?>) job).get("world_size"))
        .containsExactly(Tuple.tuple("default", null), Tuple.tuple("b", null), Tuple.tuple("a", 2));
    assertThat(changes).hasValue(2);
  }

  @Test
  void job_showsItsCountsAsTheyAre() throws IOException, InterruptedException {
    try (Store store = TcpStore.connect("127.0.0.1", server.port())) {
      store.set("k", "value");
      store.set("l", "value");
      assertThat(get("/v1/jobs").status).isEqualTo(200);
      assertThat(store.deleteKey("l")).isTrue();

      Answer answer = get("/v1/jobs/default");

      assertThat(answer.status).isEqualTo(200);
      assertThat(answer.json)
          .containsEntry("port", server.port())
          .containsEntry("keys", 1)
          .containsEntry("connections", 1)
          .containsEntry("waits", 0);
      assertThat((List<?>) answer.member("addresses"))
          .first()
          .isEqualTo("127.0.0.1:" + server.port());
      assertThat(answer.member("requests"))
          .asInstanceOf(InstanceOfAssertFactories.MAP)
          .containsEntry("SET", 2);
    }
  }

  @Test
  void createdJob_servesAStoreOfItsOwn_untilItIsRemoved() throws IOException, InterruptedException {
    Answer created = post("/v1/jobs", "{\"name\": \"train-17\", \"port\": 0}");

    assertThat(created.status).isEqualTo(201);
    assertThat(created.location).isEqualTo("/v1/jobs/train-17");
    int port = (Integer) created.member("port");
    try (Store store = TcpStore.connect("127.0.0.1", port)) {
      store.set("k", "v");
      // A set has no reply; the reply to the check comes after it.
      assertThat(store.check("k")).isTrue();
      assertThat(get("/v1/jobs/train-17").json).containsEntry("keys", 1);

      assertThat(delete("/v1/jobs/train-17").status).isEqualTo(204);

      assertThatThrownBy(() -> store.get("k")).isInstanceOf(MusterException.class);
      assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
          .isInstanceOf(IOException.class);
    }
    assertThat(get("/v1/jobs/train-17").status).isEqualTo(404);
    assertThat(changes).hasValue(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                  | the member 'name' must be a string but is missing",
        "{\"name\": null}                    | the member 'name' must be a string but is missing",
        "{\"name\": 5}                       | the member 'name' must be a string but was 5",
        "{\"name\": \"\"}                    | a job's name must be",
        "{\"name\": \"a/b\"}                 | a job's name must be",
        "{\"name\": \"a\\u202e\"}            | a job's name must be",
        "{\"name\": \"a\", \"port\": \"1\"}  | the member 'port' must be an integer but was 1",
        "{\"name\": \"a\", \"port\": 1.5}    | the member 'port' must be an integer but was 1.5",
        "{\"name\": \"a\", \"port\": 70000}  | port must be 0 to 65535 but was 70000",
        "{\"name\": \"a\", \"port\": 3000000000} | the member 'port' must be an integer of 32 bits but"
            + " was 3000000000",
        "{\"name\": \"a\", \"world_size\": 0} | worldSize must be at least 1 but was 0",
        "{\"name\": \"a\", \"world-size\": 2} | unknown member 'world-size'; expected one of name,"
            + " port, world_size",
        "[]                                  | the body is not one JSON object"
      })
  void createFromAnInvalidBody_is400_andChangesNothing(String body, String detail)
      throws IOException, InterruptedException {
    Answer answer = post("/v1/jobs", body);

    assertThat(answer.status).as(answer.body).isEqualTo(400);
    assertThat(String.valueOf(answer.member("detail"))).startsWith(detail);
    assertThat(server.jobs()).hasSize(1);
    assertThat(changes).hasValue(0);
  }

  @Test
  void createWithATakenNameOrPort_is409() throws IOException, InterruptedException {
    Answer name = post("/v1/jobs", "{\"name\": \"default\"}");
    Answer port = post("/v1/jobs", "{\"name\": \"a\", \"port\": " + server.port() + "}");

    assertThat(name.status).isEqualTo(409);
    assertThat(name.member("detail"))
        .isEqualTo("the job was not created: the server has a job 'default' already");
    assertThat(port.status).isEqualTo(409);
    assertThat(String.valueOf(port.member("detail"))).contains("address already in use");
    assertThat(changes).hasValue(0);
  }

  @Test
  void clear_deletesTheKeys_andClientsStay() throws IOException, InterruptedException {
    try (Store store = TcpStore.connect("127.0.0.1", server.port())) {
      store.set("k", "v");
      assertThat(store.check("k")).isTrue();
      assertThat(get("/v1/jobs/default/keys").body).contains("\"k\"");
      assertThat(get("/v1/jobs").body).contains("\"keys\":1,");

      assertThat(post("/v1/jobs/default/clear", "").status).isEqualTo(204);

      assertThat(get("/v1/jobs").body).contains("\"keys\":0,");
      assertThat(get("/v1/jobs/default/keys").body).isEqualTo("{\"keys\":[],\"next\":null}");
      assertThat(store.check("k")).isFalse();
    }
  }

  @Test
  void clear_withDisconnect_endsTheWaitsOfClients() throws IOException, InterruptedException {
    try (Store store = TcpStore.connect("127.0.0.1", server.port())) {
      Background<Boolean> waiting = Background.run(() -> store.await("never")).awaitBlocked();

      assertThat(post("/v1/jobs/default/clear", "{\"disconnect\": true}").status).isEqualTo(204);

      assertThat(waiting.failure()).isInstanceOf(MusterException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"disconnect\": 1}", "{\"disconect\": true}", "[true]"})
  void clear_withAnInvalidBody_is400(String body) throws IOException, InterruptedException {
    try (Store store = TcpStore.connect("127.0.0.1", server.port())) {
      store.set("k", "v");

      assertThat(post("/v1/jobs/default/clear", body).status).isEqualTo(400);

      assertThat(store.check("k")).isTrue();
    }
  }

  @Test
  void keys_areSortedPages_whoseLinksLeadToAll() throws IOException, InterruptedException {
    try (Store store = TcpStore.connect("127.0.0.1", server.port())) {
      for (int i = 9; i >= 0; i--) {
        store.set("a/" + i, "v");
      }
      store.set("b", "v");
      store.set("\udcff", "v");
      store.set("\u202e", "v");
      assertThat(store.numKeys()).isEqualTo(13);
    }
    List<Object> keys = new ArrayList<>();

    int pages = 0;
    for (@Nullable Object next = "/v1/jobs/default/keys?limit=4"; next != null; pages++) {
      Answer page = get(next.toString());
      assertThat(page.status).as(page.body).isEqualTo(200);
      assertThat(page.body.chars()).allMatch(c -> c < 0x80);
      keys.addAll((List<?>) page.member("keys"));
      next = page.json.get("next");
    }

    assertThat(pages).isEqualTo(4);
    assertThat(keys).hasSize(13).startsWith(Map.of("key", "a/0"), Map.of("key", "a/1"));
    assertThat(keys)
        .endsWith(Map.of("key", "b"), Map.of("key", "\u202e"), Map.of("key_base64", "/w=="));
  }

  @Test
  void keysWithAPrefix_areThoseOnly() throws IOException, InterruptedException {
    try (Store store = TcpStore.connect("127.0.0.1", server.port())) {
      for (String key : List.of("a", "a/1", "a/2", "a/3", "b/1")) {
        store.set(key, "v");
      }
      assertThat(store.numKeys()).isEqualTo(5);
    }

    Answer first = get("/v1/jobs/default/keys?prefix=a/&limit=2");
    Answer second = get(String.valueOf(first.member("next")));

    assertThat((List<?>) first.member("keys")).hasToString("[{key=a/1}, {key=a/2}]");
    assertThat(second.body).isEqualTo("{\"keys\":[{\"key\":\"a/3\"}],\"next\":null}");
  }

  @Test
  void longKeys_areSeveralPages() throws IOException, InterruptedException {
    try (Store store = TcpStore.connect("127.0.0.1", server.port())) {
      for (int i = 100; i < 230; i++) {
        store.set(i + "x".repeat(8100), "v");
      }
      assertThat(store.numKeys()).isEqualTo(130);
    }

    Answer first = get("/v1/jobs/default/keys?limit=1000");
    Answer second = get(String.valueOf(first.member("next")));

    assertThat((List<?>) first.member("keys")).hasSize(129);
    assertThat((List<?>) second.member("keys")).hasSize(1);
    assertThat(second.json.get("next")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"limit=0", "limit=1001", "limit=", "limit=x", "limit=-1", "after=*", "x=1"})
  void keys_withAnInvalidQuery_is400(String query) throws IOException, InterruptedException {
    assertThat(get("/v1/jobs/default/keys?" + query).status).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/jobs?x=1", "/v1/jobs/default?x=1"})
  void unknownQueryParameter_is400(String path) throws IOException, InterruptedException {
    assertThat(get(path).member("detail")).isEqualTo("unknown query parameter 'x'; expected none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "DEFAULT", "%20", "a%E2%80%AE"})
  void unknownJob_is404(String job) throws IOException, InterruptedException {
    for (Answer answer :
        List.of(
            get("/v1/jobs/" + job),
            get("/v1/jobs/" + job + "/keys"),
            post("/v1/jobs/" + job + "/clear", ""),
            delete("/v1/jobs/" + job))) {
      assertThat(answer.status).as(answer.body).isEqualTo(404);
      assertThat(answer.json).containsEntry("status", answer.status);
      assertThat(answer.body.chars()).allMatch(c -> c < 0x80);
    }
    assertThat(server.jobs()).hasSize(1);
  }

  @Test
  void writes_needTheToken() throws IOException, InterruptedException {
    for (String path : List.of("/v1/jobs", "/v1/jobs/default/clear")) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(admin.url() + path))
              .POST(BodyPublishers.ofString("{\"name\": \"a\"}"))
              .build();
      assertThat(HTTP.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(401);
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(admin.url() + "/v1/jobs/default")).DELETE().build();
    assertThat(HTTP.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(401);
    assertThat(server.jobs()).extracting(StoreJob::name).containsExactly("default");
  }

  @Test
  void threadedServer_hasOneJob() throws IOException, InterruptedException {
    StoreServerOptions options =
        StoreServerOptions.builder().backend(ServerBackend.THREADED).build();
    admin.close();
    try (StoreServer threaded = StoreServer.start(options)) {
      admin = start(threaded);

      for (Answer answer :
          List.of(
              post("/v1/jobs", "{\"name\": \"a\"}"),
              delete("/v1/jobs/default"),
              post("/v1/jobs/default/clear", "{\"disconnect\": true}"))) {
        assertThat(answer.status).isEqualTo(409);
        assertThat(answer.body).contains("the threaded backend");
      }
      assertThat(post("/v1/jobs/default/clear", "").status).isEqualTo(204);
      assertThat(get("/v1/jobs").status).isEqualTo(200);
    }
  }

  @Test
  void closedServer_is503() throws IOException, InterruptedException {
    server.close();

    assertThat(get("/v1/jobs/default").status).isEqualTo(503);
    assertThat(post("/v1/jobs", "{\"name\": \"a\"}").status).isEqualTo(503);
  }

  private Answer get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  private Answer delete(String path) throws IOException, InterruptedException {
    return send(request(path).DELETE());
  }

  private Answer post(String path, String body) throws IOException, InterruptedException {
    return send(request(path).POST(BodyPublishers.ofString(body)));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(admin.url() + path))
        .timeout(Duration.ofMinutes(1))
        .header("Authorization", "Bearer " + admin.token());
  }

  private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
    boolean isJson =
        response.headers().firstValue("Content-Type").filter(t -> t.contains("json")).isPresent();
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("Location").orElse(""),
        response.body(),
        isJson ? JSON.std.mapFrom(response.body()) : Map.of());
  }

  private record Answer(
      int status, String location, String body, Map<String, @Nullable Object> json) {
    Object member(String name) {
      return Objects.requireNonNull(json.get(name), body);
    }
  }
}
