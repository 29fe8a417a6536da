package dev.inkfish.mgr.rbd.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Who asks an S3 server, told in the second version of its signatures, as librbd does (`S3Stream`): of the method, the date and
/// the path.
record S3Signature(String accessKey, String secretKey) {
    private static final String CONFIG_KEY = "config://";
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss xx", Locale.ENGLISH);

    /// @param configKeys asked for keys that are not in the specification themselves
    static S3Signature of(JsonNode stream, UnaryOperator<String> configKeys) {
        text(stream, "url");
        String access = text(stream, "access_key");
        String secret = text(stream, "secret_key");
        String resolved = resolve(access, configKeys);
        if (resolved.chars().anyMatch(Character::isISOControl)) {
            throw new CephException(Errno.EINVAL, "the S3 stream's access key has control characters");
        }
        return new S3Signature(resolved, resolve(secret, configKeys));
    }

    static String text(JsonNode stream, String name) {
        JsonNode value = stream.path(name);
        if (!value.isTextual()) {
            throw new CephException(Errno.EINVAL, "the S3 stream has no '" + name + "'");
        }
        return value.textValue();
    }

    private static String resolve(String key, UnaryOperator<String> configKeys) {
        return key.startsWith(CONFIG_KEY) ? configKeys.apply(key.substring(CONFIG_KEY.length())) : key;
    }

    void sign(HttpURLConnection request) {
        String date = DATE.format(ZonedDateTime.now(ZoneOffset.UTC));
        String file = request.getURL().getFile();
        String target = file.startsWith("/") ? file : "/" + file;
        request.setRequestProperty("Date", date);
        request.setRequestProperty("Authorization", authorization(request.getRequestMethod(), date, target));
    }

    /// @param target path and query
    String authorization(String method, String date, String target) {
        byte[] secret = secretKey.isEmpty() ? new byte[1] : secretKey.getBytes(StandardCharsets.UTF_8); // padded with zeros anyway
        String signed = method + "\n\n\n" + date + "\n" + target;
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret, "HmacSHA1"));
            byte[] digest = mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
            return "AWS " + accessKey + ":" + Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA1 is part of every JDK", e);
        }
    }

    /// Without the secret.
    @Override
    public String toString() {
        return "S3Signature[" + accessKey + "]";
    }
}
