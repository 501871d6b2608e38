/**
 * The connections between the ranks of a group, and the protocol of the messages on them. Knows no
 * collectives.
 */
package io.muster.collectives.internal.mesh;
