package io.muster.launcher;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Calls a listener whose failures change nothing. */
record GuardedListener(LaunchListener listener) implements LaunchListener {
  private static final Logger LOG = System.getLogger(GuardedListener.class.getName());

  @Override
  public void started(WorkerInfo worker) {
    call(() -> listener.started(worker));
  }

  @Override
  public void exited(WorkerExit exit) {
    call(() -> listener.exited(exit));
  }

  @Override
  public void restarting(int attempt, WorkerExit failure) {
    call(() -> listener.restarting(attempt, failure));
  }

  @Override
  public void finished(LaunchResult result) {
    call(() -> listener.finished(result));
  }

  private static void call(Runnable event) {
    try {
      event.run();
    } catch (Throwable e) {
      LOG.log(Level.ERROR, "the listener of a launch failed", e);
    }
  }
}
