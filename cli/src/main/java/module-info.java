import org.jspecify.annotations.NullMarked;

/** The {@code muster} command. It exports nothing: its interface is the command line. */
@NullMarked
module io.muster.cli {
  requires static org.jspecify;
  requires info.picocli;
  requires io.muster.store;

  opens io.muster.cli to
      info.picocli;
}
