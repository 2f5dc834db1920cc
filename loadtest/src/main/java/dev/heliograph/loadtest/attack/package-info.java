/** Peers that mean a gateway harm, in a process of their own, for the scenario {@code attack}. */
package dev.heliograph.loadtest.attack;
