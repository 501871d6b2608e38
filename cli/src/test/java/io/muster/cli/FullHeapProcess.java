package io.muster.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The {@code muster} command in a JVM in which something else fills the heap to the last byte once
 * a file appears, and for some time goes on doing so.
 */
final class FullHeapProcess {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** A chain of arrays. */
  private static @Nullable Object @Nullable [] held;

  private FullHeapProcess() {}

  /** The file, how many milliseconds the heap stays full, and the arguments of the command. */
  public static void main(String[] args) {
    Path file = Path.of(args[0]);
    long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[1]));
    Thread filler = new Thread(() -> fillWhenThereIs(file, nanos), "filler");
    filler.setDaemon(true);
    filler.start();
    String[] command = new String[args.length - 2];
    System.arraycopy(args, 2, command, 0, command.length);
    Main.main(command);
  }

  private static void fillWhenThereIs(Path file, long nanos) {
    while (!Files.exists(file)) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    long start = System.nanoTime();
    int size = 1 << 20;
    while (System.nanoTime() - start < nanos) {
      try {
        held = new Object[] {held, new byte[size]};
      } catch (OutOfMemoryError e) {
        if (size > 16) {
          size /= 2;
        } else {
          LockSupport.parkNanos(POLL_NANOS);
        }
      }
    }
    held = null;
  }
}
