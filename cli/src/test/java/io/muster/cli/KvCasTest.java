package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.store.HashStore;
import io.muster.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Fault F3: {@code kv cas} on a store that cannot say whether it swapped, as PyTorch's. */
class KvCasTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Store store = withoutCompareAndSwap(new HashStore());

  private static Store withoutCompareAndSwap(Store store) {
    return (Store)
        Proxy.newProxyInstance(
            Store.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("compareAndSwap")) {
                throw new UnsupportedOperationException("Not implemented.");
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void cas(String key, String expected, String desired) {
    Streams streams = new Streams(InputStream.nullInputStream(), out, err);
    CommandLine kv = KvCommand.commandLine(streams, Map.of());
    var unused = kv.parseArgs("--endpoint", "host:1", "cas", key, expected, desired);
    CommandLine cas = Objects.requireNonNull(kv.getSubcommands().get("cas"));
    ((KvCas) cas.getCommand()).run(store);
  }

  private void fails(String message, String key, String expected, String desired) {
    assertThatExceptionOfType(CommandFailedException.class)
        .isThrownBy(() -> cas(key, expected, desired))
        .withMessage(message);
  }

  @Test
  void cas_asExpected_setsTheValue() {
    cas("k", "", "a");
    cas("k", "a", "b");
    cas("k", "b", "b");

    assertThat(store.getString("k")).isEqualTo("b");
    assertThat(out.toByteArray()).isEmpty();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("muster kv cas: warning: the server does not tell which caller set the key")
        .hasLineCount(3);
  }

  @Test
  void cas_otherValue_printsIt() {
    store.set("k", "now");

    fails("not swapped: k has another value (host:1)", "k", "then", "next");

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("now");
  }

  @Test
  void cas_valueThatIsThereAlready_isNotSwapped() {
    cas("k", "", "mine");

    fails("not swapped: k has another value (host:1)", "k", "", "mine");

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("mine");
  }

  @Test
  void cas_missingKey_isNotThere() {
    fails("not found: k (host:1)", "k", "a", "b");
    fails("not found: k (host:1)", "k", "a", "a");
  }
}
