package io.muster.cli;

import io.muster.store.server.StoreServerOptions;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Keep-alive times, in the form {@code IDLE,INTERVAL,PROBES}, such as {@code 15s,5s,3}. */
record KeepAliveTimes(Duration idle, Duration interval, int probes) {
  static final KeepAliveTimes DEFAULT = of(StoreServerOptions.builder().build());

  private static final Pattern FORM = Pattern.compile("([^,]+),([^,]+),([0-9]{1,3})");

  private static KeepAliveTimes of(StoreServerOptions options) {
    return new KeepAliveTimes(
        options.keepAliveIdle(), options.keepAliveInterval(), options.keepAliveProbes());
  }

  @Override
  public String toString() {
    return idle.toSeconds() + "s," + interval.toSeconds() + "s," + probes;
  }

  /** Parses the value of an option. */
  static final class Converter implements ITypeConverter<KeepAliveTimes> {
    @Override
    public KeepAliveTimes convert(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new TypeConversionException(
            "'" + text + "' is not IDLE,INTERVAL,PROBES such as 15s,5s,3");
      }
      HumanDuration duration = new HumanDuration();
      try {
        return of(
            StoreServerOptions.builder()
                .keepAlive(
                    duration.convert(form.group(1)),
                    duration.convert(form.group(2)),
                    Integer.parseInt(form.group(3)))
                .build());
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "': " + e.getMessage());
      }
    }
  }
}
