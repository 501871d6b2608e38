package io.muster.store;

import io.muster.fixtures.contract.CloseContract;
import io.muster.fixtures.contract.NoQueueContract;
import io.muster.fixtures.contract.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileStoreContractTest extends StoreContract implements NoQueueContract, CloseContract {
  @TempDir Path directory;

  @Override
  protected Store create() {
    return new FileStore(directory.resolve("store"), 1);
  }

  @Override
  public int bookkeepingKeys() {
    return 1;
  }
}
