package io.muster.admin;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which the running servers of one user leave a {@link ServerRecord} each, in a
 * file that only the user can read.
 *
 * <p>The name of a file is {@code PID.BOOT-NAMESPACE.json}: the process, the boot ID of the host
 * and the PID namespace, so that hosts and containers can share the directory. Records of other
 * hosts and containers are ignored. On a system other than Linux the name is {@code PID.json}.
 *
 * <p>Servers that were killed leave their file behind. It is ignored, and the next server removes
 * it. Files that cannot be read are ignored, too. Methods are thread-safe, also between processes.
 */
public final class ServerRecords {
  private static final long MAX_FILE_BYTES = 1 << 20;
  private static final String CERTIFICATE = "admin_certificate_sha256";

  private final Path directory;
  private final String suffix;

  /** The records in a directory, which {@link #write} creates. */
  public ServerRecords(Path directory) {
    this(directory, ThisProcess.pidNamespace());
  }

  /**
   * The records of one PID namespace.
   *
   * @param pidNamespace the namespace, or an empty string
   */
  ServerRecords(Path directory, String pidNamespace) {
    this.directory = directory;
    this.suffix = (pidNamespace.isEmpty() ? "" : "." + pidNamespace) + ".json";
  }

  /**
   * The records of this user: in {@code $XDG_RUNTIME_DIR/muster}, else in {@code
   * $XDG_STATE_HOME/muster}, else in {@code $HOME/.local/state/muster}.
   *
   * @param environment the variables of the process
   */
  public static ServerRecords ofUser(Map<String, String> environment) {
    Path base = absolute(environment.get("XDG_RUNTIME_DIR"));
    if (base == null) {
      base = absolute(environment.get("XDG_STATE_HOME"));
    }
    if (base == null) {
      base = Path.of(System.getProperty("user.home"), ".local", "state");
    }
    return new ServerRecords(base.resolve("muster"));
  }

  /** Returns a path that is set and, as the XDG specification demands, absolute; else null. */
  private static @Nullable Path absolute(@Nullable String value) {
    return value == null || !value.startsWith("/") ? null : Path.of(value);
  }

  /** The directory. It need not exist. */
  public Path directory() {
    return directory;
  }

  /**
   * Writes the record of a process in place of an earlier one, and removes those of processes that
   * have ended.
   *
   * @throws IOException if the file cannot be written, or if the directory belongs to another user;
   *     an earlier record is then intact
   */
  public void write(ServerRecord record) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    requireOwnDirectory();
    Path temporary =
        Files.createTempFile(
            directory,
            record.pid() + ".",
            ".tmp",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.write(temporary, JSON.std.asBytes(members(record)));
      Files.move(
          temporary,
          file(record.pid()),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (Throwable e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    removeEnded();
  }

  private void removeEnded() {
    try {
      for (ServerRecord other : all()) {
        if (!other.isAlive()) {
          remove(other.pid());
        }
      }
    } catch (IOException e) {
      // The next server tries again.
      return;
    }
  }

  /**
   * Removes the record of a process of this host and PID namespace, if there is one.
   *
   * @throws IOException if there is one that cannot be removed
   */
  public void remove(long pid) throws IOException {
    Path file = file(pid);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(file);
    }
  }

  /**
   * Returns the records of the processes that run, in the order of their identifiers.
   *
   * @throws IOException if the directory cannot be read, or if it belongs to another user; if it
   *     does not exist, the list is empty
   */
  public List<ServerRecord> running() throws IOException {
    return all().stream().filter(ServerRecord::isAlive).toList();
  }

  private List<ServerRecord> all() throws IOException {
    List<ServerRecord> records = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, this::isRecord)) {
      requireOwnDirectory();
      for (Path file : files) {
        ServerRecord record = read(file);
        if (record != null) {
          records.add(record);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    records.sort((a, b) -> Long.compare(a.pid(), b.pid()));
    return records;
  }

  /** Another user could name an endpoint of theirs, to which a client would send its token. */
  private void requireOwnDirectory() throws IOException {
    UserPrincipal owner = Files.getOwner(directory);
    UserPrincipal user = ThisProcess.user();
    if (!owner.equals(user)) {
      throw new IOException(
          "the directory "
              + directory
              + " belongs to "
              + owner.getName()
              + "; it must belong to "
              + user.getName()
              + ", the user of this process");
    }
  }

  private boolean isRecord(Path file) {
    return directory.relativize(file).toString().matches("[0-9]+" + Pattern.quote(suffix));
  }

  /** Returns the record in a file, or null if the file has gone, is unreadable or is no record. */
  private static @Nullable ServerRecord read(Path file) {
    try {
      return Files.size(file) > MAX_FILE_BYTES
          ? null
          : record(JSON.std.mapFrom(Files.readAllBytes(file)));
    } catch (IOException | ClassCastException | NullPointerException e) {
      return null;
    }
  }

  /** The file of a process of this host and PID namespace. */
  Path file(long pid) {
    return directory.resolve(pid + suffix);
  }

  private static Map<String, Object> members(ServerRecord record) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("pid", record.pid());
    members.put("start_millis", record.startMillis());
    members.put("listeners", record.listeners());
    members.put("admin", record.admin());
    members.put("token", record.token());
    if (record.certificateSha256().isPresent()) {
      members.put(CERTIFICATE, record.certificateSha256().get());
    }
    return members;
  }

  private static ServerRecord record(Map<String, Object> members) {
    Map<String, List<String>> listeners = new LinkedHashMap<>();
    ((Map<?, ?>) member(members, "listeners"))
        .forEach((job, addresses) -> listeners.put((String) job, strings((List<?>) addresses)));
    return new ServerRecord(
        ((Number) member(members, "pid")).longValue(),
        ((Number) member(members, "start_millis")).longValue(),
        listeners,
        (String) member(members, "admin"),
        (String) member(members, "token"),
        Optional.ofNullable((String) members.get(CERTIFICATE)));
  }

  private static List<String> strings(List<?> values) {
    return values.stream().map(String.class::cast).toList();
  }

  private static Object member(Map<String, Object> members, String name) {
    return Objects.requireNonNull(members.get(name), name);
  }
}
