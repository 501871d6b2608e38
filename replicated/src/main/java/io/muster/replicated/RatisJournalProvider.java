package io.muster.replicated;

import io.muster.store.internal.journal.Journal;
import io.muster.store.internal.journal.JournalProvider;
import java.io.IOException;
import java.nio.file.Path;

/** The service by which a store server finds the journal of its data directory. */
public final class RatisJournalProvider implements JournalProvider {
  /** Called by {@link java.util.ServiceLoader}. */
  public RatisJournalProvider() {}

  @Override
  public Journal journal(Path directory) throws IOException {
    return new RatisJournal(DataDirectory.open(directory), JournalSizes.ofHeap());
  }
}
