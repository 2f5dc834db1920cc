/** Many devices in few processes, on event loops. */
package dev.heliograph.loadtest.swarm;
