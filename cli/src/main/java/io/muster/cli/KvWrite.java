package io.muster.cli;

import io.muster.store.Store;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** An operation that sends a value. PyTorch's protocol has no reply to it. */
abstract class KvWrite extends KvOperation {
  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private String key = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VALUE",
      description = "The value, in UTF-8. Default: standard input, byte for byte.")
  private @Nullable String value;

  KvWrite(KvCommand kv) {
    super(kv);
  }

  @Override
  final void run(Store store) {
    byte[] bytes = value == null ? kv().readValue() : kv().value("VALUE", value);
    write(store, key, bytes);
    awaitServer(store, key);
  }

  abstract void write(Store store, String key, byte[] value);

  /**
   * Returns when the server has processed the earlier requests; throws if the connection is lost.
   */
  static void awaitServer(Store store, String key) {
    boolean unused = store.check(key);
  }
}
