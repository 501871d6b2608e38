package io.muster.interop;

import static io.muster.fixtures.contract.WaitContract.timeoutOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.ChildProcess;
import io.muster.store.Store;
import io.muster.store.StoreInterruptedException;
import io.muster.store.TcpStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Muster's client of a store that the installed torch hosts, a new one for each test. */
@ExtendWith(PythonPyTorch.class)
class TcpStoreOnPythonIT extends LibuvServerContract {
  private static @Nullable ChildProcess python;

  private static synchronized ChildProcess python() {
    ChildProcess running = python;
    if (running == null) {
      running = PythonPyTorch.start("peer.py");
      assertThat(running.answer()).isEqualTo("ready");
      python = running;
    }
    return running;
  }

  private final int port = Integer.parseInt(python().ask("host()"));

  @Override
  protected Store create() {
    return TcpStore.connect("127.0.0.1", port);
  }

  @AfterEach
  void dropStore() {
    assertThat(python().ask("drop()")).isEqualTo("None");
  }

  @AfterAll
  static void endPython() {
    python().close();
  }

  @Test
  void values_ofBothLanguages_areReadByTheOther() {
    store().set("java", "1");
    python().ask("store.set('python', '2')");

    assertThat(python().ask("store.get('java')")).isEqualTo("b'1'");
    assertThat(store().getString("python")).isEqualTo("2");
    assertThat(python().ask("sorted(store.list_keys())")).isEqualTo("['java', 'python']");
    store().queuePush("q", "item");
    assertThat(python().ask("store.queue_pop('q')")).isEqualTo("b'item'");
  }

  @Test
  void wait_ofPython_isEndedByJava() {
    Store store = store();
    python().tell("store.get('late')");
    assertThat(python().isSilent()).isTrue();

    store.set("late", "v");

    assertThat(python().answer()).isEqualTo("b'v'");
  }

  @Test
  void barrier_ofJavaAndPython_isMetByBoth() {
    Store store = store();
    python().tell("store.barrier('python first', 2)");
    assertThat(python().isSilent()).isTrue();
    store.barrier("python first", 2);
    assertThat(python().answer()).isEqualTo("None");

    var waiting = Background.run(() -> store.barrier("java first", 2)).awaitBlocked();
    assertThat(python().ask("store.barrier('java first', 2)")).isEqualTo("None");
    waiting.result();
  }

  /** PyTorch's server goes on counting who has left, so the next one passes alone. */
  @Override
  @Test
  public void barrier_callerWhoTimedOut_countsNoMore() {
    timeoutOf(() -> store().barrier("b", 2, Duration.ofMillis(20)));

    store().barrier("b", 2, Duration.ZERO);
  }

  /** Whether that caller was counted depends on how far the request had come; the store goes on. */
  @Override
  @Test
  public void barrier_callerWhoWasInterrupted_countsNoMore() {
    var interrupted = Background.run(() -> store().barrier("b", 2)).awaitBlocked();
    interrupted.interrupt();
    assertThat(interrupted.failure()).isInstanceOf(StoreInterruptedException.class);

    store().barrier("another", 1);
    assertThat(store().add("n", 1)).isEqualTo(1);
  }
}
