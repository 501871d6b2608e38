package io.muster.launcher;

import java.util.Map;

/** The GPU that a worker sees with a virtual local rank. */
final class VisibleDevices {
  static final String VARIABLE = "CUDA_VISIBLE_DEVICES";

  private VisibleDevices() {}

  /**
   * Returns the entry for a local rank; without the variable, the local rank itself.
   *
   * @throws IllegalArgumentException if the variable has too few entries
   */
  static String of(int localRank, Map<String, String> environment) {
    String visible = environment.get(VARIABLE);
    if (visible == null) {
      return Integer.toString(localRank);
    }
    String[] devices = visible.split(",", -1);
    if (localRank >= devices.length) {
      throw new IllegalArgumentException(
          VARIABLE
              + "="
              + visible
              + " has no entry for local rank "
              + localRank
              + "; expected one per worker, because each worker is to see one device");
    }
    return devices[localRank].strip();
  }
}
