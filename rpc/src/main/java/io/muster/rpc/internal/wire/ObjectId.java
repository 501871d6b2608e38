package io.muster.rpc.internal.wire;

/**
 * The identifier of a referenced object. The worker that asks for the object chooses it, so that it
 * can release the object before it knows that the object exists.
 *
 * @param creator the rank of the worker that chose the identifier
 * @param number unique among the objects of that worker
 */
public record ObjectId(int creator, long number) {}
