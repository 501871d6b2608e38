package io.muster.store.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A socket that speaks bytes. Requests are written as hexadecimal text, in which white space is for
 * the reader. Every read has a deadline.
 */
final class RawClient implements AutoCloseable {
  static final String VALIDATE = "00 cef7853c";
  static final String STOP_WAITING = "00";
  static final String CANCEL_WAIT = "0c";
  static final String WAIT_CANCELED = "01";

  private final Socket socket = new Socket();
  private final InputStream in;
  private final OutputStream out;
  private int nonce;

  private RawClient(InetSocketAddress address) {
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) Background.PATIENCE.toMillis());
      socket.connect(address, (int) Background.PATIENCE.toMillis());
      in = socket.getInputStream();
      out = socket.getOutputStream();
    } catch (IOException e) {
      throw new UncheckedIOException("no connection to " + address, e);
    }
  }

  /** Connects, and sends nothing. */
  static RawClient open(StoreServer server) {
    return open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
  }

  /** Connects, and sends nothing. */
  static RawClient open(InetSocketAddress address) {
    return new RawClient(address);
  }

  /** Connects and validates; returns when the server has taken the connection on. */
  static RawClient connect(StoreServer server) {
    return open(server).send(VALIDATE).sync();
  }

  /** A key or value: its length, and the bytes of its UTF-8. */
  static String blob(String text) {
    return blob(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A key or value: its length, and its bytes. */
  static String blob(byte[] bytes) {
    return i64(bytes.length) + HexFormat.of().formatHex(bytes);
  }

  static String i64(long number) {
    return HexFormat.of().toHexDigits(Long.reverseBytes(number));
  }

  static String set(String key, String value) {
    return "01" + blob(key) + blob(value);
  }

  static String add(String key, long delta) {
    return "04" + blob(key) + i64(delta);
  }

  static String await(String... keys) {
    return "06" + keys(keys);
  }

  /** A count, and the keys. */
  static String keys(String... keys) {
    StringBuilder hex = new StringBuilder(i64(keys.length));
    for (String key : keys) {
      hex.append(blob(key));
    }
    return hex.toString();
  }

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replaceAll("[\\s-]", ""));
  }

  /** Sends bytes, all in one write. */
  RawClient send(String hex) {
    return send(bytes(hex));
  }

  /** Sends bytes, all in one write. */
  RawClient send(byte[] bytes) {
    try {
      out.write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends what may no longer be wanted: the server is free to have closed the connection. */
  RawClient trySend(byte[] bytes) {
    try {
      out.write(bytes);
    } catch (IOException e) {
      assertThat(e).isInstanceOf(SocketException.class);
    }
    return this;
  }

  /** Reads so many bytes, unless the server has closed the connection. */
  RawClient tryRead(int length) {
    try {
      byte[] unused = in.readNBytes(length);
    } catch (IOException e) {
      assertThat(e).isInstanceOf(SocketException.class);
    }
    return this;
  }

  /** Reads so many bytes. */
  byte[] read(int length) {
    try {
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("the server closed after " + bytes.length + " of " + length);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long readLong() {
    return ByteBuffer.wrap(read(Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  byte[] readBlob() {
    return read((int) readLong());
  }

  /** Reads and drops so many bytes. */
  RawClient skip(long length) {
    byte[] buffer = new byte[(int) Math.min(length, 64 * 1024)];
    try {
      for (long left = length; left > 0; ) {
        int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (read < 0) {
          throw new EOFException("the server closed with " + left + " of " + length + " to come");
        }
        left -= read;
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next bytes from the server must be these. */
  RawClient expect(String hex) {
    byte[] expected = bytes(hex);
    HexFormat hexadecimal = HexFormat.of();
    assertThat(hexadecimal.formatHex(read(expected.length)))
        .isEqualTo(hexadecimal.formatHex(expected));
    return this;
  }

  /**
   * Returns when all requests so far are served; they must have been replied to, and the replies
   * read.
   */
  RawClient sync() {
    nonce++;
    String echo = HexFormat.of().toHexDigits(Integer.reverseBytes(nonce));
    return send("0d" + echo).expect(echo);
  }

  /** The server must close the connection, having sent nothing. */
  void expectClosed() {
    try {
      assertThat(in.read()).as("the byte read instead of the end").isEqualTo(-1);
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    } catch (IOException e) {
      throw new AssertionError("the connection is still open", e);
    }
  }

  /** Reads to the end, whatever comes. */
  void drain() {
    try {
      long unused = in.transferTo(OutputStream.nullOutputStream());
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    } catch (IOException e) {
      throw new AssertionError("the connection is still open", e);
    }
  }

  /** Says that no more will be sent. */
  RawClient endOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      assertThat(e).isInstanceOf(SocketException.class);
    }
    return this;
  }

  /** Closes with a reset instead of an end. */
  void reset() {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException e) {
      assertThat(socket.isClosed()).isTrue();
    }
    close();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
