package io.muster.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Checks the arguments of this process. The JVM replaces bytes that are not UTF-8 by U+FFFD, so
 * that the command would use a different key from the one that the user typed.
 */
final class Arguments {
  private static final Path AS_BYTES = Path.of("/proc/self/cmdline");
  private static final String REPLACEMENT = "\uFFFD";

  private Arguments() {}

  /**
   * Checks that all arguments are UTF-8.
   *
   * @throws CommandFailedException if one is not
   */
  static void requireUtf8(String... args) {
    for (int i = 0; i < args.length; i++) {
      if (args[i].contains(REPLACEMENT) && !isUtf8(i - args.length)) {
        throw new CommandFailedException(
            ExitCode.MISUSE, "argument " + (i + 1) + " is not UTF-8: '" + args[i] + "'");
      }
    }
  }

  /** Whether an argument, counted from the end, is UTF-8 and therefore contains a U+FFFD itself. */
  private static boolean isUtf8(int fromTheEnd) {
    try {
      byte[] all = Files.readAllBytes(AS_BYTES);
      int end = all.length;
      for (int i = -1; i > fromTheEnd; i--) {
        end = startOfLast(all, end);
      }
      ByteBuffer argument =
          ByteBuffer.wrap(Arrays.copyOfRange(all, startOfLast(all, end), end - 1));
      var unused = StandardCharsets.UTF_8.newDecoder().decode(argument);
      return true;
    } catch (CharacterCodingException e) {
      return false;
    } catch (IOException e) {
      return false; // no /proc; hardly any user types U+FFFD
    }
  }

  /** Returns the start of the last string before {@code end}. Each string ends with NUL. */
  private static int startOfLast(byte[] strings, int end) {
    int start = end - 1;
    while (start > 0 && strings[start - 1] != 0) {
      start--;
    }
    return start;
  }
}
