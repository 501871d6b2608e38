package io.muster.rpc.internal.transport;

import io.grpc.netty.shaded.io.netty.util.internal.logging.InternalLogger;
import io.grpc.netty.shaded.io.netty.util.internal.logging.InternalLoggerFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.TimeZone;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that logging can neither end Netty's threads nor be flooded by a client.
 *
 * <p>The last thing that a thread of Netty's does with an exception is to log it, and what is
 * thrown there ends the thread: without a descriptor to spare, the first time stamp of a log cannot
 * be made, as the JDK reads time zones from a file. So the loggers of gRPC's own Netty are wrapped
 * in ones that throw nothing, and what logging needs is loaded beforehand. What a logger does
 * otherwise is as it was set up.
 */
final class NettyLogs {
  /** Loggers of gRPC that say something of every bad message, call or connection. */
  private static final List<Logger> TALKATIVE =
      Stream.of(
              "io.grpc.netty.shaded.io.grpc.netty.NettyServerStream",
              "io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler",
              "io.grpc.netty.shaded.io.grpc.netty.NettyServerTransport.connections",
              "io.grpc.netty.shaded.io.grpc.netty.NettyClientHandler",
              "io.grpc.internal.AbstractClientStream",
              "io.grpc.internal.SerializingExecutor",
              "io.grpc.internal.ServerCallImpl",
              "io.grpc.internal.ServerImpl")
          .map(Logger::getLogger)
          .toList();

  private static boolean installed;

  private NettyLogs() {}

  /** Before anything of gRPC's Netty is used. Later calls do nothing. */
  static synchronized void guard() {
    if (installed) {
      return;
    }
    installed = true;
    TimeZone unused = TimeZone.getDefault();
    guardNetty();
    for (Logger logger : TALKATIVE) {
      logger.setFilter(new RateLimit(logger.getFilter()));
    }
  }

  private static void guardNetty() {
    try {
      // Factories have no public method that makes a logger.
      Method make = InternalLoggerFactory.class.getDeclaredMethod("newInstance", String.class);
      make.setAccessible(true);
      InternalLoggerFactory.setDefaultFactory(
          new GuardedFactory(InternalLoggerFactory.getDefaultFactory(), make));
    } catch (NoSuchMethodException | RuntimeException e) {
      RateLimitedLog.warn("a logger that fails may end threads of Netty's", e);
    }
  }

  private static final class GuardedFactory extends InternalLoggerFactory {
    private final InternalLoggerFactory factory;
    private final Method make;

    GuardedFactory(InternalLoggerFactory factory, Method make) {
      this.factory = factory;
      this.make = make;
    }

    @Override
    protected InternalLogger newInstance(String name) {
      Object logger;
      try {
        logger = make.invoke(factory, name);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("no logger " + name, e);
      }
      return (InternalLogger)
          Proxy.newProxyInstance(
              InternalLogger.class.getClassLoader(),
              new Class<?>[] {InternalLogger.class},
              (proxy, method, arguments) -> call(logger, method, arguments));
    }

    private static @Nullable Object call(
        Object logger, Method method, @Nullable Object @Nullable [] arguments) {
      try {
        return method.invoke(logger, arguments);
      } catch (InvocationTargetException | IllegalAccessException | RuntimeException | Error e) {
        return method.getReturnType() == boolean.class ? Boolean.FALSE : null;
      }
    }
  }

  /** Lets ten records per second through, of those that another filter lets through. */
  private static final class RateLimit implements Filter {
    private static final int PER_SECOND = 10;

    private final @Nullable Filter before;
    private long second = Long.MIN_VALUE;
    private int inThisSecond;

    RateLimit(@Nullable Filter before) {
      this.before = before;
    }

    @Override
    public boolean isLoggable(LogRecord record) {
      return (before == null || before.isLoggable(record)) && isWithinLimit();
    }

    private synchronized boolean isWithinLimit() {
      long now = System.nanoTime() / 1_000_000_000;
      if (now != second) {
        second = now;
        inThisSecond = 0;
      }
      return ++inThisSecond <= PER_SECOND;
    }
  }
}
