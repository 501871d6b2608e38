package io.muster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * CPU time of each thread of a process, in nanoseconds, as Linux counts it. Threads in which a JVM
 * compiles or collects garbage are left out.
 */
public final class ThreadTimes {
  private static final Pattern OF_THE_JVM = Pattern.compile("(C1|C2|G1|GC|VM) .*");

  private final Map<Path, Long> nanos = new HashMap<>();

  private ThreadTimes() {}

  public static ThreadTimes of(long pid) throws IOException {
    ThreadTimes times = new ThreadTimes();
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads.toList()) {
        times.read(thread);
      }
    }
    return times;
  }

  private void read(Path thread) throws IOException {
    try {
      List<String> name = Files.readAllLines(thread.resolve("comm"));
      if (name.isEmpty() || !OF_THE_JVM.matcher(name.get(0)).matches()) {
        String times = Files.readString(thread.resolve("schedstat"));
        nanos.put(thread, Long.parseLong(times.substring(0, times.indexOf(' '))));
      }
    } catch (NoSuchFileException e) {
      // The thread has ended since it was listed.
      return;
    }
  }

  /** Nanoseconds of the thread that has worked most since then. */
  public long busiestSince(ThreadTimes earlier) {
    return nanos.entrySet().stream()
        .mapToLong(time -> time.getValue() - earlier.nanos.getOrDefault(time.getKey(), 0L))
        .max()
        .orElse(0);
  }
}
