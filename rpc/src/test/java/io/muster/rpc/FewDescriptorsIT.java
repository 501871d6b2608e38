package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.Eventually;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Fault E4: a worker whose descriptors were exhausted serves again afterwards, even if it had not
 * logged, called or accepted anything before.
 *
 * <p>The same kind of fault was looked for wherever Netty's threads log, because an exception from
 * the logger ends the thread.
 */
class FewDescriptorsIT {
  private static final int DESCRIPTORS = 200;
  private static final int STRANGERS = 300;

  @Test
  void worker_whoseDescriptorsWereExhausted_acceptsAgain() throws IOException {
    List<String> command =
        List.of(
            "bash",
            "-c",
            "ulimit -n " + DESCRIPTORS + "; exec \"$@\"",
            "worker",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            FewDescriptorsProcess.class.getName());
    try (ChildProcess worker = ChildProcess.start(Map.of(), command)) {
      int port = Integer.parseInt(worker.answer());
      List<Socket> strangers = new ArrayList<>();
      try {
        connect(strangers, port);
        awaitExhaustion(worker.pid());
      } finally {
        for (Socket stranger : strangers) {
          stranger.close();
        }
      }

      assertThat(worker.ask("hello")).isEqualTo("hello");
      try (Socket late = new Socket(InetAddress.getLoopbackAddress(), port)) {
        late.setSoTimeout((int) Background.PATIENCE.toMillis());
        late.getOutputStream()
            .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(late.getInputStream().read()).as("the beginning of its settings").isZero();
      }
    }
  }

  /** Connects. Some connections stay in the accept queue, or do not fit into it. */
  private static void connect(List<Socket> strangers, int port) throws IOException {
    for (int i = 0; i < STRANGERS; i++) {
      Socket stranger = new Socket();
      strangers.add(stranger);
      try {
        stranger.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
      } catch (SocketTimeoutException e) {
        assertThat(i).as("connected strangers").isGreaterThan(DESCRIPTORS / 2);
        return;
      }
    }
  }

  private static void awaitExhaustion(long pid) {
    File descriptors = new File("/proc/" + pid + "/fd");
    long start = System.nanoTime();
    int open = 0;
    while (System.nanoTime() - start < Background.PATIENCE.toNanos()) {
      String[] names = descriptors.list();
      open = names == null ? 0 : names.length;
      if (open >= DESCRIPTORS) {
        return;
      }
      Eventually.pause();
    }
    throw new AssertionError("only %d descriptors are open".formatted(open));
  }
}
