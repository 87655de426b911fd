package dev.sluice.console.alert;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** How receivers know that an alert is ours. Stateless. */
final class Signature {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String ENCODED = "whsec_";

    private Signature() {}

    /**
     * As the Standard Webhooks specification has it: `v1,` and the HMAC-SHA-256, in base 64, of id, time and body with dots between.
     *
     * @param secret `whsec_` and base 64, or a text whose bytes are the key
     * @param seconds since 1970
     */
    static String standard(String secret, String id, String seconds, String body) {
        var key = secret.startsWith(ENCODED)
                ? Base64.getDecoder().decode(secret.substring(ENCODED.length()))
                : secret.getBytes(StandardCharsets.UTF_8);
        return "v1," + hmac(key, id + "." + seconds + "." + body);
    }

    /** As DingTalk's robots want it. */
    static String dingTalk(String secret, String millis) {
        return hmac(secret.getBytes(StandardCharsets.UTF_8), millis + "\n" + secret);
    }

    private static String hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
