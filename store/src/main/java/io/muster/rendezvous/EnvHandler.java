package io.muster.rendezvous;

/**
 * {@code env://}: like {@code tcp://}, with the address from {@code MASTER_ADDR} and {@code
 * MASTER_PORT}. Rank and world size come from the URL, or else from {@code RANK} and {@code
 * WORLD_SIZE}.
 */
final class EnvHandler implements RendezvousHandler {
  @Override
  public String scheme() {
    return "env";
  }

  @Override
  public Rendezvous meet(RendezvousRequest request) {
    int rank = request.argument("rank").isPresent() ? request.rank() : number(request, "RANK");
    int worldSize =
        request.argument("world_size").isPresent()
            ? request.worldSize()
            : number(request, "WORLD_SIZE");
    String host = variable(request, "MASTER_ADDR");
    int port = number(request, "MASTER_PORT");
    return TcpHandler.meet(request, host, port, rank, worldSize);
  }

  private static int number(RendezvousRequest request, String variable) {
    return request.number("environment variable " + variable, variable(request, variable));
  }

  private static String variable(RendezvousRequest request, String name) {
    return request
        .environmentVariable(name)
        .orElseThrow(
            () -> request.invalid("environment variable " + name + " expected, but not set"));
  }
}
