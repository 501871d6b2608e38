package io.muster.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.fixtures.Background;
import io.muster.store.HashStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Closed groups leave no threads, sockets, or memory behind. */
class LeftoverTest {
  private static final int GROUPS = 100;
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  @Test
  void closedGroups_leaveNoThreadNorDescriptor() {
    assumeTrue(canCountDescriptors());
    makeAndClose();
    eventually(LeftoverTest::threads, List::isEmpty);
    long before = descriptors();

    for (int i = 1; i < GROUPS; i++) {
      makeAndClose();
    }

    eventually(LeftoverTest::threads, List::isEmpty);
    eventually(LeftoverTest::descriptors, now -> now <= before);
  }

  private static void makeAndClose() {
    Ranks.run(
        2,
        group -> {
          int[] data = {group.rank()};
          group.async().allReduce(Tensor.of(data), ReduceOp.SUM).await();
          assertThat(data).containsExactly(1);
        });
  }

  @Test
  void groupsThatCouldNotBeMade_leaveNoThreadNorDescriptor() {
    assumeTrue(canCountDescriptors());
    eventually(LeftoverTest::threads, List::isEmpty);
    fail();
    long before = descriptors();

    for (int i = 1; i < GROUPS; i++) {
      fail();
    }

    eventually(LeftoverTest::threads, List::isEmpty);
    eventually(LeftoverTest::descriptors, now -> now <= before);
  }

  private static void fail() {
    ProcessGroupOptions alone =
        ProcessGroupOptions.builder()
            .store(new HashStore())
            .rank(0)
            .worldSize(2)
            .timeout(Duration.ofMillis(1))
            .interfaceNames("lo")
            .build();
    try (ProcessGroups groups = new ProcessGroups()) {
      groups.initProcessGroup(alone);
      throw new AssertionError("there is nobody to connect to");
    } catch (CollectiveTimeoutException e) {
      assertThat(e.missingRanks()).containsExactly(1);
    }
  }

  @Test
  void groupsThatHaveFailed_leaveNoThreadNorDescriptor() {
    assumeTrue(canCountDescriptors());
    eventually(LeftoverTest::threads, List::isEmpty);
    timeOut();
    long before = descriptors();

    for (int i = 1; i < GROUPS; i++) {
      timeOut();
    }

    eventually(LeftoverTest::threads, List::isEmpty);
    eventually(LeftoverTest::descriptors, now -> now <= before);
  }

  private static void timeOut() {
    List<ProcessGroup> world = Ranks.join(new HashStore(), 2);
    try {
      world.get(0).withTimeout(Duration.ofMillis(1)).barrier();
      throw new AssertionError("the other rank has not come");
    } catch (CollectiveTimeoutException e) {
      assertThat(e.missingRanks()).containsExactly(1);
    }
    world.forEach(ProcessGroup::close);
  }

  private static boolean canCountDescriptors() {
    if (Files.isDirectory(DESCRIPTORS)) {
      return true;
    }
    System.out.println("This machine has no " + DESCRIPTORS + ": leftovers are not tested.");
    return false;
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("muster-mesh-") || name.startsWith("muster-group-"))
        .toList();
  }

  /** The descriptors of sockets and selectors. Those of files change when classes are loaded. */
  private static long descriptors() {
    try (Stream<Path> all = Files.list(DESCRIPTORS)) {
      return all.map(LeftoverTest::target)
          .filter(target -> target.startsWith("socket:") || target.startsWith("anon_inode:"))
          .count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException e) {
      return "closed meanwhile";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> void eventually(Supplier<T> actual, Predicate<T> condition) {
    long start = System.nanoTime();
    for (T seen = actual.get(); !condition.test(seen); seen = actual.get()) {
      if (System.nanoTime() - start > Background.PATIENCE.toNanos()) {
        throw new AssertionError("still there: " + seen);
      }
      Thread.onSpinWait();
    }
  }
}
