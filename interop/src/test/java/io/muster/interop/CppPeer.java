package io.muster.interop;

import io.muster.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * A process with one of PyTorch's C++ stores, which does what it is told, line by line. Values are
 * in hexadecimal. Each line is answered by the result, or by a {@code !} and what was thrown.
 */
final class CppPeer {
  private CppPeer() {}

  public static void main(String[] args) throws IOException {
    CppStore store =
        switch (args[0]) {
          case "file" -> CppStore.file(Path.of(args[1]), Integer.parseInt(args[2]));
          case "client" -> CppStore.client(Integer.parseInt(args[1]));
          default -> throw new IllegalArgumentException(args[0]);
        };
    say("ready");
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      say(answerTo(line.split(" ", -1), store));
    }
    // Its destructor is what counts it out of a file.
    store.close();
    say("closed");
  }

  private static String answerTo(String[] words, Store store) {
    try {
      return switch (words[0]) {
        case "set" -> {
          store.set(words[1], bytes(words[2]));
          yield "ok";
        }
        case "get" -> hex(store.get(words[1]));
        case "append" -> {
          store.append(words[1], bytes(words[2]));
          yield "ok";
        }
        case "add" -> {
          long sum = 0;
          for (int i = 0; i < Integer.parseInt(words[2]); i++) {
            sum = store.add(words[1], 1);
          }
          yield String.valueOf(sum);
        }
        case "compareSet" -> hex(store.compareSet(words[1], bytes(words[2]), bytes(words[3])));
        case "check" -> String.valueOf(store.check(words[1]));
        case "await" -> {
          store.await(Duration.ofMillis(Long.parseLong(words[2])), words[1]);
          yield "ok";
        }
        case "deleteKey" -> String.valueOf(store.deleteKey(words[1]));
        case "numKeys" -> String.valueOf(store.numKeys());
        default -> throw new IllegalArgumentException(List.of(words).toString());
      };
    } catch (RuntimeException e) {
      return "! " + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.toLowerCase(Locale.ROOT));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static void say(String answer) {
    System.out.println("= " + answer);
  }
}
