package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManPagesTest {
  private static Map<String, String> pages() {
    OutputStream none = OutputStream.nullOutputStream();
    Streams streams = new Streams(InputStream.nullInputStream(), none, none);
    return ManPages.of(Main.commandLine(streams, Map.of(), ""), "muster 1.2");
  }

  @Test
  void pages_everyCommand_hasOne() {
    assertThat(pages())
        .containsKeys("muster", "muster-serve", "muster-kv", "muster-kv-get", "muster-perf");
  }

  @Test
  void page_ofACommand_hasWhatItsHelpShows() {
    assertThat(pages().get("muster-serve"))
        .startsWith(
            """
            .TH "MUSTER-SERVE" 1 "" "muster 1.2" "Muster"
            .SH NAME
            muster\\-serve \\- Serve a store to PyTorch's and Java's clients until SIGTERM or SIGINT
            .SH SYNOPSIS
            .nf
            muster serve [""")
        .contains(
            """
            .TP
            .B \\-\\-port N
            Listen on this port; 0 means any free port. Default: 29500.
            """)
        .contains(".SH EXIT STATUS\n.nf\n  0    success\n");
  }

  @Test
  void pages_haveNoLineThatIsARequestByAccident() {
    assertThat(pages().values())
        .allSatisfy(
            page ->
                assertThat(page.lines().filter(line -> line.matches("[.'].*")))
                    .allMatch(line -> line.matches("\\.(TH|SH|TP|B|PP|br|nf|fi)( .*)?")));
  }
}
