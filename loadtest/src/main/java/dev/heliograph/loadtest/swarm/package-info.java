/**
 * Many devices in few processes, on event loops.
 *
 * <p>{@link dev.heliograph.loadtest.swarm.Swarm} starts the processes and speaks with them; a
 * process is a {@link dev.heliograph.loadtest.swarm.SwarmMain} with one event loop, on which all
 * its devices live. Every payload begins with a {@link dev.heliograph.loadtest.swarm.Payload}
 * header; {@link dev.heliograph.loadtest.swarm.Sent} numbers what is sent and {@link
 * dev.heliograph.loadtest.swarm.Booking} books what comes.
 */
package dev.heliograph.loadtest.swarm;
