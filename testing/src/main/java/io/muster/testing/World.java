package io.muster.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the body of a test as each rank of a world, each on a thread of its own. On a class, applies
 * to all its tests. Supports {@code @Test}, {@code @RepeatedTest} and {@code @ParameterizedTest}.
 *
 * <pre>{@code
 * class SumTest {
 *   @Test
 *   @World(size = 4)
 *   void allReduce_sumsTheRanks(ProcessGroup group) {
 *     int[] data = {group.rank()};
 *     group.allReduce(Tensor.of(data), ReduceOp.SUM);
 *     assertEquals(6, data[0]);
 *   }
 * }
 * }</pre>
 *
 * <p><b>Parameters.</b> The test method may have parameters of the types
 *
 * <ul>
 *   <li>{@link io.muster.collectives.ProcessGroup}: the default group of the rank, which {@link
 *       io.muster.collectives.Distributed#defaultGroup} returns too
 *   <li>{@link Rank}
 *   <li>{@link io.muster.store.Store}: a {@code HashStore} that all ranks share, and that the
 *       groups use too
 * </ul>
 *
 * JUnit provides other parameters, with one value for all ranks.
 *
 * <p><b>Once per test,</b> rather than per rank: the instance of the test class,
 * {@code @BeforeEach} and {@code @AfterEach}, which run on JUnit's thread.
 *
 * <p><b>Start and end.</b> No body starts before all ranks have their default groups. The groups
 * are closed when the bodies of all ranks have ended. The test ends when all threads have ended.
 *
 * <p><b>Failure.</b> The first rank that throws interrupts the others. The test fails with its
 * exception, whose message names the rank. The exceptions of the others are suppressed exceptions
 * of that one. A rank whose assumption does not hold aborts the test in the same way. A rank that
 * has not ended 10 seconds after it was interrupted is reported. Its thread, a daemon, goes on.
 */
@Documented
@ExtendWith(WorldExtension.class)
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.ANNOTATION_TYPE, ElementType.METHOD, ElementType.TYPE})
public @interface World {
  /** The number of ranks. */
  int size();

  /**
   * Whether each rank has a default group before the body starts. Otherwise the body may make it.
   * {@link io.muster.collectives.Distributed} uses the groups of the rank, which are closed
   * afterwards.
   */
  boolean init() default true;

  /**
   * The time that all ranks have together, in {@link #unit}s. After that the test fails, and shows
   * the stacks of the ranks that have not ended. Operations of the default group have the default
   * timeout of 30 minutes.
   */
  long timeout() default 30;

  /** The unit of {@link #timeout}. */
  TimeUnit unit() default TimeUnit.SECONDS;
}
