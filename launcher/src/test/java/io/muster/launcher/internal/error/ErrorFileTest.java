package io.muster.launcher.internal.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorFileTest {
  @TempDir private Path directory = Path.of("");

  private Optional<ErrorFile> read(String text) throws IOException {
    Path file = directory.resolve("error.json");
    Files.writeString(file, text);
    return ErrorFile.read(file);
  }

  @Test
  void formOfPyTorch_isRead() throws IOException {
    ErrorFile file =
        read("""
                {"message": {"message": "ValueError: \\"text\\"", "errorCode": 3,
                 "extraInfo": {"py_callstack": "Traceback\\n  x", "timestamp": "1700000000"}}}
                """)
            .orElseThrow();

    assertThat(file.message()).isEqualTo("ValueError: \"text\"");
    assertThat(file.stackTrace()).isEqualTo("Traceback\n  x");
    assertThat(file.written()).isAfter(Instant.now().minusSeconds(600));
  }

  @Test
  void olderForm_isRead() throws IOException {
    assertThat(read("{\"message\": \"RuntimeError: old\", \"timestamp\": 17}"))
        .map(ErrorFile::message)
        .hasValue("RuntimeError: old");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}", "[\"message\"]", "{\"message\": 3}", "\u0000", "no JSON"})
  void otherText_isNoErrorFile(String text) throws IOException {
    assertThat(read(text)).isEmpty();
  }

  @Test
  void noFile_isNoErrorFile() {
    assertThat(ErrorFile.read(directory.resolve("none"))).isEmpty();
  }

  @Test
  void exception_isReadAsItWasWritten() throws IOException {
    Path file = directory.resolve("error.json");

    ErrorFile.write(file, new IllegalStateException("a \"reason\"\n"), Instant.now());

    ErrorFile read = ErrorFile.read(file).orElseThrow();
    assertThat(read.message()).isEqualTo("java.lang.IllegalStateException: a \"reason\"\n");
    assertThat(read.stackTrace())
        .startsWith(read.message())
        .contains("\tat io.muster.launcher.internal.error.ErrorFileTest");
  }
}
