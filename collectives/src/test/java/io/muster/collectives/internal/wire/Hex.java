package io.muster.collectives.internal.wire;

import java.util.HexFormat;

/** Bytes as they were captured, with spaces where a reader wants them. */
public final class Hex {
  private Hex() {}

  /** The bytes that digits stand for. */
  public static byte[] bytes(String digits) {
    return HexFormat.of().parseHex(digits.replaceAll("[ |]", ""));
  }
}
