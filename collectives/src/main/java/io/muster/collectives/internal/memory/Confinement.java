package io.muster.collectives.internal.memory;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Detects buffers of confined arenas (JDK 22 and later), which only the owner of the arena may
 * access. The I/O thread of a group cannot use them.
 */
public final class Confinement {
  /** A thread that owns no arena. It is never started. */
  private static final Thread OTHER = new Thread(() -> {}, "muster-other");

  /** {@code MemorySegment.ofBuffer(buffer).isAccessibleBy(thread)}; null on JDKs without it. */
  private static final @Nullable MethodHandle IS_ACCESSIBLE_BY = find();

  private Confinement() {}

  private static @Nullable MethodHandle find() {
    try {
      Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      MethodHandle ofBuffer =
          lookup.findStatic(segment, "ofBuffer", methodType(segment, Buffer.class));
      MethodHandle isAccessibleBy =
          lookup.findVirtual(segment, "isAccessibleBy", methodType(boolean.class, Thread.class));
      return MethodHandles.filterArguments(isAccessibleBy, 0, ofBuffer)
          .asType(methodType(boolean.class, ByteBuffer.class, Thread.class));
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  /** Whether the buffer belongs to a confined arena. */
  public static boolean isConfined(ByteBuffer buffer) {
    if (IS_ACCESSIBLE_BY == null) {
      return false;
    }
    try {
      return !(boolean) IS_ACCESSIBLE_BY.invokeExact(buffer, OTHER);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
