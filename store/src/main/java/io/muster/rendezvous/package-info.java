/**
 * Rendezvous: how the processes of a job find each other. A URL leads to a {@link
 * io.muster.rendezvous.Rendezvous}, which holds the shared store, and the rank and the world size
 * of this process. The schemes {@code tcp://}, {@code file://} and {@code env://} are built in; a
 * {@link io.muster.rendezvous.RendezvousHandler} adds another.
 */
package io.muster.rendezvous;
