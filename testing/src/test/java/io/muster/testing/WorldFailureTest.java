package io.muster.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.muster.collectives.CollectiveException;
import io.muster.collectives.ProcessGroup;
import io.muster.store.Store;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** What JUnit reports of worlds in which something goes wrong. */
class WorldFailureTest {
  /** Much less than the worlds below have, so that nothing can have waited for their timeouts. */
  private static final Duration SOON = Duration.ofSeconds(15);

  private static final String WAITING =
      Worlds.class.getName() + ".waitForever(WorldFailureTest.java:";

  @World(size = 4, timeout = 600)
  static class Worlds {
    @Test
    void oneFails(ProcessGroup group) {
      if (group.rank() == 2) {
        Assertions.assertEquals("expected", "actual");
      }
      group.barrier();
    }

    private final CountDownLatch aboutToWait = new CountDownLatch(4);
    private final Map<Integer, Thread> threads = new ConcurrentHashMap<>();

    @Test
    void oneFailsWhileOthersWaitElsewhere(ProcessGroup group, Store store)
        throws InterruptedException {
      group.barrier();
      threads.put(group.rank(), Thread.currentThread());
      aboutToWait.countDown();
      switch (group.rank()) {
        case 0 -> store.await("never");
        case 1 -> new CountDownLatch(1).await();
        case 2 -> group.async().barrier().await();
        default -> {
          aboutToWait.await();
          for (int rank = 0; rank < 3; rank++) {
            Blocked.await(threads.get(rank));
          }
          throw new IllegalStateException("on purpose");
        }
      }
    }

    @Test
    void allFail(Rank rank) {
      throw new AssertionError("all");
    }

    @Test
    void assumptionFails(ProcessGroup group) {
      Assumptions.assumeTrue(group.rank() > 5, "a world like that");
    }

    @Test
    @World(size = 2, timeout = 1, init = false)
    void oneDoesNotCome(Rank rank) throws InterruptedException {
      if (rank.rank() == 1) {
        waitForever();
      }
    }

    private static void waitForever() throws InterruptedException {
      new CountDownLatch(1).await();
    }

    @Test
    @World(size = 3, timeout = 1000, unit = TimeUnit.MILLISECONDS, init = false)
    void allButOneDoNotCome(Rank rank) throws InterruptedException {
      if (rank.rank() != 1) {
        waitForever();
      }
    }

    @Test
    @Timeout(value = 300, unit = TimeUnit.MILLISECONDS, threadMode = ThreadMode.SAME_THREAD)
    void junitsTimeout(Rank rank) throws InterruptedException {
      waitForever();
    }

    @Test
    @World(size = 3, timeout = 1)
    void oneLeavesOthersAtABarrier(ProcessGroup group) {
      if (group.rank() != 1) {
        group.barrier();
      }
    }

    @Test
    @World(size = 2, timeout = 1, init = false)
    void oneFailsOnceTheTimeIsUp(Rank rank) throws InterruptedException {
      if (rank.rank() == 1) {
        try {
          waitForever();
        } finally {
          Assertions.assertEquals(1, 2);
        }
      }
    }

    @Test
    @World(size = 2, init = false)
    void oneIgnoresTheFirstInterrupt(Rank rank, Store store) throws InterruptedException {
      if (rank.rank() == 0) {
        store.set("waiting", "");
        try {
          waitForever();
        } catch (InterruptedException e) {
          waitForever();
        }
      }
      store.await("waiting");
      throw new IllegalStateException("on purpose");
    }

    @Test
    @World(size = 2, init = false)
    void groupWithoutInit(ProcessGroup group) {}

    @Test
    @World(size = 0)
    void nobody() {}

    @TestFactory
    Stream<DynamicTest> factory() {
      return Stream.of();
    }
  }

  static class BeforeEachWithAGroup {
    @BeforeEach
    void before(ProcessGroup group) {}

    @Test
    @World(size = 2)
    void test() {}
  }

  static class FailingBeforeEach {
    @BeforeEach
    void before() {
      throw new IllegalStateException("not ready");
    }

    @Test
    @World(size = 2)
    void test() {
      throw new IllegalStateException("run nevertheless");
    }
  }

