/** Socket.IO with its Redis Streams adapter and connection state recovery. */
package dev.heliograph.loadtest.peer.socketio;
