package io.muster.bench;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.muster.rpc.Rpc;
import io.muster.rpc.RpcAgent;
import io.muster.rpc.Worker;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** Times calls of workers and of plain gRPC in one run, turn by turn, and prints the ratios. */
public final class RpcSideBySide {
  private static final String USAGE =
      "usage: side-by-side-rpc [--rounds N] [--warm-up N] [--scale F] [--write FILE]";

  /** So many calls are under way at once where the throughput is timed. */
  private static final int AT_ONCE = 64;

  private final RunOptions options;

  private RpcSideBySide(String[] args) {
    options = RunOptions.parse(USAGE, 10, args);
  }

  private record Workload(int bytes, boolean atOnce, int calls) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%,d bytes, %s", bytes, atOnce ? AT_ONCE + " calls at once" : "one by one");
    }
  }

  private static final Workload[] WORKLOADS = {
    new Workload(32, false, 3_000),
    new Workload(4 << 10, false, 3_000),
    new Workload(1 << 20, false, 100),
    new Workload(32, true, 20_000),
    new Workload(4 << 10, true, 10_000),
  };

  /** One of the two ways to send bytes back and forth. */
  private interface Side {
    void call(byte[] bytes);

    /** Runs something when the answer has come. */
    void callAsync(byte[] bytes, Runnable answered);
  }

  private static final class Muster implements Side {
    private final Worker server;

    Muster(Worker server) {
      this.server = server;
    }

    @Override
    public void call(byte[] bytes) {
      requireAll(bytes, server.call(byte[].class, RpcServerProcess.ECHO, (Object) bytes));
    }

    @Override
    public void callAsync(byte[] bytes, Runnable answered) {
      var unused =
          server
              .callAsync(byte[].class, RpcServerProcess.ECHO, (Object) bytes)
              .thenAccept(
                  answer -> {
                    requireAll(bytes, answer);
                    answered.run();
                  });
    }
  }

  private static final class Plain implements Side {
    private final ManagedChannel channel;

    Plain(ManagedChannel channel) {
      this.channel = channel;
    }

    @Override
    public void call(byte[] bytes) {
      requireAll(
          bytes,
          ClientCalls.blockingUnaryCall(
              channel, RpcServerProcess.METHOD, CallOptions.DEFAULT, bytes));
    }

    @Override
    public void callAsync(byte[] bytes, Runnable answered) {
      ClientCalls.asyncUnaryCall(
          channel.newCall(RpcServerProcess.METHOD, CallOptions.DEFAULT),
          bytes,
          new StreamObserver<>() {
            @Override
            public void onNext(byte[] answer) {
              requireAll(bytes, answer);
            }

            @Override
            public void onError(Throwable failure) {
              throw new IllegalStateException(failure);
            }

            @Override
            public void onCompleted() {
              answered.run();
            }
          });
    }
  }

  private static void requireAll(byte[] sent, byte[] received) {
    if (received.length != sent.length) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "%d bytes came back", received.length));
    }
  }

  /** Measures, prints, and writes the file if one was named. */
  public static void main(String[] args) throws Exception {
    RpcSideBySide run = new RpcSideBySide(args);
    run.options.publish(run.measure());
  }

  @SuppressWarnings("try") // the server is there to be called
  private String measure() throws IOException, InterruptedException {
    String loadBefore = Machine.load();
    Map<Workload, Samples> muster = new LinkedHashMap<>();
    Map<Workload, Samples> plain = new LinkedHashMap<>();
    try (StoreServer server = StoreServer.start(StoreServer.options().build());
        RpcServerProcess unused = new RpcServerProcess(server.port());
        Store store = TcpStore.connect("127.0.0.1", server.port());
        RpcAgent agent = Rpc.init("client", 0, 2, RpcServerProcess.options(store).build())) {
      int port = Integer.parseInt(store.getString(RpcServerProcess.ECHO));
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
              .usePlaintext()
              .build();
      Side workers = new Muster(agent.worker(RpcServerProcess.WORKER));
      Side grpc = new Plain(channel);
      for (int round = -options.warmUp(); round < options.rounds(); round++) {
        options.sayRound(round);
        for (Workload workload : WORKLOADS) {
          double first = micros(workload, round % 2 == 0 ? workers : grpc);
          double second = micros(workload, round % 2 == 0 ? grpc : workers);
          if (round >= 0) {
            samples(muster, workload).add(round % 2 == 0 ? first : second);
            samples(plain, workload).add(round % 2 == 0 ? second : first);
          }
        }
      }
      channel.shutdownNow();
    }
    return report(muster, plain, loadBefore);
  }

  private static Samples samples(Map<Workload, Samples> all, Workload workload) {
    return all.computeIfAbsent(workload, unused -> new Samples());
  }

  private double micros(Workload workload, Side side) throws InterruptedException {
    int calls = options.scaled(workload.calls);
    byte[] bytes = new byte[workload.bytes];
    Semaphore free = new Semaphore(AT_ONCE);
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      if (workload.atOnce) {
        free.acquire();
        side.callAsync(bytes, free::release);
      } else {
        side.call(bytes);
      }
    }
    free.acquire(AT_ONCE);
    return (System.nanoTime() - start) / 1e3 / calls;
  }

  private String report(
      Map<Workload, Samples> muster, Map<Workload, Samples> plain, String loadBefore)
      throws IOException {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            """
        # Benchmarks of RPC

        Calls of Muster's workers beside calls of plain gRPC-java, measured in one run. Written by
        `bench/run side-by-side-rpc --write FILE`.

        %s
        The load average was %s before the run and %s after it, of which the run itself makes up to 2.

        One process calls, another sends back the array of bytes that it is sent. Plain gRPC has one
        method whose messages are those bytes, gRPC's own stubs and its default threads; Muster calls a
        function by name, its codec encodes and decodes the arguments and the result, and the call has
        a deadline. All connections are on loopback.

        %d rounds follow %d of warm-up. A round does each workload on each side in turn; each round
        begins with the other side. Figures are microseconds a call: the median of the rounds, with the
        least and the greatest in brackets. A ratio is taken within each round, Muster's time divided by
        plain gRPC's.

        | calls | gRPC, µs | Muster, µs | ratio |
        |---|---:|---:|---:|
        """,
            Machine.describe(),
            loadBefore,
            Machine.load(),
            options.rounds(),
            options.warmUp()));
    muster.forEach(
        (workload, samples) -> {
          Samples grpc = samples(plain, workload);
          out.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %s | %s | **%s** |%n",
                  workload,
                  grpc,
                  samples,
                  samples.over(grpc)));
        });
    return out.toString();
  }
}
