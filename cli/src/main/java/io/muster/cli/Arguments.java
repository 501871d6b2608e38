package io.muster.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The arguments of this process. The JVM decodes them and replaces what is not UTF-8 by U+FFFD, so
 * that another key would be used than the one that was typed.
 */
final class Arguments {
  private static final Path AS_BYTES = Path.of("/proc/self/cmdline");
  private static final String REPLACEMENT = "\uFFFD";

  private Arguments() {}

  /**
   * Refuses arguments that were not UTF-8.
   *
   * @throws CommandFailedException if there is one
   */
  static void requireUtf8(String... args) {
    for (int i = 0; i < args.length; i++) {
      if (args[i].contains(REPLACEMENT) && !isUtf8(i - args.length)) {
        throw new CommandFailedException(
            ExitCode.MISUSE, "argument " + (i + 1) + " is not UTF-8: '" + args[i] + "'");
      }
    }
  }

  /** Whether an argument, counted from the end, is UTF-8, and so has a U+FFFD of its own. */
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
      return false; // a system without this file; few have a reason to type U+FFFD
    }
  }

  /** Where the last of the strings before {@code end} begins, each of which ends with NUL. */
  private static int startOfLast(byte[] strings, int end) {
    int start = end - 1;
    while (start > 0 && strings[start - 1] != 0) {
      start--;
    }
    return start;
  }
}
