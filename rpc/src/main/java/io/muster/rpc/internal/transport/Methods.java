package io.muster.rpc.internal.transport;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;

/** The methods of the gRPC service of workers. */
final class Methods {
  static final String SERVICE = "muster.Rpc";

  /** A call of a user. The worker may refuse it when it is overloaded. */
  static final MethodDescriptor<Message, Message> CALL = method("call");

  /** A short control message between agents. It is never refused for overload. */
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
