package io.muster.store;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much memory the calling thread has asked for, whether it was given back or not. */
public final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /** What is measured. */
  public interface Task {
    void run() throws Exception;
  }

  /** How many bytes {@code task} allocates on this thread. */
  public static long of(Task task) throws Exception {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    task.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
