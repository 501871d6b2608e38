package io.muster.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The name of this host. */
final class HostName {
  private static final String UNKNOWN = "localhost";

  private HostName() {}

  /** The kernel's name of this host. No name service is asked. */
  static String get() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return UNKNOWN;
    }
  }
}
