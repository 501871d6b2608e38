package io.muster.store.internal.client;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * Runs an action if a thread is interrupted between {@link #enter} and {@link #exit}, or was
 * already interrupted. The action runs on the interrupting thread and must not block. It runs at
 * most once; a new hook is needed afterwards.
 *
 * <p>The JDK notifies an interruptible channel when the thread that uses it is interrupted. This is
 * a channel without I/O, because an interrupt would close a real one and thereby the connection.
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
      // The action has run and handled it.
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
