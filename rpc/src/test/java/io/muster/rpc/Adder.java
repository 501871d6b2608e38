package io.muster.rpc;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A service with every kind of method. */
interface Adder {
  int add(int a, int b);

  long add(long a, long b);

  String concatenate(List<String> parts);

  CompletionStage<Integer> addLater(int a, int b);

  @Nullable String echo(@Nullable String text);

  void nothing();

  void fail(String message);

  default int increment(int a) {
    return add(a, 1);
  }
}
