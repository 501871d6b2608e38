package io.muster.store.internal.serving;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A listening socket whose connections throw at a step that the test chooses. */
final class FailingSockets extends ServerSocketChannel {
  /** A call of the server on its sockets. */
  enum Step {
    ACCEPT,
    OPTION,
    /** For the log. The socket's own method throws no checked exception. */
    ADDRESS,
    INPUT,
    READ,
    OUTPUT,
    WRITE,
    CLOSE
  }

  private final ServerSocketChannel real;

  /** Where the next connection fails; each connection keeps what was set when it was accepted. */
  volatile @Nullable Step step;

  volatile @Nullable Throwable failure;

  FailingSockets() throws IOException {
    super(null);
    real = ServerSocketChannel.open();
    real.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @Override
  public SocketChannel accept() throws IOException {
    SocketChannel accepted = real.accept();
    Step failing = step;
    Throwable thrown = failure;
    if (failing == Step.ACCEPT) {
      accepted.close();
      throwIt(thrown);
    }
    return failing == null ? accepted : new FailingChannel(accepted, failing, thrown);
  }

  private static void throwIt(@Nullable Throwable thrown) throws IOException {
    throwUnchecked(Objects.requireNonNull(thrown));
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void throwUnchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }

  @Override
  public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
    throw new UnsupportedOperationException("it is bound");
  }

  @Override
  public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    return real.setOption(name, value);
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return real.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return real.supportedOptions();
  }

  @Override
  public ServerSocket socket() {
    return real.socket();
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    return real.getLocalAddress();
  }

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    real.close();
  }

  @Override
  protected void implConfigureBlocking(boolean block) throws IOException {
    real.configureBlocking(block);
  }

  /** The server uses the socket of this channel, and sets its options. */
  private static final class FailingChannel extends SocketChannel {
    private final SocketChannel real;
    private final Step step;
    private final @Nullable Throwable failure;

    FailingChannel(SocketChannel real, Step step, @Nullable Throwable failure) {
      super(null);
      this.real = real;
      this.step = step;
      this.failure = failure;
    }

    private void at(Step here) throws IOException {
      if (here == step) {
        throwIt(failure);
      }
    }

    @Override
    public Socket socket() {
      return new FailingSocket(this);
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
      at(Step.OPTION);
      return real.setOption(name, value);
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
      return real.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
      return real.supportedOptions();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
      return real.getLocalAddress();
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
      return real.getRemoteAddress();
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
      real.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
      real.configureBlocking(block);
    }

    @Override
    public boolean isConnected() {
      return real.isConnected();
    }

    @Override
    public SocketChannel bind(@Nullable SocketAddress local) {
      throw new UnsupportedOperationException("bind");
    }

    @Override
    public SocketChannel shutdownInput() {
      throw new UnsupportedOperationException("shutdownInput");
    }

    @Override
    public SocketChannel shutdownOutput() {
      throw new UnsupportedOperationException("shutdownOutput");
    }

    @Override
    public boolean isConnectionPending() {
      throw new UnsupportedOperationException("isConnectionPending");
    }

    @Override
    public boolean connect(SocketAddress remote) {
      throw new UnsupportedOperationException("connect");
    }

    @Override
    public boolean finishConnect() {
      throw new UnsupportedOperationException("finishConnect");
    }

    @Override
    public int read(ByteBuffer buffer) {
      throw new UnsupportedOperationException("read");
    }

    @Override
    public long read(ByteBuffer[] buffers, int offset, int length) {
      throw new UnsupportedOperationException("read");
    }

    @Override
    public int write(ByteBuffer buffer) {
      throw new UnsupportedOperationException("write");
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) {
      throw new UnsupportedOperationException("write");
    }
  }

  private static final class FailingSocket extends Socket {
    private final FailingChannel channel;
    private final Socket real;

    FailingSocket(FailingChannel channel) {
      this.channel = channel;
      this.real = channel.real.socket();
    }

    private void at(Step here) {
      try {
        channel.at(here);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public SocketChannel getChannel() {
      return channel;
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
      at(Step.ADDRESS);
      return real.getRemoteSocketAddress();
    }

    @Override
    public InputStream getInputStream() throws IOException {
      channel.at(Step.INPUT);
      return new FilterInputStream(real.getInputStream()) {
        @Override
        public int read(byte[] buffer) throws IOException {
          return read(buffer, 0, buffer.length);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          int read = in.read(buffer, offset, length);
          channel.at(Step.READ);
          return read;
        }
      };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      channel.at(Step.OUTPUT);
      return new FilterOutputStream(real.getOutputStream()) {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          channel.at(Step.WRITE);
          out.write(bytes, offset, length);
        }
      };
    }

    @Override
    public synchronized void close() throws IOException {
      // It is closed all the same, as the system's sockets are.
      real.close();
      channel.at(Step.CLOSE);
    }
  }
}
