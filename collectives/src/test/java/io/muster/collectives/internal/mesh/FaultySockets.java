package io.muster.collectives.internal.mesh;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** Sockets that throw on request. */
final class FaultySockets extends Sockets {
  /** A step that can fail. */
  enum Step {
    ACCEPT,
    OPEN,
    READ,
    WRITE
  }

  private record Fault(Step step, Throwable thrown) {}

  private final AtomicReference<Fault> next = new AtomicReference<>();

  /** Makes the next such step throw. */
  void inject(Step step, Throwable thrown) {
    next.set(new Fault(step, thrown));
  }

  private void pass(Step step) {
    Fault fault = next.get();
    if (fault != null && fault.step == step && next.compareAndSet(fault, null)) {
      FaultySockets.<RuntimeException>sneak(fault.thrown);
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable thrown) throws E {
    throw (E) thrown;
  }

  @Override
  SocketChannel accept(ServerSocketChannel server) throws IOException {
    SocketChannel accepted = super.accept(server);
    if (accepted != null) {
      try {
        pass(Step.ACCEPT);
      } catch (RuntimeException | Error e) {
        accepted.close();
        throw e;
      }
    }
    return accepted;
  }

  @Override
  SocketChannel open(SocketChannel connection) {
    pass(Step.OPEN);
    return new Delegating(connection);
  }

  /** Delegates reads and writes to another channel. */
  private final class Delegating extends SocketChannel {
    private final SocketChannel channel;

    Delegating(SocketChannel channel) {
      super(channel.provider());
      this.channel = channel;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      pass(Step.READ);
      return channel.read(into);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
      pass(Step.WRITE);
      return channel.write(from, offset, length);
    }

    private UnsupportedOperationException unused() {
      return new UnsupportedOperationException("a pair does not call this");
    }

    @Override
    public SocketChannel bind(SocketAddress local) {
      throw unused();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
      throw unused();
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
      throw unused();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
      throw unused();
    }

    @Override
    public SocketChannel shutdownInput() {
      throw unused();
    }

    @Override
    public SocketChannel shutdownOutput() {
      throw unused();
    }

    @Override
    public Socket socket() {
      throw unused();
    }

    @Override
    public boolean isConnected() {
      throw unused();
    }

    @Override
    public boolean isConnectionPending() {
      throw unused();
    }

    @Override
    public boolean connect(SocketAddress remote) {
      throw unused();
    }

    @Override
    public boolean finishConnect() {
      throw unused();
    }

    @Override
    public SocketAddress getRemoteAddress() {
      throw unused();
    }

    @Override
    public SocketAddress getLocalAddress() {
      throw unused();
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
      throw unused();
    }

    @Override
    public int write(ByteBuffer from) {
      throw unused();
    }

    @Override
    protected void implCloseSelectableChannel() {}

    @Override
    protected void implConfigureBlocking(boolean block) {}
  }
}
