package dev.heliograph.loadtest.swarm;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Histograms in microseconds, as all of a swarm are, and their text form. */
final class Micros {

    /** Beyond this something is late in any case. */
    private static final long MAX_MICROS = TimeUnit.MINUTES.toMicros(10);

    private static final int SIGNIFICANT_DIGITS = 3;

    private Micros() {}

    static Histogram histogram() {
        return new Histogram(MAX_MICROS, SIGNIFICANT_DIGITS);
    }

    static void record(Histogram histogram, long nanos) {
        long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
        histogram.recordValue(Math.clamp(micros, 0, MAX_MICROS));
    }

    static String text(Histogram histogram) {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    static Histogram histogram(String text) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), MAX_MICROS);
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("Not a histogram: " + text, e);
        }
    }
}
