package io.muster.store.internal.client;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sockets open that an interrupt would close. The JDK closes a socket when the virtual thread
 * that reads from it is interrupted; on a platform thread it does not. So what a virtual thread
 * wants of a shared socket is done by a platform thread.
 */
final class InterruptShield {
  private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

  private InterruptShield() {}

  interface Io<T> {
    T run() throws IOException;
  }

  /** Runs {@code io} where an interrupt of the calling thread does not reach it. */
  static <T> T run(Io<T> io) throws IOException {
    return onVirtualThread() ? resultElsewhere(io) : io.run();
  }

  /** Runs {@code task} on another thread, which may block. */
  static void runElsewhere(Runnable task) {
    PlatformThreads.POOL.execute(task);
  }

  private static <T> T resultElsewhere(Io<T> io) throws IOException {
    Future<T> result = PlatformThreads.POOL.submit(io::run);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw unwrapped(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static IOException unwrapped(ExecutionException e) {
    if (e.getCause() instanceof IOException io) {
      return io;
    }
    if (e.getCause() instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    throw new AssertionError(e.getCause());
  }

  private static boolean onVirtualThread() {
    if (IS_VIRTUAL == null) {
      return false;
    }
    try {
      return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static @Nullable MethodHandle isVirtual() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (NoSuchMethodException | IllegalAccessException e) {
      return null;
    }
  }

  /** Made when the first virtual thread comes. */
  private static final class PlatformThreads {
    static final ExecutorService POOL =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "muster-store-io");
              thread.setDaemon(true);
              return thread;
            });
  }
}
