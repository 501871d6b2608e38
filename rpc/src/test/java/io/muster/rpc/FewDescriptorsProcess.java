package io.muster.rpc;

import io.muster.fixtures.Background;
import io.muster.rpc.internal.engine.AgentInternals;
import io.muster.rpc.internal.world.WorkerInfo;
import io.muster.store.HashStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A single worker that prints its port and calls itself for each input line. */
final class FewDescriptorsProcess {
  private FewDescriptorsProcess() {}

  public static void main(String[] args) throws IOException {
    RpcOptions options =
        RpcOptions.builder()
            .store(new HashStore())
            .host("127.0.0.1")
            .timeout(Background.PATIENCE)
            .function("echo", arguments -> arguments[0])
            .build();
    try (RpcAgent agent = Rpc.init("alone", 0, 1, options)) {
      WorkerInfo self = AgentInternals.info(agent, 0);
      System.out.println("= " + self.port());
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println("= " + agent.worker(0).call(String.class, "echo", line));
      }
    }
  }
}
