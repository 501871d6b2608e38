package io.muster.store;

import io.muster.fixtures.JavadocExamples;
import io.muster.rendezvous.Rendezvous;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples in the Javadoc of the main public types compile. */
class JavadocExamplesTest {
  /** Declares what examples refer to. */
  private static final String CONTEXT =
      """
      import io.muster.rendezvous.*;
      import io.muster.store.*;
      import io.muster.store.FileStore;
      import io.muster.store.server.*;
      import java.nio.file.*;
      import java.time.*;
      import java.util.*;

      class Example {
        Store store = new HashStore();

        void run() throws Exception {
          %s
        }
      }
      """;

  @ParameterizedTest
  @ValueSource(
      classes = {
        Store.class,
        TcpStore.class,
        FileStore.class,
        HashStore.class,
        PrefixStore.class,
        KeyText.class,
        StoreServer.class,
        Watcher.class,
        Rendezvous.class
      })
  void examples_compile(Class<?> documented) throws IOException {
    JavadocExamples.compile(documented, CONTEXT);
  }
}
