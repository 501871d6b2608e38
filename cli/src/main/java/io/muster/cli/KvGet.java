package io.muster.cli;

import io.muster.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster kv get}: prints a value. */
@Command(
    name = "get",
    description = {
      "Print the value of a key, byte for byte, without a line end.",
      "With several keys, print their values in the given order, one per line.",
      "On a terminal, control characters and invisible characters are escaped.",
      "Exit code 1, and no output, if one of the keys is not found."
    })
final class KvGet extends KvOperation {
  @Parameters(arity = "1..*", paramLabel = "KEY", description = "The keys.")
  private List<String> keys = new ArrayList<>();

  @Option(names = "--wait", description = "Wait until the key is set, at most for the timeout.")
  private boolean wait;

  @ArgGroup private Format format = new Format();

  /** How the value is printed. */
  static final class Format {
    @Option(names = "--hex", description = "Print hexadecimal digits and a line end.")
    private boolean hex;

    @Option(names = "--json", description = "Print a line like those of 'muster kv dump --json'.")
    private boolean json;
  }

  KvGet(KvCommand kv) {
    super(kv);
  }

  @Override
  void run(Store store) {
    if (!wait) {
      store.setTimeout(Duration.ZERO);
    }
    List<byte[]> values = keys.size() == 1 ? List.of(store.get(keys.get(0))) : store.multiGet(keys);
    for (int i = 0; i < values.size(); i++) {
      print(keys.get(i), values.get(i));
    }
  }

  private void print(String key, byte[] value) {
    if (format.hex) {
      streams().print(HexFormat.of().formatHex(value));
    } else if (format.json) {
      streams().print(KvRecord.of(key, value));
    } else {
      streams().writeValue(value);
      if (keys.size() > 1) {
        streams().print("");
      }
    }
  }
}
