package io.muster.collectives.internal.wire;

import java.util.HexFormat;

/** Decodes captured bytes from hexadecimal text with optional spaces. */
public final class Hex {
  private Hex() {}

  /** Decodes hexadecimal digits. */
  public static byte[] bytes(String digits) {
    return HexFormat.of().parseHex(digits.replaceAll("[ |]", ""));
  }
}
