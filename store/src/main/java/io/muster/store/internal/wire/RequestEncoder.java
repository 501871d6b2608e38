package io.muster.store.internal.wire;

import java.io.IOException;
import java.util.List;

/** Encodes requests. They are sent by {@link WireOutput#flush} at the latest. */
public final class RequestEncoder implements Requests {
  private final WireOutput out;

  public RequestEncoder(WireOutput out) {
    this.out = out;
  }

  /** Writes VALIDATE, the first request of every connection. */
  public void validate() throws IOException {
    begin(Opcode.VALIDATE);
    out.putInt(Protocol.MAGIC);
  }

  @Override
  public void set(byte[] key, byte[] value) throws IOException {
    blobs(Opcode.SET, key, value);
  }

  @Override
  public void compareSet(byte[] key, byte[] expected, byte[] desired) throws IOException {
    blobs(Opcode.COMPARE_SET, key, expected, desired);
  }

  @Override
  public void get(byte[] key) throws IOException {
    blobs(Opcode.GET, key);
  }

  @Override
  public void add(byte[] key, long delta) throws IOException {
    blobs(Opcode.ADD, key);
    out.putLong(delta);
  }

  @Override
  public void check(List<byte[]> keys) throws IOException {
    list(Opcode.CHECK, keys);
  }

  @Override
  public void await(List<byte[]> keys) throws IOException {
    list(Opcode.WAIT, keys);
  }

  @Override
  public void numKeys() throws IOException {
    begin(Opcode.NUM_KEYS);
  }

  @Override
  public void deleteKey(byte[] key) throws IOException {
    blobs(Opcode.DELETE_KEY, key);
  }

  @Override
  public void append(byte[] key, byte[] value) throws IOException {
    blobs(Opcode.APPEND, key, value);
  }

  @Override
  public void multiGet(List<byte[]> keys) throws IOException {
    list(Opcode.MULTI_GET, keys);
  }

  @Override
  public void multiSet(List<byte[]> keys, List<byte[]> values) throws IOException {
    begin(Opcode.MULTI_SET);
    out.putLong(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      out.putBlob(keys.get(i));
      out.putBlob(values.get(i));
    }
  }

  @Override
  public void cancelWait() throws IOException {
    begin(Opcode.CANCEL_WAIT);
  }

  @Override
  public void ping(int nonce) throws IOException {
    begin(Opcode.PING);
    out.putInt(nonce);
  }

  @Override
  public void queuePush(byte[] key, byte[] value) throws IOException {
    blobs(Opcode.QUEUE_PUSH, key, value);
  }

  @Override
  public void queuePop(byte[] key) throws IOException {
    blobs(Opcode.QUEUE_POP, key);
  }

  @Override
  public void queueLen(byte[] key) throws IOException {
    blobs(Opcode.QUEUE_LEN, key);
  }

  @Override
  public void listKeys() throws IOException {
    begin(Opcode.LIST_KEYS);
  }

  @Override
  public void barrier(byte[] key, long worldSize) throws IOException {
    blobs(Opcode.BARRIER, key);
    out.putLong(worldSize);
  }

  @Override
  public void tryGet(byte[] key) throws IOException {
    blobs(Opcode.TRY_GET, key);
  }

  @Override
  public void tryMultiGet(List<byte[]> keys) throws IOException {
    list(Opcode.TRY_MULTI_GET, keys);
  }

  @Override
  public void tryAdd(byte[] key, long delta) throws IOException {
    blobs(Opcode.TRY_ADD, key);
    out.putLong(delta);
  }

  @Override
  public void observe(List<byte[]> keys) throws IOException {
    list(Opcode.OBSERVE, keys);
  }

  @Override
  public void awaitValues(List<byte[]> keys) throws IOException {
    list(Opcode.WAIT_VALUES, keys);
  }

  @Override
  public void awaitItem(byte[] key) throws IOException {
    blobs(Opcode.WAIT_ITEM, key);
  }

  @Override
  public void hello(List<byte[]> features) throws IOException {
    list(Opcode.HELLO, features);
  }

  @Override
  public void endWait(long number) throws IOException {
    begin(Opcode.END_WAIT);
    out.putLong(number);
  }

  @Override
  public void compareAndSwap(byte[] key, byte[] expected, byte[] desired) throws IOException {
    blobs(Opcode.COMPARE_AND_SWAP, key, expected, desired);
  }

  @Override
  public void awaitChange(byte[] prefix, long revision) throws IOException {
    blobs(Opcode.WAIT_CHANGE, prefix);
    out.putLong(revision);
  }

  @Override
  public void changes(byte[] prefix, long revision) throws IOException {
    blobs(Opcode.CHANGES, prefix);
    out.putLong(revision);
  }

  private void begin(Opcode opcode) throws IOException {
    out.putByte(opcode.code());
  }

  private void blobs(Opcode opcode, byte[]... blobs) throws IOException {
    begin(opcode);
    for (byte[] blob : blobs) {
      out.putBlob(blob);
    }
  }

  private void list(Opcode opcode, List<byte[]> keys) throws IOException {
    begin(opcode);
    out.putLong(keys.size());
    for (byte[] key : keys) {
      out.putBlob(key);
    }
  }
}
