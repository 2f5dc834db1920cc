/**
 * The bare floor: what connections and writes cost in Java alone, with a blocking socket and a
 * virtual thread for each, and none of the features.
 */
package dev.heliograph.loadtest.peer.floor;
