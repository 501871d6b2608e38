package io.muster.cli;

import io.muster.store.Store;
import java.time.Duration;
import java.util.HexFormat;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code muster kv get}: prints a value. */
@Command(
    name = "get",
    description = {
      "Print the value of a key, byte for byte, without a line end.",
      "On a terminal, control characters and invisible characters are escaped.",
      "Exit code 1 if the key is not found."
    })
final class KvGet extends KvOperation {
  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key = "";

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
    byte[] value = store.get(key);
    if (format.hex) {
      streams().print(HexFormat.of().formatHex(value));
    } else if (format.json) {
      streams().print(KvRecord.of(key, value));
    } else {
      streams().writeValue(value);
    }
  }
}
