package io.muster.launcher.internal.output;

import io.muster.store.internal.concurrent.Closeables;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * A thread that copies an input to the standard input of one worker. After a restart, what has not
 * been read yet goes to the new worker.
 */
public final class InputPump {
  private static final Logger LOG = System.getLogger(InputPump.class.getName());
  private static final int CHUNK = 16 << 10;

  private boolean started;
  private boolean ended;
  private OutputStream target = OutputStream.nullOutputStream();

  /** Copies to this target from now on. The first call starts the thread. */
  public synchronized void pump(InputStream source, OutputStream target) {
    this.target = target;
    if (ended) {
      Closeables.closeQuietly(target);
    } else if (!started) {
      started = true;
      Thread thread = new Thread(() -> run(source), "muster-input");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run(InputStream source) {
    try {
      byte[] chunk = new byte[CHUNK];
      for (int length = source.read(chunk); length >= 0; length = source.read(chunk)) {
        write(chunk, length);
      }
    } catch (IOException e) {
      // Nothing more can be read.
    } catch (Throwable e) {
      LOG.log(Level.ERROR, "the worker gets no more input", e);
    } finally {
      end();
    }
  }

  private void write(byte[] chunk, int length) {
    OutputStream current;
    synchronized (this) {
      current = target;
    }
    try {
      current.write(chunk, 0, length);
      current.flush();
    } catch (IOException e) {
      // The worker has ended, or has closed its input.
    }
  }

  private synchronized void end() {
    ended = true;
    Closeables.closeQuietly(target);
  }
}
