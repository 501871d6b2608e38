package io.muster.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** A user's store that implements nothing but the extended operations, and writes them down. */
final class RecordingStore extends EmptyStore {
  record MultiSet(List<String> keys, List<byte[]> values) {}

  final List<Map.Entry<String, byte[]>> appends = new ArrayList<>();
  final List<MultiSet> multiSets = new ArrayList<>();
  final List<List<String>> multiGets = new ArrayList<>();
  final Deque<List<byte[]>> multiGetResults = new ArrayDeque<>();
  boolean closed;

  @Override
  public void append(String key, byte[] value) {
    appends.add(Map.entry(key, value));
  }

  @Override
  public List<byte[]> multiGet(List<String> keys) {
    multiGets.add(keys);
    return multiGetResults.remove();
  }

  @Override
  public void multiSet(List<String> keys, List<byte[]> values) {
    multiSets.add(new MultiSet(keys, values));
  }

  @Override
  public boolean hasExtendedApi() {
    return true;
  }

  @Override
  public void close() {
    closed = true;
  }
}
