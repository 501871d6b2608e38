package io.muster.rpc.internal.codec;

import com.esotericsoftware.kryo.kryo5.io.KryoBufferOverflowException;
import io.muster.rpc.RpcCodec;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The default codec: Kryo with registered classes only. A class is identified by a hash of its name
 * and its fields. Therefore the order of registration does not matter, and workers with different
 * versions of a class refuse each other's objects instead of misreading them. Thread-safe.
 */
public final class KryoCodec implements RpcCodec {
  /** Smaller numbers are those of standard classes. */
  private static final int FIRST_NUMBER = 1 << 10;

  private static final int NUMBER_MASK = 0x3fffffff;

  private static final int MAX_IDLE_CODERS = 64;

  private final Map<Class<?>, Integer> registered = new LinkedHashMap<>();
  private final int maxBytes;
  private final BlockingQueue<Coder> coders = new ArrayBlockingQueue<>(MAX_IDLE_CODERS);

  /**
   * Makes a codec for the standard classes and the given ones.
   *
   * @param maxBytes the largest encoded value
   * @throws IllegalArgumentException if a class cannot be registered
   */
  public KryoCodec(Collection<Class<?>> types, int maxBytes) {
    this.maxBytes = maxBytes;
    Map<Integer, Class<?>> byNumber = new HashMap<>();
    for (Class<?> type : types) {
      requireRegistrable(type);
      int number = number(type);
      Class<?> other = byNumber.putIfAbsent(number, type);
      if (other != null && other != type) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s and %s have the same number: rename one",
                other.getName(),
                type.getName()));
      }
      registered.put(type, number);
    }
    try {
      // Fails here, and not in a call, if a class cannot be accessed.
      giveBack(new Coder(registered, maxBytes));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("cannot register: " + e.getMessage(), e);
    }
  }

  private static void requireRegistrable(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    if (!type.isArray() && (type.isInterface() || type.isAnnotation() || type.isPrimitive())) {
      throw new IllegalArgumentException(
          type + " has no instances: register the classes that implement it");
    }
    if (!type.isArray() && Modifier.isAbstract(type.getModifiers()) && !type.isEnum()) {
      throw new IllegalArgumentException(type + " is abstract: register its subclasses");
    }
    if (type.isHidden()
        || type.isAnonymousClass()
        || (!type.isEnum()
            && type.getEnclosingClass() != null
            && !Modifier.isStatic(type.getModifiers()))) {
      throw new IllegalArgumentException(type + " is not a static class");
    }
    if (element.getName().startsWith("java.") && !type.isArray()) {
      throw new IllegalArgumentException(
          type + " is a class of the JDK, which may have side effects when it is read");
    }
  }

  /** The number of a class: a hash of its name and its fields. */
  private static int number(Class<?> type) {
    String shape = type.getName();
    if (type.isRecord()) {
      shape +=
          Arrays.stream(type.getRecordComponents())
              .map(component -> component.getName() + ":" + component.getType().getName())
              .collect(Collectors.joining(",", "(", ")"));
    } else if (!type.isEnum() && !type.isArray()) {
      shape += fields(type);
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(shape.getBytes(StandardCharsets.UTF_8));
      return FIRST_NUMBER + (ByteBuffer.wrap(digest).getInt() & NUMBER_MASK);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String fields(Class<?> type) {
    StringBuilder fields = new StringBuilder();
    for (Class<?> level = type; level != null; level = level.getSuperclass()) {
      Arrays.stream(level.getDeclaredFields())
          .filter(field -> !Modifier.isStatic(field.getModifiers()))
          .filter(field -> !Modifier.isTransient(field.getModifiers()))
          .sorted(Comparator.comparing(Field::getName))
          .forEach(
              field ->
                  fields
                      .append(field.getName())
                      .append(':')
                      .append(field.getType().getName())
                      .append(';'));
    }
    return fields.toString();
  }

  @Override
  public byte[] encode(@Nullable Object value, References references) {
    Coder coder = take();
    byte[] bytes;
    try {
      bytes = coder.encode(value, references);
    } catch (KryoBufferOverflowException e) {
      throw new IllegalArgumentException(
          "cannot be sent: it has more than the " + maxBytes + " bytes that maxMessageBytes allows",
          e);
    } catch (RuntimeException e) {
      // The coder is in an unknown state and is not used again.
      throw new IllegalArgumentException("cannot be sent: " + e.getMessage(), e);
    }
    giveBack(coder);
    return bytes;
  }

  @Override
  public @Nullable Object decode(byte[] bytes, int offset, int length, References references) {
    Coder coder = take();
    Object value;
    try {
      value = coder.decode(bytes, offset, length, references);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("cannot be read: " + e.getMessage(), e);
    }
    giveBack(coder);
    return value;
  }

  private Coder take() {
    Coder coder = coders.poll();
    return coder == null ? new Coder(registered, maxBytes) : coder;
  }

  private void giveBack(Coder coder) {
    // Dropped if there are enough.
    boolean unused = coders.offer(coder);
  }
}
