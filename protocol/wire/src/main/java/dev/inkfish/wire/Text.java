package dev.inkfish.wire;

import java.nio.charset.StandardCharsets;

/// Ceph's strings are bytes, nearly always UTF-8. A byte that is not part of valid UTF-8 becomes the lone
/// surrogate U+DC00 + byte, and back, so that any name survives the round trip.
public final class Text {
    private static final char REPLACEMENT = '\uFFFD';

    private Text() {}

    public static String decode(byte[] array, int offset, int length) {
        String text = new String(array, offset, length, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : decodeEscaping(array, offset, length);
    }

    public static byte[] encode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return encodeEscaped(text);
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String decodeEscaping(byte[] array, int offset, int length) {
        StringBuilder text = new StringBuilder(length);
        int at = offset;
        while (at < offset + length) {
            int size = sequenceSize(array, at, offset + length);
            if (size == 0) {
                text.append((char) (0xDC00 + (array[at] & 0xff)));
                at++;
            } else {
                text.append(new String(array, at, size, StandardCharsets.UTF_8));
                at += size;
            }
        }
        return text.toString();
    }

    /// The length of the valid UTF-8 sequence at `at`, or 0.
    private static int sequenceSize(byte[] array, int at, int end) {
        int lead = array[at] & 0xff;
        int size = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
        if (size == 0 || at + size > end) {
            return 0;
        }
        if (size > 1) {
            String one = new String(array, at, size, StandardCharsets.UTF_8);
            boolean genuine = size == 3 && lead == 0xEF && (array[at + 1] & 0xff) == 0xBF && (array[at + 2] & 0xff) == 0xBD;
            if (one.indexOf(REPLACEMENT) >= 0 && !genuine) {
                return 0;
            }
        }
        return size;
    }

    private static byte[] encodeEscaped(String text) {
        WireWriter out = new WireWriter(text.length() * 3);
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
            if (!pair && c >= 0xDC80 && c <= 0xDCFF) {
                out.u8(c - 0xDC00);
                i++;
            } else {
                int count = pair ? 2 : 1;
                out.raw(text.substring(i, i + count).getBytes(StandardCharsets.UTF_8));
                i += count;
            }
        }
        return out.toBytes().toArray();
    }
}
