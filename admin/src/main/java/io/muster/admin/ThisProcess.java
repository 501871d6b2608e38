package io.muster.admin;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;

/** The user of this process, and where its identifier is unique. */
final class ThisProcess {
  private static final Path PROC = Path.of("/proc");

  private ThisProcess() {}

  /**
   * The boot ID of the host and the inode of the PID namespace, in which the identifier of this
   * process is unique, such as {@code 7a54d1c2-85e3-4acf-921c-c140e3cc47b9-4026531836}. Empty on a
   * system other than Linux.
   */
  static String pidNamespace() {
    try {
      String boot = Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
      // Such as pid:[4026531836].
      String namespace = Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
      return boot + "-" + namespace.replaceAll("[^0-9]", "");
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * The effective user of this process. A user ID need not have a name.
   *
   * @throws IOException if the system does not know the user
   */
  static UserPrincipal user() throws IOException {
    Path self = PROC.resolve("self");
    return Files.exists(self)
        ? Files.getOwner(self)
        : FileSystems.getDefault()
            .getUserPrincipalLookupService()
            .lookupPrincipalByName(System.getProperty("user.name"));
  }
}