  @Test
  void failure_ofOneRank_isReportedWithItsRankAndWhatWasExpected() {
    Throwable failure = failureOf("oneFails", ProcessGroup.class);

    assertThat(failure)
        .isInstanceOf(AssertionFailedError.class)
        .hasMessage("rank 2 of 4: expected: <expected> but was: <actual>");
    assertThat(((AssertionFailedError) failure).getExpected().getValue()).isEqualTo("expected");
    assertThat(((AssertionFailedError) failure).getActual().getValue()).isEqualTo("actual");
    assertThat(failure.getCause().getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("oneFails"));
  }

  @Test
  void failure_ofOneRank_endsTheOthersWhereverTheyWait() {
    long start = System.nanoTime();

    Throwable failure =
        failureOf("oneFailsWhileOthersWaitElsewhere", ProcessGroup.class, Store.class);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(failure)
        .hasMessage("rank 3 of 4: java.lang.IllegalStateException: on purpose")
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThat(failure.getSuppressed())
        .extracting(Throwable::getMessage)
        .hasSize(3)
        .anyMatch(message -> message.startsWith("rank 0 of 4: ") && message.contains("never"))
        .anyMatch(message -> message.startsWith("rank 1 of 4: java.lang.InterruptedException"))
        .anyMatch(message -> message.startsWith("rank 2 of 4: ") && message.contains("barrier"));
    assertThat(failure.getSuppressed())
        .extracting(Throwable::getCause)
        .anyMatch(CollectiveException.class::isInstance);
  }

  @Test
  void failures_ofAllRanks_areAllThere() {
    Throwable failure = failureOf("allFail", Rank.class);

    assertThat(Stream.concat(Stream.of(failure), Arrays.stream(failure.getSuppressed())))
        .extracting(Throwable::getMessage)
        .containsExactlyInAnyOrder(
            "rank 0 of 4: all", "rank 1 of 4: all", "rank 2 of 4: all", "rank 3 of 4: all");
  }

  @Test
  void assumption_thatDoesNotHold_abortsTheTest() {
    TestExecutionResult result = resultOf(Worlds.class, "assumptionFails", ProcessGroup.class);

    assertThat(result.getStatus()).isEqualTo(Status.ABORTED);
    assertThat(result.getThrowable().orElseThrow())
        .isInstanceOf(TestAbortedException.class)
        .hasMessageMatching("rank \\d of 4: Assumption failed: a world like that");
  }

  @Test
  void rank_thatIsNotDoneInTime_isNamedAndShown() {
    Throwable failure = failureOf("oneDoesNotCome", Rank.class);

    assertThat(failure)
        .hasMessageStartingWith("rank 1 of 2: not done after PT1S, at " + WAITING)
        .hasNoSuppressedExceptions();
    assertThat(failure.getCause().getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("waitForever"));
  }

  @Test
  void ranks_thatAreNotDoneInTime_areAllNamedAndShown() {
    Throwable failure = failureOf("allButOneDoNotCome", Rank.class);

    assertThat(failure)
        .hasMessageStartingWith("rank 0 of 3: not done after PT1S, at " + WAITING)
        .hasMessageEndingWith("; nor is rank 2");
    assertThat(failure.getSuppressed())
        .singleElement()
        .satisfies(
            other ->
                assertThat(other.getCause().getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("waitForever")));
  }

  @Test
  void ranks_whoseOthersLeaveThemWaiting_areNamedWithTheLineOfTheBody() {
    Throwable failure = failureOf("oneLeavesOthersAtABarrier", ProcessGroup.class);

    assertThat(failure)
        .hasMessageStartingWith(
            "rank 0 of 3: not done after PT1S, at "
                + Worlds.class.getName()
                + ".oneLeavesOthersAtABarrier(WorldFailureTest.java:")
        .hasMessageEndingWith("; nor is rank 2");
    assertThat(failure.getCause().getSuppressed())
        .singleElement()
        .satisfies(end -> assertThat(end).hasMessageContaining("barrier (call 0) on rank 0 of 3"));
  }

  @Test
  void failure_onceTheTimeIsUp_comesWithWhereTheRankWas() {
    Throwable failure = failureOf("oneFailsOnceTheTimeIsUp", Rank.class);

    assertThat(failure).hasMessageStartingWith("rank 1 of 2: not done after PT1S, at " + WAITING);
    assertThat(failure.getCause().getSuppressed())
        .singleElement()
        .satisfies(later -> assertThat(later).hasMessage("expected: <1> but was: <2>"));
  }

