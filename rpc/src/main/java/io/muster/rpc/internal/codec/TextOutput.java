package io.muster.rpc.internal.codec;

import com.esotericsoftware.kryo.kryo5.io.Output;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes text as {@link BoundedInput} reads it: a length in bytes, which can be checked. */
final class TextOutput extends Output {
  private static final int INITIAL_BYTES = 256;

  TextOutput(int maxBytes) {
    super(INITIAL_BYTES, maxBytes);
  }

  @Override
  public void writeString(@Nullable String text) {
    if (text == null) {
      writeVarInt(0, true);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    writeVarInt(bytes.length + 1, true);
    writeBytes(bytes);
  }

  @Override
  public void writeAscii(String text) {
    writeString(text);
  }
}
