import org.jspecify.annotations.NullMarked;

/** Calls between the named workers of a world, and references to objects on them. */
// gRPC and Kryo are modules by the names in their manifests only.
@SuppressWarnings("requires-automatic")
@NullMarked
module io.muster.rpc {
  requires transitive io.muster.store;
  requires static transitive org.jspecify;
  requires com.esotericsoftware.kryo.kryo5;
  // gRPC and its Guava use these and cannot require them, being automatic modules.
  requires com.google.common.util.concurrent.internal;
  requires com.google.gson;
  requires io.grpc;
  requires io.grpc.netty.shaded;
  requires java.logging;
  // Netty's direct buffers.
  requires jdk.unsupported;

  exports io.muster.rpc;
}
