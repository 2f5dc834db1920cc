/** Centrifugo 6 with Redis: history and recovery, personal channels, its JSON client protocol. */
package dev.heliograph.loadtest.peer.centrifugo;
