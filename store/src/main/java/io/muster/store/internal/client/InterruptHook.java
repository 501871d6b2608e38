package io.muster.store.internal.client;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * Runs an action when a thread is interrupted between {@link #enter} and {@link #exit}, or was
 * before. The action runs on the thread that interrupts and must not block. It runs once; another
 * hook is needed then.
 *
 * <p>The JDK tells channels of the interrupts of the threads that use them. This is a channel to
 * nothing, since a real one would be closed by each interrupt, and the connection with it.
 */
final class InterruptHook extends AbstractInterruptibleChannel {
  private final Runnable action;

  InterruptHook(Runnable action) {
    this.action = action;
  }

  void enter() {
    begin();
  }

  void exit() {
    try {
      end(true);
    } catch (AsynchronousCloseException e) {
      // The action has run and knows.
      return;
    }
  }

  /** Whether the action has run. */
  boolean isSpent() {
    return !isOpen();
  }

  @Override
  protected void implCloseChannel() {
    action.run();
  }
}
