package dev.heliograph.server.tls;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads private keys in the three PEM forms that are common: PKCS#8, PKCS#1 (RSA) and SEC1 (EC).
 * Helidon's reader does not know the last one, which cert-manager and {@code openssl ecparam}
 * write, nor Ed25519.
 */
final class PrivateKeyPem {

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN (RSA |EC |)PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END");

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;

    /** INTEGER 0: the version of PKCS#8. */
    private static final byte[] VERSION = {2, 1, 0};

    private static final int LONG_LENGTH = 0x80;

    private PrivateKeyPem() {}

    /**
     * The key in a file. The forms other than PKCS#8 leave out what the algorithm is: it is that of
     * the public key.
     *
     * @throws GeneralSecurityException whose message goes on where the file's name ends
     */
    static PrivateKey read(CharSequence pem, PublicKey publicKey) throws GeneralSecurityException {
        if (pem.toString().contains("ENCRYPTED")) {
            throw new InvalidKeyException(
                    "is encrypted: decrypt it with 'openssl pkey -in <file> -out <new file>'");
        }
        Matcher matcher = KEY.matcher(pem);
        if (!matcher.find()) {
            throw new InvalidKeyException(
                    "holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)");
        }
        byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
        boolean pkcs8 = matcher.group(1).isEmpty();
        try {
            return KeyFactory.getInstance(publicKey.getAlgorithm())
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(
                                    pkcs8 ? der : pkcs8(der, publicKey.getEncoded())));
        } catch (GeneralSecurityException e) {
            throw new InvalidKeyException(
                    "holds no intact key of the certificate's kind, " + publicKey.getAlgorithm(),
                    e);
        }
    }

    /** Whether the two are a pair. */
    static boolean belongsTo(PrivateKey key, PublicKey publicKey) {
        if (key instanceof RSAKey own && publicKey instanceof RSAKey other) {
            return own.getModulus().equals(other.getModulus());
        }
        byte[] text = publicKey.getEncoded();
        try {
            Signature signature =
                    Signature.getInstance(
                            publicKey.getAlgorithm().equals("EC")
                                    ? "SHA256withECDSA"
                                    : publicKey.getAlgorithm());
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** A bare key as PKCS#8, with the AlgorithmIdentifier of a SubjectPublicKeyInfo. */
    private static byte[] pkcs8(byte[] key, byte[] publicKeyInfo) {
        int at = headerBytes(publicKeyInfo, 0);
        int end = at + headerBytes(publicKeyInfo, at) + length(publicKeyInfo, at);
        ByteArrayOutputStream content = new ByteArrayOutputStream(key.length + end);
        content.writeBytes(VERSION);
        content.write(publicKeyInfo, at, end - at);
        content.writeBytes(element(OCTET_STRING, key));
        return element(SEQUENCE, content.toByteArray());
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 4);
        out.write(tag);
        if (content.length < LONG_LENGTH) {
            out.write(content.length);
        } else {
            // DER takes as few bytes as possible. More than two: no key has 64 KiB.
            int bytes = content.length < 1 << Byte.SIZE ? 1 : 2;
            out.write(LONG_LENGTH | bytes);
            if (bytes == 2) {
                out.write(content.length >>> Byte.SIZE);
            }
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static int headerBytes(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return first < LONG_LENGTH ? 2 : 2 + (first & ~LONG_LENGTH);
    }

    private static int length(byte[] der, int at) {
        int length = der[at + 1] & 0xFF;
        if (length >= LONG_LENGTH) {
            int bytes = length & ~LONG_LENGTH;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << Byte.SIZE | der[at + 2 + i] & 0xFF;
            }
        }
        return length;
    }
}
