package io.muster.launcher;

import io.muster.launcher.internal.error.ErrorFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;

/**
 * Runs the main class of a Java worker. If its main method throws, the exception is written to the
 * file that {@code TORCHELASTIC_ERROR_FILE} names, as PyTorch's {@code record} does, so that the
 * report of {@code torchrun} or Muster's launcher shows it.
 *
 * <p>A program with a main method of its own calls {@link #record} instead.
 */
public final class MusterWorker {
  private static final int FAILED = 1;

  private MusterWorker() {}

  /**
   * Runs the class that the first argument names, with the other arguments. When its main method
   * throws, prints the stack trace and exits with 1, also if other threads still run.
   */
  public static void main(String[] args) throws Exception {
    if (args.length == 0) {
      throw new IllegalArgumentException("expected the name of a main class");
    }
    try {
      Class<?> program = Class.forName(args[0], true, ClassLoader.getSystemClassLoader());
      Method main = program.getMethod("main", String[].class);
      if (!Modifier.isStatic(main.getModifiers())) {
        throw new NoSuchMethodException("the main method of " + args[0] + " is not static");
      }
      main.setAccessible(true);
      main.invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException e) {
      fail(e.getCause() == null ? e : e.getCause());
    } catch (ReflectiveOperationException | LinkageError e) {
      fail(e);
    }
  }

  private static void fail(Throwable thrown) {
    try {
      record(thrown);
      System.err.print("Exception in thread \"main\" ");
      thrown.printStackTrace();
    } finally {
      System.exit(FAILED);
    }
  }

  /**
   * Writes an exception to the file that {@code TORCHELASTIC_ERROR_FILE} names, for the report
   * about why this worker failed. Does nothing if there is no such variable or the file cannot be
   * written.
   */
  public static void record(Throwable thrown) {
    String file = System.getenv(ErrorFile.VARIABLE);
    if (file == null || file.isEmpty()) {
      return;
    }
    try {
      ErrorFile.write(Path.of(file), thrown, Instant.now());
    } catch (IOException e) {
      System.err.println("cannot write " + file + ": " + e.getMessage());
    }
  }
}
