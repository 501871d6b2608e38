package io.muster.store.internal.file;

import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FileIdentityTest {
  private enum Way {
    ATTRIBUTES {
      @Override
      FileIdentity at(Path path) throws IOException {
        return new NioFileIdentity(path);
      }
    },
    STATX {
      @Override
      @Nullable FileIdentity at(Path path) throws IOException {
        return StatxFileIdentity.at(path);
      }
    };

    abstract @Nullable FileIdentity at(Path path) throws IOException;
  }

  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void make() throws IOException {
    path = Files.createFile(directory.resolve("file"));
  }

  @ParameterizedTest
  @EnumSource
  void length_fileGrowsAndShrinks_follows(Way way) throws IOException {
    FileIdentity file = file(way);
    assertThat(file.length()).isZero();
    Files.write(path, new byte[3], APPEND);
    assertThat(file.length()).isEqualTo(3);
    Files.write(path, new byte[1]);
    assertThat(file.length()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void length_moreThan32Bits_isExact(Way way) throws IOException {
    FileIdentity file = file(way);
    try (var content = new java.io.RandomAccessFile(path.toFile(), "rw")) {
      content.setLength(0x1_2345_6789L); // a hole, which takes no room
    }
    assertThat(file.length()).isEqualTo(0x1_2345_6789L);
  }

  @ParameterizedTest
  @EnumSource
  void length_pathNamesItNoLonger_isGoneUntilItDoesAgain(Way way) throws IOException {
    FileIdentity file = file(way);
    Path elsewhere = directory.resolve("elsewhere");
    Files.move(path, elsewhere);
    assertThat(file.length()).isEqualTo(FileIdentity.GONE);
    Files.createFile(path);
    assertThat(file.length()).isEqualTo(FileIdentity.GONE);
    Files.move(elsewhere, path, StandardCopyOption.REPLACE_EXISTING);
    assertThat(file.length()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void length_linkToAnotherFile_isGone(Way way) throws IOException {
    Path target = directory.resolve("target");
    Files.move(path, target);
    Files.createSymbolicLink(path, target);
    FileIdentity file = file(way);
    assertThat(file.length()).isZero();
    Files.delete(path);
    Files.createSymbolicLink(path, Files.createFile(directory.resolve("other")));
    assertThat(file.length()).isEqualTo(FileIdentity.GONE);
  }

  @ParameterizedTest
  @EnumSource
  void at_noFile_throws(Way way) throws IOException {
    file(way);
    Files.delete(path);

    assertThatThrownBy(() -> way.at(path))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(path.toString());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void at_linux_asksStatx() throws IOException {
    assertThat(FileIdentity.at(path)).isInstanceOf(StatxFileIdentity.class);
  }

  private FileIdentity file(Way way) throws IOException {
    @Nullable FileIdentity file = way.at(path);
    assumeThat(file).as("%s is missing here", way).isNotNull();
    return Objects.requireNonNull(file);
  }
}
