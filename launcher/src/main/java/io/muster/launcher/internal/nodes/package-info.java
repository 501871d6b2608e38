/** How the launchers of several nodes agree, through a store. */
package io.muster.launcher.internal.nodes;
