/**
 * The connections between the ranks of a group, and the rules by which messages go over them. Knows
 * of no collective.
 */
package io.muster.collectives.internal.mesh;
