package io.muster.bench.rpc;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.muster.bench.Options;
import io.muster.bench.SideBySide;
import io.muster.bench.Text;
import io.muster.fixtures.ChildProcess;
import io.muster.rpc.Rpc;
import io.muster.rpc.RpcAgent;
import io.muster.rpc.Worker;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Times calls of workers and of plain gRPC. */
@Command(name = "side-by-side-rpc", description = "Times calls of workers and of plain gRPC.")
public final class RpcBenchmark implements Callable<Integer> {
  private static final String GRPC = "gRPC";

  /** Concurrent calls of the workloads that measure throughput. */
  private static final int AT_ONCE = 64;

  private static final List<Workload> WORKLOADS =
      List.of(
          new Workload(32, false, 3_000),
          new Workload(4 << 10, false, 3_000),
          new Workload(1 << 20, false, 100),
          new Workload(32, true, 20_000),
          new Workload(4 << 10, true, 10_000));

  @Mixin private final Options options = new Options(15, 10);

  private record Workload(int bytes, boolean atOnce, int calls) {
    String figure() {
      return Text.format("%,d bytes, %s, µs", bytes, atOnce ? AT_ONCE + " at once" : "one by one");
    }
  }

  /**
   * One of the two ways to send bytes back and forth.
   *
   * @param call blocks until the bytes have come back
   * @param callAsync completes when they have
   */
  private record Side(
      Function<byte[], byte[]> call, Function<byte[], CompletableFuture<byte[]>> callAsync) {}

  @Override
  @SuppressWarnings("try") // the server is there to be called
  public Integer call() throws IOException, InterruptedException {
    SideBySide run = new SideBySide(options, GRPC, SideBySide.MUSTER);
    try (StoreServer server = StoreServer.start(StoreServerOptions.builder().build());
        ChildProcess unused = startRpcServer(server.port());
        Store store = TcpStore.connect("127.0.0.1", server.port());
        RpcAgent agent = Rpc.init("client", 0, 2, RpcServer.options(store).build())) {
      int port = Integer.parseInt(store.getString(RpcServer.ECHO));
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
              .usePlaintext()
              .build();
      Side muster = muster(agent.worker(RpcServer.WORKER));
      Side grpc = grpc(channel);
      for (Workload workload : WORKLOADS) {
        run.addTimed(
            workload.figure(),
            workload.calls,
            (side, calls) -> nanos(workload, calls, side.equals(GRPC) ? grpc : muster));
      }
      run.run();
      channel.shutdownNow();
    }
    run.publish(run.page("rpc.md"));
    return 0;
  }

  private static ChildProcess startRpcServer(int storePort) {
    return ChildProcess.start(
        Map.of(), ChildProcess.javaCommand(List.of(), RpcServer.class, String.valueOf(storePort)));
  }

  private static Side muster(Worker server) {
    return new Side(
        bytes -> server.call(byte[].class, RpcServer.ECHO, (Object) bytes),
        bytes -> server.callAsync(byte[].class, RpcServer.ECHO, (Object) bytes));
  }

  private static Side grpc(ManagedChannel channel) {
    return new Side(
        bytes ->
            ClientCalls.blockingUnaryCall(channel, RpcServer.METHOD, CallOptions.DEFAULT, bytes),
        bytes -> {
          CompletableFuture<byte[]> answered = new CompletableFuture<>();
          ClientCalls.asyncUnaryCall(
              channel.newCall(RpcServer.METHOD, CallOptions.DEFAULT),
              bytes,
              new StreamObserver<>() {
                private byte[] answer = {};

                @Override
                public void onNext(byte[] message) {
                  answer = message;
                }

                @Override
                public void onError(Throwable failure) {
                  answered.completeExceptionally(failure);
                }

                @Override
                public void onCompleted() {
                  answered.complete(answer);
                }
              });
          return answered;
        });
  }

  private static double nanos(Workload workload, int calls, Side side) throws InterruptedException {
    byte[] bytes = new byte[workload.bytes];
    Semaphore free = new Semaphore(AT_ONCE);
    Semaphore wrong = new Semaphore(0);
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      if (workload.atOnce) {
        free.acquire();
        var unused =
            side.callAsync
                .apply(bytes)
                .whenComplete(
                    (answer, failure) -> {
                      if (failure != null || answer.length != bytes.length) {
                        wrong.release();
                      }
                      free.release();
                    });
      } else if (side.call.apply(bytes).length != bytes.length) {
        wrong.release();
      }
    }
    free.acquire(AT_ONCE);
    if (wrong.availablePermits() > 0) {
      throw new IllegalStateException(wrong.availablePermits() + " wrong answers");
    }
    return System.nanoTime() - start;
  }
}
