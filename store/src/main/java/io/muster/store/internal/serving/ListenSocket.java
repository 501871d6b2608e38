package io.muster.store.internal.serving;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/**
 * A socket that listens.
 *
 * @param channel its channel, whose own {@link ServerSocketChannel#getLocalAddress} need not be the
 *     address of an {@link InheritedSocket}
 * @param address what the socket is bound to
 */
record ListenSocket(ServerSocketChannel channel, InetSocketAddress address) {
  static ListenSocket of(ServerSocketChannel channel) throws IOException {
    return new ListenSocket(channel, (InetSocketAddress) channel.getLocalAddress());
  }
}
