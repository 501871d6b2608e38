package io.muster.store.internal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A file identity from {@code BasicFileAttributes}, on any system. */
final class NioFileIdentity implements FileIdentity {
  private final Path path;
  private final Object identity;
  private long modified;

  NioFileIdentity(Path path) throws IOException {
    this.path = path;
    this.identity = identity(attributes(path));
  }

  @Override
  public long length() throws IOException {
    try {
      BasicFileAttributes found = attributes(path);
      modified = found.lastModifiedTime().to(TimeUnit.NANOSECONDS);
      return identity.equals(identity(found)) ? found.size() : GONE;
    } catch (NoSuchFileException e) {
      return GONE;
    }
  }

  @Override
  public long modified() {
    return modified;
  }

  @Override
  public boolean isKnownWithoutLock() {
    return false;
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }

  private static Object identity(BasicFileAttributes attributes) {
    return Objects.requireNonNull(attributes.fileKey(), "the file system has no file keys");
  }
}
