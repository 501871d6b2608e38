package io.muster.bench.rpc;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.muster.fixtures.ParentProcess;
import io.muster.rpc.Rpc;
import io.muster.rpc.RpcAgent;
import io.muster.rpc.RpcOptions;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A process that sends back what it is sent, as a worker and as a plain gRPC server. */
final class RpcServer {
  /** The name of the worker. */
  static final String WORKER = "server";

  /** The function that it has, and the key under which the store has the port of plain gRPC. */
  static final String ECHO = "echo";

  /** The method of the plain server. */
  static final MethodDescriptor<byte[], byte[]> METHOD =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodType.UNARY)
          .setFullMethodName(MethodDescriptor.generateFullMethodName("Plain", ECHO))
          .setRequestMarshaller(new Bytes())
          .setResponseMarshaller(new Bytes())
          .build();

  private RpcServer() {}

  /** Messages that are arrays. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** What both workers have in common. */
  static RpcOptions.Builder options(Store store) {
    return RpcOptions.builder()
        .store(store)
        .host(InetAddress.getLoopbackAddress().getHostAddress());
  }

  /** Is that server until its input ends. */
  @SuppressWarnings("try") // the agent is there to be called
  public static void main(String[] args) throws IOException {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("Plain")
            .addMethod(
                METHOD,
                ServerCalls.asyncUnaryCall(
                    (bytes, reply) -> {
                      reply.onNext(bytes);
                      reply.onCompleted();
                    }))
            .build();
    Server plain =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(service)
            .build()
            .start();
    try (Store store = TcpStore.connect("127.0.0.1", Integer.parseInt(args[0]))) {
      store.set(ECHO, String.valueOf(plain.getPort()));
      RpcOptions options = options(store).function(ECHO, arguments -> arguments[0]).build();
      try (RpcAgent agent = Rpc.init(WORKER, 1, 2, options)) {
        ParentProcess.awaitEnd();
      }
    } finally {
      plain.shutdownNow();
    }
  }
}
