package io.muster.replicated;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A data directory that this process has locked: a file {@code muster-data} that says what it is
 * and in which version, a lock, and a directory {@code raft} that belongs to Ratis.
 *
 * <p>The file is written last when the directory is new. A directory without it is a new one only
 * if nothing of another program is in it.
 */
final class DataDirectory implements AutoCloseable {
  /** The version of the directory. */
  private static final int FORMAT = 1;

  private static final String MARKER = "muster-data";
  private static final String LOCK = "lock";
  private static final String RAFT = "raft";

  /** The root of a file system has it. */
  private static final String LOST_AND_FOUND = "lost+found";

  private static final Set<String> NOT_FOREIGN =
      Set.of(LOCK, RAFT, MARKER, MARKER + ".tmp", LOST_AND_FOUND);

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /**
   * The directories that this process has locked. Closing any channel of a file releases the locks
   * that the process has on it, so no second one is opened.
   */
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;
  private final UUID group;
  private final boolean isNew;

  private DataDirectory(Path path, FileChannel lock, UUID group, boolean isNew) {
    this.path = path;
    this.lock = lock;
    this.group = group;
    this.isNew = isNew;
  }

  /**
   * Creates the directory if it does not exist, and locks it.
   *
   * @throws IOException if it cannot be used; the message says why, and what helps
   */
  static DataDirectory open(Path directory) throws IOException {
    Path path = directory.toAbsolutePath().normalize();
    try {
      create(path);
      return lock(path.toRealPath());
    } catch (NoSuchFileException e) {
      throw new IOException("its parent " + path.getParent() + " does not exist; create it", e);
    } catch (AccessDeniedException e) {
      throw new IOException(
          e.getFile() + " may not be accessed; give a directory that this user owns", e);
    } catch (FileSystemException e) {
      throw new IOException(e.getFile() + ": " + e.getReason(), e);
    }
  }

  private static void create(Path path) throws IOException {
    boolean isPosix =
        Files.getFileStore(existing(path)).supportsFileAttributeView(PosixFileAttributeView.class);
    if (!Files.exists(path)) {
      if (isPosix) {
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      } else {
        Files.createDirectory(path);
      }
      force(path.getParent());
    } else if (!Files.isDirectory(path)) {
      throw new IOException("it is no directory; give another name");
    }
    requireOurs(path);
    if (isPosix && !Files.getPosixFilePermissions(path).equals(OWNER_ONLY)) {
      restrict(path);
    }
  }

  private static Path existing(Path path) throws NoSuchFileException {
    if (Files.exists(path)) {
      return path;
    }
    Path parent = path.getParent();
    if (parent == null || !Files.exists(parent)) {
      throw new NoSuchFileException(String.valueOf(parent));
    }
    return parent;
  }

  private static void restrict(Path path) throws IOException {
    try {
      Files.setPosixFilePermissions(path, OWNER_ONLY);
    } catch (FileSystemException e) {
      throw new IOException(
          "others may access it, and this user does not own it; give a directory in it, such as "
              + path.resolve("muster"),
          e);
    }
  }

  /** Throws if the directory has files of another program. */
  private static void requireOurs(Path path) throws IOException {
    if (Files.exists(path.resolve(MARKER))) {
      return;
    }
    try (Stream<Path> files = Files.list(path)) {
      List<String> foreign =
          files
              .map(file -> String.valueOf(file.getFileName()))
              .filter(name -> !NOT_FOREIGN.contains(name))
              .sorted()
              .toList();
      if (!foreign.isEmpty()) {
        throw new IOException(
            "it is not empty and no data directory of muster; it has "
                + foreign.get(0)
                + ", for example; give an empty directory or one that does not exist");
      }
    }
  }

