package io.muster.store.internal.commit;

import io.muster.store.internal.keyspace.Command;
import java.io.DataOutputStream;
import java.io.IOException;

/** One change of the state of a server with jobs, as a log records it. */
public sealed interface Change {
  /** Writes a code, which never gets another meaning, and what the change consists of. */
  void write(DataOutputStream out) throws IOException;

  /** A command for the keyspace of a job. It has no effect if the job does not exist. */
  record OfKeyspace(int job, Command command) implements Change {
    static final int CODE = 1;

    @Override
    public void write(DataOutputStream out) throws IOException {
      out.write(CODE);
      out.writeInt(job);
      CommandCodec.write(out, command);
    }
  }

  /** Creates a job, or gives the job with its number other properties. */
  record PutJob(JobRecord job) implements Change {
    static final int CODE = 2;

    @Override
    public void write(DataOutputStream out) throws IOException {
      out.write(CODE);
      job.write(out);
    }
  }

  /** Removes a job with its keys and queues. */
  record RemoveJob(int job) implements Change {
    static final int CODE = 3;

    @Override
    public void write(DataOutputStream out) throws IOException {
      out.write(CODE);
      out.writeInt(job);
    }
  }

  /**
   * A server has started. The clients of its predecessor are gone, so their arrivals at barriers do
   * not count any more.
   */
  record BeginEpoch(long epoch) implements Change {
    static final int CODE = 4;

    @Override
    public void write(DataOutputStream out) throws IOException {
      out.write(CODE);
      out.writeLong(epoch);
    }
  }
}
