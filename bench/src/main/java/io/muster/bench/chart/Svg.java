package io.muster.bench.chart;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A picture as text: what is drawn later lies above. The same calls give the same bytes. */
final class Svg {
  static final String INK = "#24292f";
  static final String PALE = "#d8dee4";

  /** Colours that the colour-blind tell apart too, of Okabe and Ito. */
  static final List<String> COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9");

  /** Where of a text its coordinates are. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  private static final int FONT = 12;

  private final StringBuilder out = new StringBuilder();

  Svg(double width, double height, String title) {
    out.append(
        String.format(
            Locale.ROOT,
            """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" \
        role="img" font-family="sans-serif" font-size="%d">
        <title>%s</title>
        <rect width="100%%" height="100%%" rx="6" fill="#ffffff"/>
        """,
            number(width),
            number(height),
            number(width),
            number(height),
            FONT,
            escape(title)));
    add(
        String.format(
            Locale.ROOT,
            "<text x=\"16\" y=\"26\" font-size=\"15\" font-weight=\"bold\" fill=\"%s\">%s</text>",
            INK,
            escape(title)));
  }

  /** How wide a text is, rather more than less: nobody knows the reader's font. */
  static double widthOf(String text) {
    return 0.6 * FONT * text.length();
  }

  /** What follows until {@link #end} belongs to something that has a name. */
  void begin(String name) {
    add("<g><title>" + escape(name) + "</title>");
  }

  void end() {
    add("</g>");
  }

  void line(double x1, double y1, double x2, double y2, String colour, double width) {
    add(
        String.format(
            Locale.ROOT,
            "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\" stroke-width=\"%s\"/>",
            number(x1),
            number(y1),
            number(x2),
            number(y2),
            colour,
            number(width)));
  }

  void lines(List<Point> corners, String colour) {
    String points =
        corners.stream()
            .map(corner -> number(corner.x()) + "," + number(corner.y()))
            .collect(Collectors.joining(" "));
    add(
        String.format(
            Locale.ROOT,
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\""
                + " stroke-linejoin=\"round\"/>",
            points,
            colour));
  }

  void dot(double x, double y, String colour) {
    add(
        String.format(
            Locale.ROOT,
            "<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>",
            number(x),
            number(y),
            colour));
  }

  void rectangle(double x, double y, double width, double height, String colour) {
    add(
        String.format(
            Locale.ROOT,
            "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>",
            number(x),
            number(y),
            number(width),
            number(height),
            colour));
  }

  void text(double x, double y, Anchor anchor, String text) {
    add(
        String.format(
            Locale.ROOT,
            "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
            number(x),
            number(y),
            anchor.name().toLowerCase(Locale.ROOT),
            INK,
            escape(text)));
  }

  /** A text that reads upwards and has its middle where the coordinates are. */
  void upwards(double x, double y, String text) {
    add(
        String.format(
            Locale.ROOT,
            "<text transform=\"translate(%s %s) rotate(-90)\" text-anchor=\"middle\" fill=\"%s\">%s</text>",
            number(x),
            number(y),
            INK,
            escape(text)));
  }

  private void add(String element) {
    out.append(element).append('\n');
  }

  private static String number(double pixels) {
    String text = String.format(Locale.ROOT, "%.1f", pixels);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @Override
  public String toString() {
    return out + "</svg>\n";
  }
}
