package io.muster.rpc;

import io.muster.fixtures.JavadocExamples;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples in the Javadoc of the main public types compile. */
class JavadocExamplesTest {
  /** Declares what examples refer to. */
  private static final String CONTEXT =
      """
      import io.muster.rpc.*;
      import java.nio.file.Path;
      import java.net.InetAddress;
      import java.time.Duration;
      import java.util.concurrent.CompletableFuture;

      abstract class Example {
        interface Adder {
          int add(int a, int b);
        }

        interface Counter {
          void add(int number);
        }

        record Point(double x, double y) {}

        RpcAgent agent;
        RpcOptions options;
        Worker worker;
        Worker other;

        void run() throws Exception {
          %s
        }
      }
      """;

  @ParameterizedTest
  @ValueSource(
      classes = {
        Rpc.class,
        RpcAgent.class,
        RpcOptions.class,
        RpcTls.class,
        Worker.class,
        RemoteRef.class
      })
  void examples_compile(Class<?> documented) throws IOException {
    JavadocExamples.compile(documented, CONTEXT);
  }
}
