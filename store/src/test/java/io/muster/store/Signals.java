package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.NativeLibrary;
import io.muster.fixtures.Background;
import java.lang.reflect.Proxy;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * SIGUSR2, handled in this JVM and sent to one of its threads. Linux only. The JDK's class for it
 * is used by reflection, since its module is not one that this one reads.
 */
final class Signals implements AutoCloseable {
  private static final int SIGUSR2 = 12;

  private final Semaphore handled = new Semaphore(0);
  private final Object earlier;

  private Signals() {
    earlier = handle(newHandler());
  }

  /** Handles the signal until closed. */
  static Signals handled() {
    return new Signals();
  }

  /** What {@link #send} knows the calling thread by. */
  static int currentThread() {
    return call("gettid");
  }

  /** Sends the signal to a thread, and returns when it has been handled. */
  void send(int thread) throws InterruptedException {
    assertThat(call("tgkill", call("getpid"), thread, SIGUSR2)).isZero();
    assertThat(handled.tryAcquire(Background.PATIENCE.toNanos(), TimeUnit.NANOSECONDS)).isTrue();
  }

  @Override
  public void close() {
    Object unused = handle(earlier);
  }

  private Object newHandler() {
    try {
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      return Proxy.newProxyInstance(
          type.getClassLoader(),
          new Class<?>[] {type},
          (proxy, method, arguments) -> {
            handled.release();
            return null;
          });
    } catch (ClassNotFoundException e) {
      throw new LinkageError("no signals", e);
    }
  }

  private static Object handle(Object handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      return signal
          .getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
          .invoke(null, signal.getConstructor(String.class).newInstance("USR2"), handler);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the signal cannot be handled", e);
    }
  }

  private static int call(String function, Object... arguments) {
    return NativeLibrary.getInstance("c").getFunction(function).invokeInt(arguments);
  }
}
