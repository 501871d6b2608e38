package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.Eventually;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.Watcher;
import io.muster.store.server.StoreServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code muster kv watch}. */
class KvWatchTest {
  private final StoreServer server = StoreServer.start();
  private final Store store = TcpStore.connect("127.0.0.1", server.port());

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  private Cli.Result kv(String... args) {
    List<String> all = new ArrayList<>(List.of("kv", "--endpoint", "127.0.0.1:" + server.port()));
    all.addAll(List.of(args));
    return Cli.run(all.toArray(String[]::new));
  }

  /** Runs {@code kv watch} while {@code changes} are made once it watches. */
  private Cli.Result watch(Runnable changes, String... args) {
    long before = waits();
    var watching = Background.call(() -> kv(args));
    Eventually.assertThat(this::waits).isEqualTo(before + 1);
    changes.run();
    return watching.result();
  }

  private long waits() {
    return server.statistics().requests().getOrDefault("WAIT_CHANGE", 0L);
  }

  private void change() {
    store.set("a", "1\u001b[2J");
    assertThat(store.deleteKey("a")).isTrue();
    store.set("b", "no");
    assertThat(store.numKeys()).isEqualTo(1);
    server.jobs().get(0).clear();
  }

  @Test
  void changes_areALineEach_andNothingReachesATerminalRaw() {
    Cli.Result result = watch(this::change, "watch", "--count", "3", "a");

    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("set\ta\t1\\u001b[2J\ndeleted\ta\ncleared\n");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void json_isAnObjectPerLine_withTheRevision() {
    Cli.Result result = watch(this::change, "watch", "--json", "--count", "4");

    assertThat(result.out())
        .isEqualTo(
            """
            {"key":"a","value_base64":"MRtbMko=","kind":"set","revision":1}
            {"key":"a","kind":"deleted","revision":2}
            {"key":"b","value_base64":"bm8=","kind":"set","revision":3}
            {"kind":"cleared","revision":4}
            """);
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void prefixOption_isPrepended_andRemoved() {
    Cli.Result result =
        watch(
            () -> store.multiSet(List.of("x", "p/x"), List.of(new byte[0], new byte[0])),
            "--prefix",
            "p",
            "watch",
            "--count",
            "1");

    assertThat(result.out()).isEqualTo("set\tx\t\n");
  }

  @Test
  void after_continuesWhereAnotherHasStopped() {
    try (Watcher other = store.watch("")) {
      change();
      assertThat(other.revision()).isZero();

      assertThat(kv("watch", "--after", "1", "--count", "1", "a").out()).isEqualTo("deleted\ta\n");
    }
  }

  @Test
  void missedChanges_areSaid_andDoNotCount() {
    store.set("a", "1");
    store.set("a", "2");
    assertThat(store.numKeys()).isEqualTo(1);

    Cli.Result text =
        watch(() -> store.set("a", "3"), "watch", "--after", "1", "--count", "1", "a");
    assertThat(text.out()).isEqualTo("set\ta\t3\n");
    assertThat(text.err())
        .startsWith("muster kv watch: warning: the watcher of 'a' on TcpStore(")
        .contains("missed changes");

    Cli.Result json =
        watch(() -> store.set("a", "4"), "watch", "--json", "--after", "0", "--count", "1", "a");
    assertThat(json.out())
        .isEqualTo(
            """
            {"kind":"missed","revision":3}
            {"key":"a","value_base64":"NA==","kind":"set","revision":4}
            """);
  }

  @Test
  void arguments_areChecked() {
    assertThat(kv("watch", "--count", "0").exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(kv("watch", "--after", "-1").exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(kv("watch", "a", "b").exitCode()).isEqualTo(ExitCode.MISUSE);
    Cli.Result result = kv("watch", "k".repeat(512));
    assertThat(result.exitCode()).isEqualTo(ExitCode.MISUSE);
    assertThat(result.err()).contains("at most 512");
  }
}
