package io.muster.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the figures were taken on. */
public final class Machine {
  private Machine() {}

  public static String describe() throws IOException {
    Runtime.Version jdk = Runtime.version();
    return Text.format(
        "Machine: %s, %d cores; the processes were %s. %s %s, JDK %s (%s).",
        field("/proc/cpuinfo", "model name"),
        processors(),
        pinning(),
        System.getProperty("os.name"),
        System.getProperty("os.version").replaceFirst("-.*", ""),
        jdk,
        System.getProperty("java.vm.name"));
  }

  /** How many threads wanted a core during the last minute. */
  public static String load() throws IOException {
    Path path = Path.of("/proc/loadavg");
    if (!Files.isReadable(path)) {
      return "unknown";
    }
    String load = Files.readString(path);
    return load.substring(0, load.indexOf(' '));
  }

  /** Memory that a process has in use. */
  public static long residentBytes(long pid) throws IOException {
    String kibibytes = field("/proc/" + pid + "/status", "VmRSS");
    return Long.parseLong(kibibytes.replace(" kB", "")) * 1024;
  }

  /** The cores that this process may run on, as Linux lists them. */
  public static String allowedCores() throws IOException {
    return field("/proc/self/status", "Cpus_allowed_list");
  }

  private static String pinning() throws IOException {
    String allowed = allowedCores();
    return allowed.equals("0-" + (processors() - 1)) ? "not pinned" : "pinned to core " + allowed;
  }

  private static long processors() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines.filter(line -> line.startsWith("processor")).count();
    }
  }

  /** The value of a line {@code name : value} of a file of the kernel's. */
  private static String field(String file, String name) throws IOException {
    Path path = Path.of(file);
    if (!Files.isReadable(path)) {
      return "unknown";
    }
    try (Stream<String> lines = Files.lines(path)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    }
  }
}
