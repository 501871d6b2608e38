package io.muster.cli;

import io.muster.store.server.JobOptions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A job to serve, in the form {@code NAME[:PORT][,world-size=N]}. */
final class JobArgument implements ITypeConverter<JobOptions> {
  private static final Pattern FORM =
      Pattern.compile("([^:,]*)(?::([0-9]{1,6}))?(?:,world-size=([0-9]{1,9}))?");

  @Override
  public JobOptions convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is not NAME[:PORT][,world-size=N], such as train-17:29500,world-size=8");
    }
    try {
      JobOptions job = JobOptions.of(form.group(1));
      if (form.group(2) != null) {
        job = job.withPort(Integer.parseInt(form.group(2)));
      }
      return form.group(3) == null ? job : job.withWorldSize(Integer.parseInt(form.group(3)));
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + text + "': " + e.getMessage());
    }
  }
}
