package io.muster.store.internal.wire;

import java.io.IOException;
import java.util.List;

/**
 * One method per request. {@link RequestDecoder} calls it, and {@link RequestEncoder} implements
 * it. Arrays do not change afterwards, and the receiver may keep them. The receiver must not keep
 * lists.
 */
public interface Requests {
  void set(byte[] key, byte[] value) throws IOException;

  void compareSet(byte[] key, byte[] expected, byte[] desired) throws IOException;

  void get(byte[] key) throws IOException;

  void add(byte[] key, long delta) throws IOException;

  void check(List<byte[]> keys) throws IOException;

  void await(List<byte[]> keys) throws IOException;

  void numKeys() throws IOException;

  void deleteKey(byte[] key) throws IOException;

  void append(byte[] key, byte[] value) throws IOException;

  void multiGet(List<byte[]> keys) throws IOException;

  /** {@code keys} and {@code values} have the same size. */
  void multiSet(List<byte[]> keys, List<byte[]> values) throws IOException;

  void cancelWait() throws IOException;

  void ping(int nonce) throws IOException;

  void queuePush(byte[] key, byte[] value) throws IOException;

  void queuePop(byte[] key) throws IOException;

  void queueLen(byte[] key) throws IOException;

  void listKeys() throws IOException;

  void barrier(byte[] key, long worldSize) throws IOException;

  void tryGet(byte[] key) throws IOException;

  void tryMultiGet(List<byte[]> keys) throws IOException;

  void tryAdd(byte[] key, long delta) throws IOException;

  void observe(List<byte[]> keys) throws IOException;

  void awaitValues(List<byte[]> keys) throws IOException;

  void awaitItem(byte[] key) throws IOException;

  void hello(List<byte[]> features) throws IOException;

  void endWait(long number) throws IOException;

  void compareAndSwap(byte[] key, byte[] expected, byte[] desired) throws IOException;

  void awaitChange(byte[] prefix, long revision) throws IOException;

  void changes(byte[] prefix, long revision) throws IOException;
}