  @Test
  void rank_thatIgnoresAnInterrupt_isInterruptedAgain() {
    Throwable failure = failureOf("oneIgnoresTheFirstInterrupt", Rank.class, Store.class);

    assertThat(failure).hasMessage("rank 1 of 2: java.lang.IllegalStateException: on purpose");
    assertThat(failure.getSuppressed())
        .singleElement()
        .satisfies(
            other -> assertThat(other).hasMessage("rank 0 of 2: java.lang.InterruptedException"));
  }

  @Test
  void timeout_ofJunit_endsTheWorldAndShowsTheRanks() {
    Throwable failure = failureOf("junitsTimeout", Rank.class);

    assertThat(failure).hasMessageContaining("timed out after 300 milliseconds");
    assertThat(failure.getSuppressed())
        .anySatisfy(
            other ->
                assertThat(other).hasMessageContaining("not done when the test was interrupted"));
  }

  @Test
  void rank_thatCannotBeEnded_isReportedAndLeft() {
    AtomicBoolean released = new AtomicBoolean();
    LocalWorld world =
        new LocalWorld(
            2,
            SOON,
            false,
            Duration.ofMillis(100),
            (rank, store) -> {
              if (rank.rank() == 0) {
                store.set("stubborn", "");
                spin(released);
              } else {
                store.await("stubborn");
                throw new IllegalStateException("on purpose");
              }
            });
    try {
      assertThatThrownBy(world::run)
          .hasMessage("rank 1 of 2: java.lang.IllegalStateException: on purpose")
          .satisfies(
              failure ->
                  assertThat(failure.getSuppressed())
                      .singleElement()
                      .satisfies(WorldFailureTest::showsWhoSpins));
    } finally {
      released.set(true);
    }
  }

  private static void spin(AtomicBoolean released) {
    while (!released.get()) {
      Thread.onSpinWait();
    }
  }

  private static void showsWhoSpins(Throwable left) {
    assertThat(left)
        .hasMessageStartingWith(
            "rank 0 of 2: did not end after it was interrupted, at "
                + WorldFailureTest.class.getName()
                + ".");
    assertThat(left.getCause().getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("spin"));
  }

  @Test
  void group_asAParameterWithoutInit_isRefused() {
    assertThat(failureOf("groupWithoutInit", ProcessGroup.class))
        .hasMessageContaining("with init = false there is no ProcessGroup");
  }

  @Test
  void group_asAParameterOfBeforeEach_isRefused() {
    TestExecutionResult result = resultOf(BeforeEachWithAGroup.class, "test");

    assertThat(result.getThrowable().orElseThrow())
        .hasMessageContaining("No ParameterResolver registered for parameter");
  }

  @Test
  void failure_inBeforeEach_isReportedAsItIsAndNoBodyRuns() {
    TestExecutionResult result = resultOf(FailingBeforeEach.class, "test");

    assertThat(result.getThrowable().orElseThrow())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("not ready")
        .hasNoSuppressedExceptions();
  }

  @Test
  void world_ofNobody_isRefused() {
    assertThat(failureOf("nobody")).hasMessage("the size of a world must be at least 1 but was 0");
  }

  @Test
  void testFactory_isRefused() {
    assertThat(failureOf("factory")).hasMessageContaining("@World does not support @TestFactory");
  }

  private static Throwable failureOf(String method, Class<?>... parameters) {
    TestExecutionResult result = resultOf(Worlds.class, method, parameters);
    assertThat(result.getStatus()).isEqualTo(Status.FAILED);
    return result.getThrowable().orElseThrow();
  }

  private static TestExecutionResult resultOf(
      Class<?> testClass, String method, Class<?>... parameters) {
    List<Event> finished =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectMethod(testClass, method, parameters))
            .execute()
            .allEvents()
            .finished()
            .filter(event -> isMethod(event.getTestDescriptor(), method))
            .toList();
    assertThat(finished).hasSize(1);
    return finished.get(0).getRequiredPayload(TestExecutionResult.class);
  }

  private static boolean isMethod(TestDescriptor descriptor, String method) {
    return descriptor.getUniqueId().getLastSegment().getValue().startsWith(method + "(");
  }
}
