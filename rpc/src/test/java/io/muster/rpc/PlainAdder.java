package io.muster.rpc;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An implementation of {@link Adder}. */
final class PlainAdder implements Adder {
  @Override
  public int add(int a, int b) {
    return a + b;
  }

  @Override
  public long add(long a, long b) {
    return a + b;
  }

  @Override
  public String concatenate(List<String> parts) {
    return String.join("", parts);
  }

  @Override
  public CompletionStage<Integer> addLater(int a, int b) {
    return CompletableFuture.supplyAsync(() -> a + b);
  }

  @Override
  public @Nullable String echo(@Nullable String text) {
    return text;
  }

  @Override
  public void nothing() {}

  @Override
  public void fail(String message) {
    throw new IllegalStateException(message, new ArithmeticException("the cause"));
  }
}
