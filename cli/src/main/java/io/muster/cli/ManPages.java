package io.muster.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes the manual pages, from what {@code --help} shows. It is not a command: the build of the
 * distribution runs it.
 */
final class ManPages {
  private final CommandSpec spec;
  private final String version;
  private final StringBuilder page = new StringBuilder();

  private ManPages(CommandSpec spec, String version) {
    this.spec = spec;
    this.version = version;
  }

  /** Writes a page for each command to the directory that is the only argument. */
  public static void main(String[] args) throws IOException {
    OutputStream none = OutputStream.nullOutputStream();
    CommandLine muster =
        Main.commandLine(new Streams(InputStream.nullInputStream(), none, none), Map.of(), "");
    String version = new Version().getVersion()[0];
    Path directory = Files.createDirectories(Path.of(args[0]));
    for (Map.Entry<String, String> page : of(muster, version).entrySet()) {
      Files.writeString(directory.resolve(page.getKey() + ".1"), page.getValue());
    }
  }

  /** The pages of a command and of those below it, by name. */
  static Map<String, String> of(CommandLine command, String version) {
    Map<String, String> pages = new TreeMap<>();
    addTo(pages, command.getCommandSpec(), version);
    return pages;
  }

  private static void addTo(Map<String, String> pages, CommandSpec spec, String version) {
    pages.put(name(spec), new ManPages(spec, version).write());
    for (CommandLine command : spec.subcommands().values()) {
      addTo(pages, command.getCommandSpec(), version);
    }
  }

  private static String name(CommandSpec spec) {
    return spec.qualifiedName("-");
  }

  private String write() {
    Help help = new Help(spec, Help.defaultColorScheme(Help.Ansi.OFF));
    List<String> description = lines(spec.usageMessage().description());
    page.append(".TH ").append(quote(name(spec).toUpperCase(Locale.ROOT)));
    page.append(" 1 \"\" ").append(quote(version)).append(" \"Muster\"\n");
    section("NAME");
    text(name(spec) + " - " + description.get(0).replaceAll("[.:]$", ""));
    section("SYNOPSIS");
    verbatim(List.of(help.synopsis(0).stripTrailing().split("\\R")));
    section("DESCRIPTION");
    paragraphs(description);
    if (!spec.positionalParameters().isEmpty()) {
      section("ARGUMENTS");
      for (PositionalParamSpec parameter : spec.positionalParameters()) {
        item(parameter.paramLabel(), lines(parameter.description()));
      }
    }
    section("OPTIONS");
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        item(label(option), lines(option.description()));
      }
    }
    commands(spec.subcommands().values());
    section("EXIT STATUS");
    verbatim(List.of(ExitCode.HELP.stripTrailing().split("\\R")));
    return page.toString();
  }

  private static String label(OptionSpec option) {
    String names = String.join(", ", option.names());
    if (option.arity().max() == 0) {
      return names;
    }
    return option.arity().min() == 0
        ? names + "[=" + option.paramLabel() + "]"
        : names + " " + option.paramLabel();
  }

  private void commands(Collection<CommandLine> commands) {
    if (commands.isEmpty()) {
      return;
    }
    section("COMMANDS");
    for (CommandLine command : commands) {
      CommandSpec below = command.getCommandSpec();
      item(name(below) + "(1)", lines(below.usageMessage().description()).subList(0, 1));
    }
  }

  /** Lines of the help, which picocli formats. */
  private static List<String> lines(String[] help) {
    List<String> lines = new ArrayList<>();
    for (String line : help) {
      lines.addAll(
          List.of(Help.Ansi.OFF.string(String.format(Locale.ROOT, line)).split("\\R", -1)));
    }
    return lines;
  }

  private void section(String title) {
    page.append(".SH ").append(title).append('\n');
  }

  private void item(String label, List<String> description) {
    page.append(".TP\n.B ").append(escape(label)).append('\n');
    for (int i = 0; i < description.size(); i++) {
      if (i > 0) {
        page.append(".br\n");
      }
      text(description.get(i));
    }
  }

  /** Lines that are indented stay as they are; an empty one ends a paragraph. */
  private void paragraphs(List<String> lines) {
    for (String line : lines) {
      if (line.isBlank()) {
        page.append(".PP\n");
      } else if (line.startsWith(" ")) {
        verbatim(List.of(line));
      } else {
        text(line);
      }
    }
  }

  private void verbatim(List<String> lines) {
    page.append(".nf\n");
    lines.forEach(this::text);
    page.append(".fi\n");
  }

  private void text(String line) {
    page.append(escape(line)).append('\n');
  }

  private static String quote(String text) {
    return '"' + text.replace("\"", "\\(dq") + '"';
  }

  /** Text in which roff sees no requests, and dashes that can be copied. */
  private static String escape(String text) {
    String escaped = text.replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