  private static DataDirectory lock(Path path) throws IOException {
    if (!LOCKED.add(path)) {
      throw inUse("process " + ProcessHandle.current().pid());
    }
    try {
      Path file = path.resolve(LOCK);
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() == null) {
          throw inUse(owner(channel));
        }
        channel.truncate(0);
        int unusedWritten = channel.write(utf8(Long.toString(ProcessHandle.current().pid())), 0);
        return locked(path, channel);
      } catch (Throwable e) {
        channel.close();
        throw e;
      }
    } catch (Throwable e) {
      LOCKED.remove(path);
      throw e;
    }
  }

  private static IOException inUse(String owner) {
    return new IOException("it is in use by " + owner + "; stop that server first");
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(Long.BYTES * 3);
    int length = channel.read(pid, 0);
    return length <= 0
        ? "another server"
        : "process " + new String(pid.array(), 0, length, StandardCharsets.US_ASCII);
  }

  private static DataDirectory locked(Path path, FileChannel channel) throws IOException {
    Path marker = path.resolve(MARKER);
    if (!Files.exists(marker)) {
      return new DataDirectory(path, channel, groupOfUnfinished(path.resolve(RAFT)), true);
    }
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(marker)) {
      properties.load(in);
    } catch (IllegalArgumentException e) {
      throw damaged(marker, e);
    }
    int format = number(marker, properties.getProperty("format"));
    if (format > FORMAT) {
      throw new IOException(
          "it has format "
              + format
              + " of a later version of muster, and this version knows up to "
              + FORMAT
              + "; start the later version");
    }
    UUID group = uuid(marker, properties.getProperty("group"));
    Path log = path.resolve(RAFT).resolve(group.toString()).resolve("current");
    if (!Files.exists(log.resolve("raft-meta"))) {
      throw new IOException(
          log + " with the log is missing or incomplete; restore the directory from a backup");
    }
    return new DataDirectory(path, channel, group, false);
  }

  /** The group of a directory whose creation was interrupted, or a new one. */
  private static UUID groupOfUnfinished(Path raft) throws IOException {
    if (Files.exists(raft)) {
      try (Stream<Path> groups = Files.list(raft)) {
        for (Path group : groups.toList()) {
          return uuid(raft, String.valueOf(group.getFileName()));
        }
      }
    }
    return UUID.randomUUID();
  }

  private static int number(Path marker, @Nullable String text) throws IOException {
    try {
      return Integer.parseInt(String.valueOf(text));
    } catch (NumberFormatException e) {
      throw damaged(marker, e);
    }
  }

  private static UUID uuid(Path file, @Nullable String text) throws IOException {
    try {
      return UUID.fromString(String.valueOf(text));
    } catch (IllegalArgumentException e) {
      throw damaged(file, e);
    }
  }

  private static IOException damaged(Path marker, Exception cause) {
    return new IOException(marker + " is damaged; restore the directory from a backup", cause);
  }

  /** The directory of Ratis. */
  Path raft() {
    return path.resolve(RAFT);
  }

  /** The identity of the log. */
  UUID group() {
    return group;
  }

  /** The log is there: from now on the directory is never taken for a new one. */
  void markComplete() throws IOException {
    if (!isNew) {
      return;
    }
    Properties properties = new Properties();
    properties.setProperty("format", Integer.toString(FORMAT));
    properties.setProperty("group", group.toString());
    Path written = path.resolve(MARKER + ".tmp");
    try (OutputStream out = Files.newOutputStream(written)) {
      properties.store(out, "The data of a muster server. Do not edit.");
    }
    force(written);
    Files.move(written, path.resolve(MARKER), StandardCopyOption.ATOMIC_MOVE);
    force(path);
  }

  /** Forces a file, or the names in a directory, to the disk. */
  static void force(@Nullable Path file) throws IOException {
    if (file == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows opens no directory.
      if (!Files.isDirectory(file)) {
        throw e;
      }
    }
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Unlocks the directory. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      // The lock ends with the process at the latest.
      return;
    } finally {
      LOCKED.remove(path);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
