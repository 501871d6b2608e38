package io.muster.bench.store;

import java.util.List;

/**
 * One client of one store under measurement. Every method prepares an operation once, with its keys
 * and values in the form the client wants them in; running the operation is what is timed.
 */
interface Side extends AutoCloseable {
  /** A prepared operation. */
  interface Op {
    void run();
  }

  Op set(String key, byte[] value);

  Op get(String key);

  Op add(String key);

  Op compareSet(String key, byte[] expected, byte[] desired);

  Op check(String key);

  Op await(String key);

  Op deleteKey(String key);

  Op multiSet(List<String> keys, byte[] value);

  Op multiGet(List<String> keys);

  /** Another client of the same server. */
  Side another();

  @Override
  void close();
}
