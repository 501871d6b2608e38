package io.muster.launcher.internal.output;

import io.muster.store.internal.concurrent.Closeables;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A thread that copies what a worker writes to a stream: line by line, and to a file if given. */
public final class OutputPump {
  private static final Logger LOG = System.getLogger(OutputPump.class.getName());
  private static final int CHUNK = 16 << 10;

  private final InputStream source;
  private final LineSplitter lines;
  private @Nullable OutputStream file;
  private final Thread thread;

  private OutputPump(
      InputStream source, LineSplitter lines, @Nullable OutputStream file, String name) {
    this.source = source;
    this.lines = lines;
    this.file = file;
    this.thread = new Thread(this::run, "muster-output-" + name);
    thread.setDaemon(true);
  }

  /**
   * Starts a thread that copies to the end of the source.
   *
   * @param sink gets each line
   * @param file gets all bytes unchanged; closed at the end; null for no file
   * @param name of the worker and the stream, for the thread
   */
  public static OutputPump start(
      InputStream source, LineSink sink, @Nullable OutputStream file, String name) {
    OutputPump pump = new OutputPump(source, new LineSplitter(sink), file, name);
    pump.thread.start();
    return pump;
  }

  private void run() {
    try (source) {
      byte[] chunk = new byte[CHUNK];
      for (int length = source.read(chunk); length >= 0; length = source.read(chunk)) {
        lines.accept(chunk, length);
        writeToFile(chunk, length);
      }
    } catch (IOException e) {
      // The worker has ended.
    } catch (Throwable e) {
      LOG.log(Level.ERROR, "the output of a worker is lost from here on", e);
    } finally {
      end();
    }
  }

  private void writeToFile(byte[] chunk, int length) {
    OutputStream target = file;
    if (target == null) {
      return;
    }
    try {
      target.write(chunk, 0, length);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the log file of a worker ends here: {0}", e.getMessage());
      Closeables.closeQuietly(target);
      file = null;
    }
  }

  private void end() {
    lines.end();
    if (file != null) {
      Closeables.closeQuietly(file);
    }
  }

  /**
   * Waits until everything is copied, at most until {@code deadline} by {@link System#nanoTime}.
   */
  public static void awaitAll(List<OutputPump> pumps, long deadline) throws InterruptedException {
    for (OutputPump pump : pumps) {
      long millis = Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
      pump.thread.join(millis);
    }
  }
}
