/** Starts the processes of other systems. */
package dev.heliograph.loadtest.peer.launch;
