package io.muster.bench.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ChartsTest {
  @Test
  void lines_ofTwoSeries_areNamedAndGoThroughThePoints(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("chart.svg");
    joinTimes().writeTo(file);

    Document svg = parse(Files.readString(file));
    assertThat(texts(svg))
        .contains("Join time", "clients", "ms", "PyTorch", "Muster <1 & \"2\">", "1,000");
    Element muster = (Element) svg.getElementsByTagName("polyline").item(1);
    // 1 is at the left end, 1,000 at the right end, and 10 a third of the way.
    assertThat(muster.getAttribute("points").split("[, ]", 0))
        .hasSize(6)
        .satisfies(c -> assertThat(c[0]).isEqualTo("80"))
        .satisfies(c -> assertThat(c[2]).isEqualTo("312"))
        .satisfies(c -> assertThat(c[4]).isEqualTo("776"));
  }

  @Test
  void lines_thatCannotBeDrawn_areLeftOut() throws Exception {
    String svg =
        new LineChart("t", "x", "y")
            .logY()
            .series(
                "a",
                List.of(
                    new Point(0, 1), new Point(1, 0), new Point(2, Double.NaN), new Point(3, 9)))
            .series("b", List.of())
            .svg();

    assertThat(svg).doesNotContain("NaN").doesNotContain("Infinity");
    assertThat(parse(svg).getElementsByTagName("circle").getLength()).isEqualTo(2);
  }

  @Test
  void linearYAxis_anyFigures_beginsAtZero() throws Exception {
    String svg =
        new LineChart("t", "x", "y")
            .series("a", List.of(new Point(1, 100), new Point(2, 101)))
            .svg();

    assertThat(texts(parse(svg))).contains("0", "100");
  }

  @Test
  void bars_ofRatios_areNamedWithTheirFigures(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("bars.svg");
    ratios().writeTo(file);

    Document svg = parse(Files.readString(file));
    assertThat(texts(svg)).contains("get, 32 B", "0.50", "add", "1.25", "target met");
    // White, two for the legend, and the bars.
    assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(3 + 2);
  }

  @Test
  void bars_ofNoRatio_areRefused() {
    BarChart chart = new BarChart("t", "ratio");
    assertThatThrownBy(() -> chart.bar("none", Double.NaN, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none");
  }

  @Test
  void charts_inAnotherLocale_areTheSame() throws Exception {
    String lines = joinTimes().svg();
    String bars = ratios().svg();
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(joinTimes().svg()).isEqualTo(lines);
      assertThat(ratios().svg()).isEqualTo(bars);
    } finally {
      Locale.setDefault(before);
    }
  }

  private static LineChart joinTimes() {
    return new LineChart("Join time", "clients", "ms")
        .logX()
        .logY()
        .series("PyTorch", List.of(new Point(1, 0.8), new Point(100, 30), new Point(1000, 410)))
        .series(
            "Muster <1 & \"2\">",
            List.of(new Point(1, 0.5), new Point(10, 2), new Point(1000, 90)));
  }

  private static BarChart ratios() {
    return new BarChart("Muster's time divided by PyTorch's", "ratio")
        .bar("get, 32 B", 0.5, 0.4, 0.65, 0.7)
        .bar("add", 1.25, 1, 1.4);
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> texts(Document svg) {
    NodeList elements = svg.getElementsByTagName("text");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < elements.getLength(); i++) {
      texts.add(elements.item(i).getTextContent());
    }
    return texts;
  }
}
