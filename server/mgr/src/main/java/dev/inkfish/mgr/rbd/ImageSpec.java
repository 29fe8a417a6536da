package dev.inkfish.mgr.rbd;

import dev.inkfish.wire.CephException;
import dev.inkfish.wire.Errno;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `[pool/[namespace/]]image`
record ImageSpec(String pool, String nspace, String image) {
    private static final Pattern FORM = Pattern.compile("^(?:([^/]+)/(?:([^/]+)/)?)?([^/@]+)$");

    static ImageSpec parse(String text, String defaultPool) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new CephException(Errno.EINVAL, "Invalid image spec: " + text);
        }
        String pool = matcher.group(1);
        String nspace = matcher.group(2);
        return new ImageSpec(pool == null ? defaultPool : pool, nspace == null ? "" : nspace, matcher.group(3));
    }

    @Override
    public String toString() {
        return pool + "/" + (nspace.isEmpty() ? "" : nspace + "/") + image;
    }
}
