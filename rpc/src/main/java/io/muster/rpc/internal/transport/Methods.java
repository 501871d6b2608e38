package io.muster.rpc.internal.transport;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;

/** The methods of the one gRPC service that workers have. */
final class Methods {
  static final String SERVICE = "muster.Rpc";

  /** What users call; the worker may refuse it. */
  static final MethodDescriptor<Message, Message> CALL = method("call");

  /** What agents tell each other; short, and never refused for lack of room. */
  static final MethodDescriptor<Message, Message> CONTROL = method("control");

  private Methods() {}

  private static MethodDescriptor<Message, Message> method(String name) {
    return MethodDescriptor.<Message, Message>newBuilder()
        .setType(MethodType.UNARY)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(FrameMarshaller.INSTANCE)
        .setResponseMarshaller(FrameMarshaller.INSTANCE)
        .build();
  }
}
