package dev.inkfish.wire.osd;

import dev.inkfish.wire.CephType;
import dev.inkfish.wire.WireReader;
import dev.inkfish.wire.WireWriter;

/// Where a request should go instead (`request_redirect_t`).
@CephType("request_redirect_t")
public record RequestRedirect(ObjectLocator locator, String object) {
    public static RequestRedirect decode(WireReader in) {
        return in.versioned(1, (body, version) -> {
            RequestRedirect redirect = new RequestRedirect(ObjectLocator.decode(body), body.string());
            body.bytes(); // instructions, unused
            return redirect;
        });
    }

    public void encode(WireWriter out) {
        out.versioned(1, 1, () -> {
            locator.encode(out);
            out.string(object).u32(0);
        });
    }
}
