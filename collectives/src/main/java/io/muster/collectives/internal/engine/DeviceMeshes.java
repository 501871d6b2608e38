package io.muster.collectives.internal.engine;

import io.muster.collectives.CollectiveInterruptedException;
import io.muster.collectives.CollectiveTimeoutException;
import io.muster.collectives.ProcessGroupOptions;
import io.muster.collectives.internal.mesh.FullMeshConnector;
import io.muster.collectives.internal.mesh.LocalAddress;
import io.muster.collectives.internal.mesh.Mesh;
import io.muster.collectives.internal.mesh.MissingRanksException;
import io.muster.store.Deadline;
import io.muster.store.NetworkException;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Connects a rank with the other ranks of its group, once per device; Gloo calls an address of a
 * network interface a device.
 */
final class DeviceMeshes {
  private static final Logger LOGGER = System.getLogger(DeviceMeshes.class.getName());
  private static final String OPERATION = "connecting";

  private DeviceMeshes() {}

  /**
   * The addresses to listen on: those of the interfaces in the options, or else in {@code
   * GLOO_SOCKET_IFNAME}, or else the one that the host name resolves to.
   */
  static List<InetAddress> addresses(ProcessGroupOptions options) {
    List<String> names = options.interfaceNames();
    String variable = options.environment().getOrDefault("GLOO_SOCKET_IFNAME", "");
    if (names.isEmpty() && !variable.isEmpty()) {
      names = List.of(variable.split(","));
    }
    try {
      List<InetAddress> addresses = new ArrayList<>();
      for (String name : names) {
        addresses.add(LocalAddress.of(name));
      }
      return addresses.isEmpty() ? List.of(LocalAddress.standard()) : addresses;
    } catch (IOException e) {
      throw new NetworkException(
          "the network interfaces " + names + " cannot be queried: " + e, "?", e);
    }
  }

  /**
   * Listens at each address, and blocks until all ranks are connected.
   *
   * @param store the part of the store that belongs to the group's devices
   * @throws CollectiveTimeoutException if a rank is missing after the timeout
   */
  static List<Mesh> connect(
      String group,
      int rank,
      int size,
      List<InetAddress> addresses,
      Store store,
      Duration timeout) {
    String where = String.format(Locale.ROOT, "rank %d of %d of group %s", rank, size, group);
    Deadline deadline = Deadline.after(timeout);
    List<Mesh> meshes = new ArrayList<>();
    boolean connected = false;
    try {
      for (InetAddress address : addresses) {
        Mesh mesh =
            new Mesh(
                "muster-mesh-" + group + "-rank-" + rank,
                rank,
                size,
                new InetSocketAddress(address, 0));
        meshes.add(mesh);
        LOGGER.log(Level.DEBUG, () -> where + " listens at " + mesh.address());
        // Gloo numbers the devices in the prefix.
        Store device = new PrefixStore(String.valueOf(meshes.size() - 1), store);
        new FullMeshConnector(device, rank, size).connect(mesh, deadline);
      }
      connected = true;
      return meshes;
    } catch (MissingRanksException e) {
      throw new CollectiveTimeoutException(
          String.format(Locale.ROOT, "%s timed out after %s: %s", where, timeout, e.getMessage()),
          OPERATION,
          timeout,
          e.ranks());
    } catch (IOException e) {
      throw new NetworkException(
          String.format(Locale.ROOT, "%s cannot be connected: %s", where, e.getMessage()),
          addresses.toString(),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CollectiveInterruptedException(
          where + " was interrupted while it was being connected", OPERATION);
    } finally {
      if (!connected) {
        meshes.forEach(mesh -> mesh.close(0));
      }
    }
  }
}
