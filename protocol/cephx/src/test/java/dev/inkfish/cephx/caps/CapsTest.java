package dev.inkfish.cephx.caps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.inkfish.cephx.caps.OsdCap.ClassCall;
import dev.inkfish.wire.Bytes;
import dev.inkfish.wire.CephException;
import dev.inkfish.wire.EntityAddr;
import dev.inkfish.wire.EntityAuthName;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is expected here is what Ceph 16.2.15 answered to `ceph auth caps` and to commands of such users, and
/// what its OSDs wrote into their logs about the caps of sessions.
class CapsTest {
    private static final EntityAddr HERE = new EntityAddr(EntityAddr.Kind.MSGR2, 0, Bytes.hex("7f000001"), 0);
    private static final EntityAuthName WHO = EntityAuthName.parse("client.x");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "mon | bad                                            | 'bad'",
        "mon | allow rfoo                                     | 'foo'",
        "mon | `allow r, `                                    | ', '",
        "mon | allow                                          | 'allow'",
        "mon | allow q                                        | 'allow q'",
        "mon | ``                                             | end",
        "mon | allow r network foo                            | 'oo'",
        "mon | allow r fsname=a network 10.0.0.0/8            | 'network 10.0.0.0/8'",
        "mon | allow profile osd fsname=a                     | 'fsname=a'",
        "mon | allow service=osd rw fsname=a                  | 'fsname=a'",
        "mon | allow command foo with a = b                   | 'with a = b'",
        "osd | ``                                             | ''",
        "osd | allow rwx poo                                  | 'poo'",
        "osd | allow class rbd pool foo                       | 'foo'",
        "osd | allow rwx auid 5                               | 'auid 5'",
        "osd | allow profile osd                              | 'allow profile osd'",
        "osd | allow r ,                                      | ','",
        "osd | allow r allow w                                | 'allow w'",
        "osd | allow rw namespace=*                           | 'namespace=*'",
        "osd | allow r  x                                     | 'x'",
        "mds | bad                                            | 'bad'",
        "mds | allow rwx                                      | 'x'",
        "mds | allow rwpsf                                    | 'f'",
        "mds | allow r, allow w                               | ', allow w'",
        "mds | allow rw fsname=a uid=1                        | 'uid=1'",
        "mds | allow rw path=/a fsname=b                      | 'fsname=b'",
        "mds | allow rw root_squash path=/x                   | 'path=/x'",
        "mds | allow rw uid=1 gids=2 root_squash              | 'root_squash'",
        "mds | allow r path=/a/b network 10.0.0.0/8 x         | 'x'",
        "mgr | allow command foo with a=b rw                  | 'rw'",
        "mgr | profile rbd pool=x foo                         | 'foo'",
    })
    void whatDoesNotParseIsReportedAsCephDoes(String service, String text, String where) {
        assertThatThrownBy(() -> Caps.check(service, text))
                .isInstanceOf(CephException.class)
                .hasMessage(service + " capability parse failed, stopped at " + where + " of '" + text + "'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "mon | allow r network 10.0.0.0/8 fsname=a",
        "mon | allow r fsname=a, allow r",
        "mon | allow r fsname a",
        "mon | allow service osd rw network 1.2.3.4/8",
        "mon | allow command \"osd foo\" with a=b c prefix d e regex \"f.*\"",
        "mon | `  allow   rw   ,  allow x ; allow *  `",
        "mon | profile foo",
        "osd | allow rw tag cephfs data=*",
        "osd | allow rw namespace=foo tag cephfs * = all",
        "osd | allow rwx pool=a namespace=b* object_prefix foo network 1.0.0.0/8",
        "osd | allow pool foo rwx",
        "osd | allow class-read object_prefix rbd_children, allow rwx pool=foo",
        "osd | allow class foo, allow class bar baz pool=x",
        "osd | allow rw class-write",
        "osd | ` allow rwx `",
        "osd | allow rwx pool=\"a b\" namespace=\"\"",
        "osd | allow r;allow w",
        "osd | profile nonsense",
        "mds | allow rw path=/a uid=1 gids=1,2 network 10.0.0.0/8",
        "mds | allow rw fsname=a path=/x root_squash",
        "mds | allow rwfp, allow rws; allow *",
        "mds | `allow r , allow rw `",
        "mds | ` allow r`",
        "mds | allow",
        "mgr | allow profile osd",
        "mgr | profile rbd pool=x namespace=y",
        "mgr | allow service x rw network 10.0.0.0/8",
        "mgr | allow command \"rbd foo\" with pool = x",
        "mgr | allow module x with a=b rw",
    })
    void whatCephTakesIsTaken(String service, String text) {
        assertThat(catchThrowable(() -> Caps.check(service, text))).isNull();
    }

    @Test
    void managersProfilesAreChecked() {
        assertThatThrownBy(() -> MgrCap.parse("profile foo"))
                .hasMessage("mgr capability parse failed during profile evaluation: unrecognized profile 'foo'");
        assertThatThrownBy(() -> MgrCap.parse("profile rbd x=y"))
                .hasMessage("mgr capability parse failed during profile evaluation: profile 'rbd' does not recognize key 'x'");
        assertThatThrownBy(() -> Caps.check("foo", "allow r")).hasMessage("unknown cap type 'foo'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "profile rbd pool=cephxp namespace=y | grant(profile rbdpool cephxp namespace y  [grant(object_prefix rbd_info r),grant(object_prefix rbd_children  class-read),grant(object_prefix rbd_mirroring  class-read),grant(pool cephxp namespace \"\" object_prefix rbd_info class 'rbd' 'metadata_list'),grant(pool cephxp namespace y rwx)])",
        "profile rbd-read-only | grant(profile rbd-read-only [grant(namespace \"\" object_prefix rbd_info class 'rbd' 'metadata_list'),grant(r class-read),grant(object_prefix rbd_header. class 'rbd' 'child_attach'),grant(object_prefix rbd_header. class 'rbd' 'child_detach')])",
        "profile read-write | grant(profile read-write [grant(rw)])",
        "allow rwx tag rbd a=b, allow class-read namespace=b*, allow class foo bar pool=x network 10.0.0.0/8 | grant(app rbd key a val b rwx),grant(namespace b*  class-read),grant(pool x class 'foo' 'bar' network 10.0.0.0/8)",
        "allow class-write object_prefix x, allow r class-read pool x namespace=\"\" | grant(object_prefix x  class-write),grant(pool x namespace \"\" r class-read)",
    })
    void osdCapsArePrintedAsInLogs(String text, String printed) {
        assertThat(OsdCap.parse(text)).hasToString("osdcap[" + printed + "]");
    }

    // blocklist add ADDR/NONCE, blacklist add ADDR/NONCE, blocklist add ADDR, osd r, get rbd/mirror/x,
    // get cephfs/mirror/peer/x, set rbd/mirror/peer/x, auth rx, mds r, mon r
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "profile simple-rados-client-with-blocklist            | y n n y n n n n n y",
        "profile simple-rados-client                           | n n n y n n n n n y",
        "profile rbd                                           | y y n y n n n n n y",
        "profile cephfs-mirror                                 | n n n y n y n n y y",
        "profile crash                                         | n n n n n n n n n y",
        "profile role-definer                                  | n n n n n n n y n y",
        "profile mds                                           | y y y y n n n n y y",
        "profile mgr                                           | y y y y y y y y y y",
        "profile rbd-mirror-peer                               | y y n y y n y n n y",
        "profile rbdfoo                                        | y y n y n n n n n y",
        "allow command \"osd blocklist\" with blocklistop=add  | y n y n n n n n n n",
        "allow rw                                              | y y y y n n n n y y",
        "allow *                                               | y y y y y y y y y y",
        "allow * network 10.0.0.0/8                            | n n n n n n n n n n",
        "allow * network 127.0.0.0/8                           | y y y y y y y y y y",
        "allow service osd rw, allow service auth rx           | y y y y n n n y n n",
    })
    void monitorsDecideAsCephs(String text, String expected) {
        MonCap cap = MonCap.parse(text);
        StringBuilder decided = new StringBuilder();
        for (String list : List.of("blocklist", "blacklist", "blocklist")) {
            String addr = decided.length() < 4 ? "1.2.3.4:0/5" : "1.2.3.4";
            decide(decided, allows(cap, "osd", "osd " + list, Map.of(list + "op", "add", "addr", addr), "rw"));
        }
        decide(decided, allows(cap, "osd", "osd pool ls", Map.of(), "r"));
        decide(decided, allows(cap, "config-key", "config-key get", Map.of("key", "rbd/mirror/x"), "r"));
        decide(decided, allows(cap, "config-key", "config-key get", Map.of("key", "cephfs/mirror/peer/x"), "r"));
        decide(decided, allows(cap, "config-key", "config-key set", Map.of("key", "rbd/mirror/peer/x"), "rw"));
        decide(decided, allows(cap, "auth", "auth ls", Map.of(), "rx"));
        decide(decided, allows(cap, "mds", "mds stat", Map.of(), "r"));
        decide(decided, allows(cap, "mon", "mon stat", Map.of(), "r"));
        assertThat(decided.toString().strip()).isEqualTo(expected);
    }

    private static void decide(StringBuilder decided, boolean allowed) {
        decided.append(allowed ? "y " : "n ");
    }

    private static boolean allows(MonCap cap, String service, String command, Map<String, String> args, String perm) {
        return cap.allows(
                WHO, HERE, service, command, args, perm.contains("r"), perm.contains("w"), perm.contains("x"));
    }

    @Test
    void osdsDecideByPoolNamespaceTagAndPrefix() {
        assertThat(osd("allow rwx pool=a", "a", "", "o", "rw")).isTrue();
        assertThat(osd("allow rwx pool=a", "b", "", "o", "r")).isFalse();
        assertThat(osd("allow r pool=a", "a", "", "o", "w")).isFalse();
        assertThat(osd("allow rw namespace=n*", "a", "ns1", "o", "rw")).isTrue();
        assertThat(osd("allow rw namespace=n*", "a", "", "o", "rw")).isFalse();
        assertThat(osd("allow rw namespace=\"\"", "a", "x", "o", "rw")).isFalse();
        assertThat(osd("allow rw object_prefix foo", "a", "", "foobar", "rw")).isTrue();
        assertThat(osd("allow rw object_prefix foo", "a", "", "barfoo", "rw")).isFalse();
        assertThat(osd("allow rw tag rbd k=v", "a", "", "o", "rw")).isTrue();
        assertThat(osd("allow rw tag rbd k=*", "a", "", "o", "rw")).isTrue();
        assertThat(osd("allow rw tag rbd *=v", "a", "", "o", "rw")).isTrue();
        assertThat(osd("allow rw tag rbd *=w", "a", "", "o", "rw")).isFalse();
        assertThat(osd("allow rw tag cephfs *=*", "a", "", "o", "rw")).isFalse();
        assertThat(osd("allow r, allow w", "a", "", "o", "rw")).isFalse();
        assertThat(osd("allow * network 10.0.0.0/8", "a", "", "o", "r")).isFalse();
    }

    private static boolean osd(String text, String pool, String nspace, String object, String perm) {
        var applications = new TreeMap<>(Map.of("rbd", Map.of("k", "v")));
        return OsdCap.parse(text)
                .allows(pool, nspace, applications, object, perm.contains("r"), perm.contains("w"), List.of(), HERE);
    }

    @Test
    void osdsDecideByClassAndMethod() {
        ClassCall read = new ClassCall("rbd", "get_size", true, false, true);
        ClassCall write = new ClassCall("rbd", "set_size", true, true, true);
        ClassCall untrusted = new ClassCall("mine", "go", true, false, false);
        assertThat(calls("allow x", read, write)).isTrue();
        assertThat(calls("allow class-read", read)).isTrue();
        assertThat(calls("allow class-read", write)).isFalse();
        assertThat(calls("allow x", untrusted)).isFalse();
        assertThat(calls("allow class mine", untrusted)).isTrue();
        assertThat(calls("allow class mine stop", untrusted)).isFalse();
        assertThat(calls("allow *", untrusted, write)).isTrue();
        assertThat(calls("allow class-read, allow class mine go", read, untrusted)).isTrue();
        assertThat(calls("allow rw", read)).isFalse();
    }

    private static boolean calls(String text, ClassCall... calls) {
        return OsdCap.parse(text).allows("p", "", Map.of(), "o", false, false, List.of(calls), HERE);
    }
}
