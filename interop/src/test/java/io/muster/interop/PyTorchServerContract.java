package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.contract.CloseContract;
import io.muster.fixtures.contract.StoreContract;
import io.muster.store.NetworkException;
import io.muster.store.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Muster's client of a PyTorch server: the contract of a store, but for what PyTorch refuses. */
abstract class PyTorchServerContract extends StoreContract implements CloseContract {
  @Override
  public boolean isKeptByPyTorch() {
    return true;
  }

  /** The server disconnects whoever adds to text; another connection finds the value unchanged. */
  @Override
  @ParameterizedTest
  @ValueSource(strings = {"", "abc", " ", "+", "- 1", "a1", "9223372036854775808"})
  public void add_textThatIsNoNumber_throwsAndLeavesTheStoreUsable(String text) {
    store().set("k", text);
    Store other = anotherHandle();

    assertThatThrownBy(() -> store().add("k", 1)).isInstanceOf(NetworkException.class);

    assertThat(other.getString("k")).isEqualTo(text);
    assertThat(other.add("other", 1)).isEqualTo(1);
  }

  @Override
  @Test
  public void add_bytesBeyondAscii_isNoNumber() {
    add_textThatIsNoNumber_throwsAndLeavesTheStoreUsable("１２");
  }

  /** All but the empty value, which to PyTorch's TCP servers is no number. */
  @Override
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "41,1,42",
        "12abc,1,13",
        " 12,1,13",
        "'\t\n\u000b\f\r +7',1,8",
        "0x10,1,1",
        "-3,1,-2",
        "007,1,8",
        "1.9,1,2",
        "9223372036854775807,1,-9223372036854775808",
        "-9223372036854775808,-1,9223372036854775807"
      })
  public void add_textThatBeginsWithANumber_countsFromIt(String text, long delta, long sum) {
    super.add_textThatBeginsWithANumber_countsFromIt(text, delta, sum);
  }
}
