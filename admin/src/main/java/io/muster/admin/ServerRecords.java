package io.muster.admin;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which the running servers of one user leave a {@link ServerRecord} each, in a
 * file {@code PID.json} that only the user can read.
 *
 * <p>Servers that were killed leave their file behind. It is ignored, and the next server removes
 * it. Methods are thread-safe, also between processes.
 */
public final class ServerRecords {
  private static final long MAX_FILE_BYTES = 1 << 20;

  private final Path directory;

  /** The records in a directory, which {@link #write} creates. */
  public ServerRecords(Path directory) {
    this.directory = directory;
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
   * @throws IOException if the file cannot be written; an earlier record is then intact
   */
  public void write(ServerRecord record) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
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
    for (ServerRecord other : all()) {
      if (!other.isAlive()) {
        remove(other.pid());
      }
    }
  }

  /** Removes the record of a process, if there is one. */
  public void remove(long pid) throws IOException {
    Files.deleteIfExists(file(pid));
  }

  /**
   * Returns the records of the processes that run, in the order of their identifiers.
   *
   * @throws IOException if the directory cannot be read; if it does not exist, the list is empty
   */
  public List<ServerRecord> running() throws IOException {
    return all().stream().filter(ServerRecord::isAlive).toList();
  }

  private List<ServerRecord> all() throws IOException {
    List<ServerRecord> records = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
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

  /** Returns the record in a file, or null if the file has gone or is no record. */
  private static @Nullable ServerRecord read(Path file) throws IOException {
    byte[] json;
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        return null;
      }
      json = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return null;
    }
    try {
      return record(JSON.std.mapFrom(json));
    } catch (IOException | ClassCastException | NullPointerException e) {
      return null;
    }
  }

  private Path file(long pid) {
    return directory.resolve(pid + ".json");
  }

  private static Map<String, Object> members(ServerRecord record) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("pid", record.pid());
    members.put("start_millis", record.startMillis());
    members.put("listeners", record.listeners());
    members.put("admin", record.admin());
    members.put("token", record.token());
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
        (String) member(members, "token"));
  }

  private static List<String> strings(List<?> values) {
    return values.stream().map(String.class::cast).toList();
  }

  private static Object member(Map<String, Object> members, String name) {
    return Objects.requireNonNull(members.get(name), name);
  }
}
