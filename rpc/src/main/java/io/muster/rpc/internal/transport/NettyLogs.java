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
 * Prevents logging from ending Netty's threads and clients from flooding the log.
 *
 * <p>A Netty thread logs an exception as its last resort, and an exception from the logger ends the
 * thread. For example, the first time stamp of a log needs the time zone, which the JDK reads from
 * a file, and that fails when no descriptor is free. Therefore the loggers of the shaded Netty are
 * wrapped so that they never throw, and the time zone is loaded in advance. The configuration of
 * the loggers is not changed otherwise.
 */
final class NettyLogs {
  /** Loggers of gRPC that log once per bad message, call or connection. */
  private static final List<Logger> RATE_LIMITED =
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

  /** To be called before the shaded Netty is used. Later calls have no effect. */
  static synchronized void guard() {
    if (installed) {
      return;
    }
    installed = true;
    TimeZone unused = TimeZone.getDefault();
    guardNetty();
    for (Logger logger : RATE_LIMITED) {
      logger.setFilter(new RateLimit(logger.getFilter()));
    }
  }

  private static void guardNetty() {
    try {
      // The method that makes a logger is not public.
      Method make = InternalLoggerFactory.class.getDeclaredMethod("newInstance", String.class);
      make.setAccessible(true);
      InternalLoggerFactory.setDefaultFactory(
          new GuardedFactory(InternalLoggerFactory.getDefaultFactory(), make));
    } catch (NoSuchMethodException | RuntimeException e) {
      RateLimitedLog.warn("a logger that throws may end a thread of Netty", e);
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

  /** Limits a logger to ten records per second, in addition to its previous filter. */
  private static final class RateLimit implements Filter {
    private static final int PER_SECOND = 10;

    private final @Nullable Filter previous;
    private long second = Long.MIN_VALUE;
    private int inThisSecond;

    RateLimit(@Nullable Filter previous) {
      this.previous = previous;
    }

    @Override
    public boolean isLoggable(LogRecord record) {
      return (previous == null || previous.isLoggable(record)) && isWithinLimit();
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
