package io.muster.launcher.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A watcher that is killed at the worst moments. */
@EnabledOnOs(OS.LINUX)
class GroupWatcherTest {
  private static final int SIGTERM = 15;
  private static final int SIGNALED = 128;

  private final GroupWatcher watcher = GroupWatcher.start(null);

  GroupWatcherTest() throws IOException {}

  private WorkerProcess sleeper() throws IOException {
    return WorkerProcess.start(
        watcher,
        List.of("sleep", "600"),
        Map.of(),
        new WorkerProcess.Streams(false, Redirect.DISCARD, Redirect.DISCARD));
  }

  private static CompletableFuture<Integer> exitCode(WorkerProcess worker) {
    CompletableFuture<Integer> exit = new CompletableFuture<>();
    worker.onExit(exit::complete);
    return exit;
  }

  private static void kill(String signal, long pid) throws IOException, InterruptedException {
    int sent =
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).inheritIO().start().waitFor();
    assertThat(sent).isZero();
  }

  @Test
  void signalThatAKilledWatcherHasNotRead_isSentByTheNext()
      throws IOException, InterruptedException {
    WorkerProcess worker = sleeper();
    CompletableFuture<Integer> exit = exitCode(worker);
    long first = watcher.pid();
    kill("STOP", first);
    watcher.signal(worker.pid(), "TERM");

    kill("KILL", first);

    assertThat(exit).succeedsWithin(40, TimeUnit.SECONDS).isEqualTo(SIGNALED + SIGTERM);
    watcher.close();
  }

  @Test
  void close_killsGroupsThatAKilledWatcherKnew() throws IOException, InterruptedException {
    CompletableFuture<Integer> exit = exitCode(sleeper());
    kill("KILL", watcher.pid());

    watcher.close();

    assertThat(exit).succeedsWithin(40, TimeUnit.SECONDS).isEqualTo(SIGNALED + 9);
  }
}
