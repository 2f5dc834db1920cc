package dev.heliograph.server.config;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Addresses that begin with the same bits, such as {@code 10.0.0.0/8}; also a single one.
 *
 * @param first the lowest of them
 * @param bits how many bits are the same
 */
public record AddressRange(InetAddress first, int bits) {

    /**
     * Reads CIDR notation or a bare address. Names are not looked up.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        int all = address.getAddress().length * Byte.SIZE;
        int bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
        if (bits < 0 || bits > all) {
            throw new IllegalArgumentException("Not 0 to " + all + " bits: " + text);
        }
        return new AddressRange(prefix(address, bits), bits);
    }

    /** Whether the address is one of these. */
    public boolean contains(InetAddress address) {
        return address.getAddress().length == first.getAddress().length
                && prefix(address, bits).equals(first);
    }

    /** The address with all bits after the first so many cleared. */
    public static InetAddress prefix(InetAddress address, int bits) {
        byte[] bytes = address.getAddress();
        int whole = bits / Byte.SIZE;
        if (whole < bytes.length) {
            bytes[whole] &= (byte) (0xFF00 >> (bits % Byte.SIZE));
            Arrays.fill(bytes, whole + 1, bytes.length, (byte) 0);
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("An address has 4 or 16 bytes", e);
        }
    }
}
