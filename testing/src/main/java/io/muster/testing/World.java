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
 * A test whose body runs as each rank of a world, each on a thread of its own; on a class, all its
 * tests. For {@code @Test}, {@code @RepeatedTest} and {@code @ParameterizedTest}.
 *
 * <pre>{@code
 * @Test
 * @World(size = 4)
 * void allReduce_sumsTheRanks(ProcessGroup group) {
 *   int[] data = {group.rank()};
 *   group.allReduce(Tensor.of(data), ReduceOp.SUM);
 *   assertEquals(6, data[0]);
 * }
 * }</pre>
 *
 * <p><b>Parameters.</b> The body may have a {@link io.muster.collectives.ProcessGroup}, which is
 * the rank's default group and {@link io.muster.collectives.Distributed#defaultGroup} too, a {@link
 * Rank}, and a {@link io.muster.store.Store}, which is one {@code HashStore} for all ranks; the
 * groups are made by it, too. Other parameters are as JUnit gives them, one value for all ranks.
 *
 * <p><b>Once, not for each rank:</b> the instance of the test class, {@code @BeforeEach} and
 * {@code @AfterEach}, which run on the test's own thread.
 *
 * <p><b>Begin and end.</b> No body begins before all ranks have their default groups. The groups of
 * a rank are closed once the bodies of all ranks have ended, and the test ends after all threads
 * have.
 *
 * <p><b>Failure.</b> The first rank that throws interrupts the others. The test fails with its
 * exception, whose message names the rank; those of the others are suppressed exceptions. A rank
 * whose assumption does not hold aborts the test in the same way. A rank that has not ended 10
 * seconds after it was interrupted is reported, and its thread, a daemon, left.
 */
@Documented
@ExtendWith(WorldExtension.class)
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.ANNOTATION_TYPE, ElementType.METHOD, ElementType.TYPE})
public @interface World {
  /** How many ranks there are. */
  int size();

  /**
   * Whether each rank has a default group before the body begins. Otherwise the body makes it, if
   * it wants one; {@link io.muster.collectives.Distributed} is the rank's own, and closed
   * afterwards.
   */
  boolean init() default true;

  /**
   * How long all ranks may take together, in {@link #unit}s. After that the test fails and shows
   * where those are that have not ended. The operations of the default group have the usual timeout
   * of half an hour.
   */
  long timeout() default 30;

  /** The unit of {@link #timeout}. */
  TimeUnit unit() default TimeUnit.SECONDS;
}
