package io.muster.store.internal.commit;

import static io.muster.store.internal.commit.DataWriter.writeBytes;

import io.muster.store.internal.keyspace.Command;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands as bytes: a code, and the arguments in the order of the constructor. A code never gets
 * another meaning.
 */
final class CommandCodec {
  private static final int SET = 1;
  private static final int COMPARE_SET = 2;
  private static final int ADD = 3;
  private static final int APPEND = 4;
  private static final int SET_ALL = 5;
  private static final int DELETE = 6;
  private static final int PUSH = 7;
  private static final int POP = 8;
  private static final int ARRIVE = 9;
  private static final int LEAVE = 10;
  private static final int CLEAR = 11;

  private CommandCodec() {}

  static void write(DataOutputStream out, Command command) throws IOException {
    if (command instanceof Command.Set set) {
      out.write(SET);
      writeBytes(out, set.key());
      writeBytes(out, set.value());
    } else if (command instanceof Command.Add add) {
      out.write(ADD);
      writeBytes(out, add.key());
      out.writeLong(add.delta());
    } else if (command instanceof Command.CompareSet swap) {
      out.write(COMPARE_SET);
      writeBytes(out, swap.key());
      writeBytes(out, swap.expected());
      writeBytes(out, swap.desired());
    } else if (command instanceof Command.Append append) {
      out.write(APPEND);
      writeBytes(out, append.key());
      writeBytes(out, append.value());
    } else if (command instanceof Command.SetAll all) {
      out.write(SET_ALL);
      out.writeInt(all.keys().size());
      for (int i = 0; i < all.keys().size(); i++) {
        writeBytes(out, all.keys().get(i));
        writeBytes(out, all.values().get(i));
      }
    } else if (command instanceof Command.Delete delete) {
      out.write(DELETE);
      writeBytes(out, delete.key());
    } else if (command instanceof Command.Push push) {
      out.write(PUSH);
      writeBytes(out, push.key());
      writeBytes(out, push.item());
    } else if (command instanceof Command.Pop pop) {
      out.write(POP);
      writeBytes(out, pop.key());
    } else if (command instanceof Command.Arrive arrive) {
      out.write(ARRIVE);
      writeBytes(out, arrive.barrier());
      out.writeLong(arrive.worldSize());
    } else if (command instanceof Command.Leave leave) {
      out.write(LEAVE);
      writeBytes(out, leave.barrier());
    } else if (command instanceof Command.Clear) {
      out.write(CLEAR);
    } else {
      throw new IllegalStateException("a command without a code: " + command.getClass());
    }
  }

  static Command read(LimitedInput in) throws IOException {
    int code = in.readByte();
    return switch (code) {
      case SET -> new Command.Set(in.readBytes(), in.readBytes());
      case COMPARE_SET -> new Command.CompareSet(in.readBytes(), in.readBytes(), in.readBytes());
      case ADD -> new Command.Add(in.readBytes(), in.readLong());
      case APPEND -> new Command.Append(in.readBytes(), in.readBytes());
      case SET_ALL -> readSetAll(in);
      case DELETE -> new Command.Delete(in.readBytes());
      case PUSH -> new Command.Push(in.readBytes(), in.readBytes());
      case POP -> new Command.Pop(in.readBytes());
      case ARRIVE -> new Command.Arrive(in.readBytes(), in.readLong());
      case LEAVE -> new Command.Leave(in.readBytes());
      case CLEAR -> new Command.Clear();
      default -> throw in.malformed("a command with the unknown code " + code + ", read");
    };
  }

  private static Command readSetAll(LimitedInput in) throws IOException {
    int count = in.readCount(2 * Integer.BYTES);
    List<byte[]> keys = new ArrayList<>(count);
    List<byte[]> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      keys.add(in.readBytes());
      values.add(in.readBytes());
    }
    return new Command.SetAll(keys, values);
  }
}
