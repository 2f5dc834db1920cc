package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * How much one connection reads at a time: all that there is, or no more than a slow device does. A
 * channel asks its allocator once, for good, so that the limit has to be in what it got then.
 * Belongs to the channel's event loop.
 */
final class PacedReads implements RecvByteBufAllocator {

    private final RecvByteBufAllocator unlimited;
    private int limit;

    PacedReads(RecvByteBufAllocator unlimited) {
        this.unlimited = unlimited;
    }

    /**
     * Each read takes at most so many bytes from now on.
     *
     * @param bytes 0 for all that there are
     */
    void limit(int bytes) {
        limit = bytes;
    }

    @Override
    public Handle newHandle() {
        return new DelegatingHandle(unlimited.newHandle()) {
            @Override
            public ByteBuf allocate(ByteBufAllocator buffers) {
                return limit == 0 ? super.allocate(buffers) : buffers.ioBuffer(limit, limit);
            }

            @Override
            public int guess() {
                return limit == 0 ? super.guess() : limit;
            }

            @Override
            public boolean continueReading() {
                return limit == 0 && super.continueReading();
            }
        };
    }
}
