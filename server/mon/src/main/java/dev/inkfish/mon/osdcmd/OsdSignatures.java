package dev.inkfish.mon.osdcmd;

import dev.inkfish.command.CommandHandler;
import dev.inkfish.command.CommandSignature;
import dev.inkfish.command.CommandTable;
import java.util.LinkedHashMap;
import java.util.Map;

/// The signatures of the `osd` commands as Ceph 16 announces them: permission, flags, signature, help.
final class OsdSignatures {
    private static final String ALL =
            """
            r|0|osd stat|print summary of OSD map
            r|0|osd dump name=epoch,range=0,req=false,type=CephInt|print summary of OSD map
            r|0|osd info name=id,req=false,type=CephOsdName|print osd's {id} information (instead of all \
            osds from map)
            r|0|osd tree name=epoch,range=0,req=false,type=CephInt \
            name=states,n=N,req=false,strings=up/down/in/out/destroyed,type=CephChoices|print OSD tree
            r|0|osd tree-from name=epoch,range=0,req=false,type=CephInt name=bucket,type=CephString \
            name=states,n=N,req=false,strings=up/down/in/out/destroyed,type=CephChoices|print OSD tree in \
            bucket
            r|0|osd ls name=epoch,range=0,req=false,type=CephInt|show all OSD ids
            r|0|osd getmap name=epoch,range=0,req=false,type=CephInt|get OSD map
            r|0|osd getcrushmap name=epoch,range=0,req=false,type=CephInt|get CRUSH map
            r|0|osd getmaxosd|show largest OSD id
            r|0|osd ls-tree name=epoch,range=0,req=false,type=CephInt \
            name=name,req=true,type=CephString|show OSD ids under bucket <name> in the CRUSH map
            r|0|osd find name=id,type=CephOsdName|find osd <id> in the CRUSH map and show its location
            r|0|osd metadata name=id,req=false,type=CephOsdName|fetch metadata for osd {id} (default all)
            r|0|osd count-metadata name=property,type=CephString|count OSDs by metadata field property
            r|0|osd versions|check running versions of OSDs
            r|0|osd numa-status|show NUMA status of OSDs
            r|0|pg map name=pgid,type=CephPgid|show mapping of pg to osds
            r|0|osd map name=pool,type=CephPoolname name=object,type=CephObjectname \
            name=nspace,req=false,type=CephString|find pg for <object> in <pool> with [namespace]
            r|4|osd lspools|list pools
            r|4|osd crush rule list|list crush rules
            r|0|osd crush rule ls|list crush rules
            r|0|osd crush rule ls-by-class name=class,goodchars=[A-Za-z0-9-_.],type=CephString|list all \
            crush rules that reference the same <class>
            r|0|osd crush rule dump name=name,goodchars=[A-Za-z0-9-_.],req=false,type=CephString|dump crush \
            rule <name> (default all)
            r|0|osd crush dump|dump crush map
            rw|0|osd setcrushmap name=prior_version,req=false,type=CephInt|set crush map from input file
            rw|0|osd crush add-bucket name=name,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=type,type=CephString name=args,goodchars=[A-Za-z0-9-_.=],n=N,req=false,type=CephString|add \
            no-parent (probably root) crush bucket <name> of type <type> to location <args>
            rw|0|osd crush rename-bucket name=srcname,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=dstname,goodchars=[A-Za-z0-9-_.],type=CephString|rename bucket <srcname> to <dstname>
            rw|0|osd crush set name=id,type=CephOsdName name=weight,range=0.0,type=CephFloat \
            name=args,goodchars=[A-Za-z0-9-_.=],n=N,type=CephString|update crushmap position and weight for \
            <name> to <weight> with location <args>
            rw|0|osd crush add name=id,type=CephOsdName name=weight,range=0.0,type=CephFloat \
            name=args,goodchars=[A-Za-z0-9-_.=],n=N,type=CephString|add or update crushmap position and \
            weight for <name> with <weight> and location <args>
            rw|0|osd crush class create name=class,goodchars=[A-Za-z0-9-_],type=CephString|create crush \
            device class <class>
            rw|0|osd crush class rm name=class,goodchars=[A-Za-z0-9-_],type=CephString|remove crush device \
            class <class>
            rw|0|osd crush set-device-class name=class,type=CephString name=ids,n=N,type=CephString|set the \
            <class> of the osd(s) <id> [<id>...],or use <all|any> to set all.
            rw|0|osd crush rm-device-class name=ids,n=N,type=CephString|remove class of the osd(s) <id> \
            [<id>...],or use <all|any> to remove all.
            rw|0|osd crush class rename name=srcname,goodchars=[A-Za-z0-9-_],type=CephString \
            name=dstname,goodchars=[A-Za-z0-9-_],type=CephString|rename crush device class <srcname> to \
            <dstname>
            rw|0|osd crush create-or-move name=id,type=CephOsdName name=weight,range=0.0,type=CephFloat \
            name=args,goodchars=[A-Za-z0-9-_.=],n=N,type=CephString|create entry or move existing entry for \
            <name> <weight> at/to location <args>
            rw|0|osd crush move name=name,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=args,goodchars=[A-Za-z0-9-_.=],n=N,type=CephString|move existing entry for <name> to \
            location <args>
            rw|0|osd crush link name=name,type=CephString \
            name=args,goodchars=[A-Za-z0-9-_.=],n=N,type=CephString|link existing entry for <name> under \
            location <args>
            rw|0|osd crush rm name=name,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=ancestor,goodchars=[A-Za-z0-9-_.],req=false,type=CephString|remove <name> from crush map \
            (everywhere, or just at <ancestor>)
            rw|4|osd crush remove name=name,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=ancestor,goodchars=[A-Za-z0-9-_.],req=false,type=CephString|remove <name> from crush map \
            (everywhere, or just at <ancestor>)
            rw|0|osd crush unlink name=name,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=ancestor,goodchars=[A-Za-z0-9-_.],req=false,type=CephString|unlink <name> from crush map \
            (everywhere, or just at <ancestor>)
            rw|0|osd crush swap-bucket name=source,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=dest,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=yes_i_really_mean_it,req=false,type=CephBool|swap existing bucket contents from (orphan) \
            bucket <source> and <target>
            rw|0|osd crush set-all-straw-buckets-to-straw2|convert all CRUSH current straw buckets to use \
            the straw2 algorithm
            rw|0|osd crush reweight-all|recalculate the weights for the tree to ensure they sum correctly
            rw|0|osd crush reweight name=name,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=weight,range=0.0,type=CephFloat|change <name>'s weight to <weight> in crush map
            rw|0|osd crush reweight-subtree name=name,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=weight,range=0.0,type=CephFloat|change all leaf items beneath <name> to <weight> in crush \
            map
            rw|0|osd crush tunables \
            name=profile,strings=legacy/argonaut/bobtail/firefly/hammer/jewel/optimal/default,type=CephChoices|set \
            crush tunables values to <profile>
            rw|0|osd crush set-tunable name=tunable,strings=straw_calc_version,type=CephChoices \
            name=value,type=CephInt|set crush tunable <tunable> to <value>
            r|0|osd crush get-tunable name=tunable,strings=straw_calc_version,type=CephChoices|get crush \
            tunable <tunable>
            r|0|osd crush show-tunables|show current crush tunables
            rw|0|osd crush rule create-simple name=name,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=root,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=type,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=mode,req=false,strings=firstn/indep,type=CephChoices|create crush rule <name> to start from \
            <root>, replicate across buckets of type <type>, using a choose mode of <firstn|indep> (default \
            firstn; indep best for erasure pools)
            rw|0|osd crush rule create-replicated name=name,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=root,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=type,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=class,goodchars=[A-Za-z0-9-_.],req=false,type=CephString|create crush rule <name> for \
            replicated pool to start from <root>, replicate across buckets of type <type>, use devices of \
            type <class> (ssd or hdd)
            rw|0|osd crush rule create-erasure name=name,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=profile,goodchars=[A-Za-z0-9-_.=],req=false,type=CephString|create crush rule <name> for \
            erasure coded pool created with <profile> (default default)
            rw|0|osd crush rule rm name=name,goodchars=[A-Za-z0-9-_.],type=CephString|remove crush rule \
            <name>
            rw|0|osd crush rule rename name=srcname,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=dstname,goodchars=[A-Za-z0-9-_.],type=CephString|rename crush rule <srcname> to <dstname>
            r|0|osd crush tree name=shadow,req=false,strings=--show-shadow,type=CephChoices|dump crush \
            buckets and items in a tree view
            r|0|osd crush ls name=node,goodchars=[A-Za-z0-9-_.],type=CephString|list items beneath a node in \
            the CRUSH tree
            r|0|osd crush class ls|list all crush device classes
            r|0|osd crush class ls-osd name=class,goodchars=[A-Za-z0-9-_],type=CephString|list all osds \
            belonging to the specific <class>
            r|0|osd crush get-device-class name=ids,n=N,type=CephString|get classes of specified osd(s) <id> \
            [<id>...]
            r|0|osd crush weight-set ls|list crush weight sets
            r|0|osd crush weight-set dump|dump crush weight sets
            rw|0|osd crush weight-set create-compat|create a default backward-compatible weight-set
            rw|0|osd crush weight-set create name=pool,type=CephPoolname \
            name=mode,strings=flat/positional,type=CephChoices|create a weight-set for a given pool
            rw|0|osd crush weight-set rm name=pool,type=CephPoolname|remove the weight-set for a given pool
            rw|0|osd crush weight-set rm-compat|remove the backward-compatible weight-set
            rw|0|osd crush weight-set reweight name=pool,type=CephPoolname name=item,type=CephString \
            name=weight,n=N,range=0.0,type=CephFloat|set weight for an item (bucket or osd) in a pool's \
            weight-set
            rw|0|osd crush weight-set reweight-compat name=item,type=CephString \
            name=weight,n=N,range=0.0,type=CephFloat|set weight for an item (bucket or osd) in the \
            backward-compatible weight-set
            rw|0|osd setmaxosd name=newmax,range=0,type=CephInt|set new maximum osd value
            rw|0|osd set-full-ratio name=ratio,range=0.0/1.0,type=CephFloat|set usage ratio at which OSDs \
            are marked full
            rw|0|osd set-backfillfull-ratio name=ratio,range=0.0/1.0,type=CephFloat|set usage ratio at which \
            OSDs are marked too full to backfill
            rw|0|osd set-nearfull-ratio name=ratio,range=0.0/1.0,type=CephFloat|set usage ratio at which \
            OSDs are marked near-full
            r|0|osd get-require-min-compat-client|get the minimum client version we will maintain \
            compatibility with
            rw|0|osd set-require-min-compat-client name=version,type=CephString \
            name=yes_i_really_mean_it,req=false,type=CephBool|set the minimum client version we will \
            maintain compatibility with
            rw|0|osd pause|pause osd
            rw|0|osd unpause|unpause osd
            rw|0|osd erasure-code-profile set name=name,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=profile,n=N,req=false,type=CephString name=force,req=false,type=CephBool|create erasure \
            code profile <name> with [<key[=value]> ...] pairs. Add a --force at the end to override an \
            existing profile (VERY DANGEROUS)
            r|0|osd erasure-code-profile get name=name,goodchars=[A-Za-z0-9-_.],type=CephString|get erasure \
            code profile <name>
            rw|0|osd erasure-code-profile rm name=name,goodchars=[A-Za-z0-9-_.],type=CephString|remove \
            erasure code profile <name>
            r|0|osd erasure-code-profile ls|list all erasure code profiles
            rw|0|osd set \
            name=key,strings=full/pause/noup/nodown/noout/noin/nobackfill/norebalance/norecover/noscrub\
            /nodeep-scrub/notieragent/nosnaptrim/pglog_hardlimit,type=CephChoices \
            name=yes_i_really_mean_it,req=false,type=CephBool|set <key>
            rw|0|osd unset \
            name=key,strings=full/pause/noup/nodown/noout/noin/nobackfill/norebalance/norecover/noscrub\
            /nodeep-scrub/notieragent/nosnaptrim,type=CephChoices|unset \
            <key>
            rw|0|osd require-osd-release \
            name=release,strings=luminous/mimic/nautilus/octopus/pacific,type=CephChoices \
            name=yes_i_really_mean_it,req=false,type=CephBool|set the minimum allowed OSD release to \
            participate in the cluster
            rw|0|osd down name=ids,n=N,type=CephString name=definitely_dead,req=false,type=CephBool|set \
            osd(s) <id> [<id>...] down, or use <any|all> to set all osds down
            rw|0|osd stop name=ids,n=N,type=CephString|stop the corresponding osd daemons and mark them as \
            down
            rw|0|osd out name=ids,n=N,type=CephString|set osd(s) <id> [<id>...] out, or use <any|all> to set \
            all osds out
            rw|0|osd in name=ids,n=N,type=CephString|set osd(s) <id> [<id>...] in, can use <any|all> to \
            automatically set all previously out osds in
            rw|4|osd rm name=ids,n=N,type=CephString|remove osd(s) <id> [<id>...], or use <any|all> to \
            remove all osds
            rw|4|osd add-noup name=ids,n=N,type=CephString|mark osd(s) <id> [<id>...] as noup, or use \
            <all|any> to mark all osds as noup
            rw|4|osd add-nodown name=ids,n=N,type=CephString|mark osd(s) <id> [<id>...] as nodown, or use \
            <all|any> to mark all osds as nodown
            rw|4|osd add-noin name=ids,n=N,type=CephString|mark osd(s) <id> [<id>...] as noin, or use \
            <all|any> to mark all osds as noin
            rw|4|osd add-noout name=ids,n=N,type=CephString|mark osd(s) <id> [<id>...] as noout, or use \
            <all|any> to mark all osds as noout
            rw|4|osd rm-noup name=ids,n=N,type=CephString|allow osd(s) <id> [<id>...] to be marked up (if \
            they are currently marked as noup), can use <all|any> to automatically filter out all noup osds
            rw|4|osd rm-nodown name=ids,n=N,type=CephString|allow osd(s) <id> [<id>...] to be marked down \
            (if they are currently marked as nodown), can use <all|any> to automatically filter out all \
            nodown osds
            rw|4|osd rm-noin name=ids,n=N,type=CephString|allow osd(s) <id> [<id>...] to be marked in (if \
            they are currently marked as noin), can use <all|any> to automatically filter out all noin osds
            rw|4|osd rm-noout name=ids,n=N,type=CephString|allow osd(s) <id> [<id>...] to be marked out (if \
            they are currently marked as noout), can use <all|any> to automatically filter out all noout \
            osds
            rw|0|osd set-group name=flags,type=CephString name=who,n=N,type=CephString|set <flags> for batch \
            osds or crush nodes, <flags> must be a comma-separated subset of {noup,nodown,noin,noout}
            rw|0|osd unset-group name=flags,type=CephString name=who,n=N,type=CephString|unset <flags> for \
            batch osds or crush nodes, <flags> must be a comma-separated subset of {noup,nodown,noin,noout}
            rw|0|osd reweight name=id,type=CephOsdName name=weight,range=0.0/1.0,type=CephFloat|reweight osd \
            to 0.0 < <weight> < 1.0
            rw|0|osd reweightn name=weights,type=CephString|reweight osds with {<id>: <weight>,...}
            rw|0|osd force-create-pg name=pgid,type=CephPgid name=yes_i_really_mean_it,req=false,type=CephBool|force creation \
            of pg <pgid>
            rw|0|pg repeer name=pgid,type=CephPgid|force a PG to repeer
            rw|0|osd pg-temp name=pgid,type=CephPgid name=id,n=N,req=false,type=CephOsdName|set pg_temp \
            mapping pgid:[<id> [<id>...]] (developers only)
            rw|0|osd pg-upmap name=pgid,type=CephPgid name=id,n=N,type=CephOsdName|set pg_upmap mapping \
            <pgid>:[<id> [<id>...]] (developers only)
            rw|0|osd rm-pg-upmap name=pgid,type=CephPgid|clear pg_upmap mapping for <pgid> (developers only)
            rw|0|osd pg-upmap-items name=pgid,type=CephPgid name=id,n=N,type=CephOsdName|set pg_upmap_items \
            mapping <pgid>:{<id> to <id>, [...]} (developers only)
            rw|0|osd rm-pg-upmap-items name=pgid,type=CephPgid|clear pg_upmap_items mapping for <pgid> \
            (developers only)
            rw|0|osd primary-temp name=pgid,type=CephPgid name=id,type=CephOsdName|set primary_temp mapping \
            pgid:<id>|-1 (developers only)
            rw|0|osd primary-affinity name=id,type=CephOsdName \
            name=weight,range=0.0/1.0,type=CephFloat|adjust osd primary-affinity from 0.0 <= <weight> <= 1.0
            rw|32|osd destroy-actual name=id,type=CephOsdName \
            name=yes_i_really_mean_it,req=false,type=CephBool|mark osd as being destroyed. Keeps the ID \
            intact (allowing reuse), but removes cephx keys, config-key data and lockbox keys, rendering \
            data permanently unreadable.
            rw|0|osd purge-new name=id,type=CephOsdName \
            name=yes_i_really_mean_it,req=false,type=CephBool|purge all traces of an OSD that was partially \
            created but never started
            rw|32|osd purge-actual name=id,type=CephOsdName \
            name=yes_i_really_mean_it,req=false,type=CephBool|purge all osd data from the monitors. Combines \
            `osd destroy`, `osd rm`, and `osd crush rm`.
            rw|0|osd lost name=id,type=CephOsdName name=yes_i_really_mean_it,req=false,type=CephBool|mark \
            osd as permanently lost. THIS DESTROYS DATA IF NO MORE REPLICAS EXIST, BE CAREFUL
            rw|4|osd create name=uuid,req=false,type=CephUUID name=id,req=false,type=CephOsdName|create new \
            osd (with optional UUID and ID)
            rw|0|osd new name=uuid,req=true,type=CephUUID name=id,req=false,type=CephOsdName|Create a new \
            OSD. If supplied, the `id` to be replaced needs to exist and have been previously destroyed. \
            Reads secrets from JSON file via `-i <file>` (see man page).
            rw|0|osd blocklist name=range,goodchars=[range],req=false,type=CephString \
            name=blocklistop,strings=add/rm,type=CephChoices name=addr,type=CephEntityAddr \
            name=expire,range=0.0,req=false,type=CephFloat|add (optionally until <expire> seconds from now) \
            or remove <addr> from blocklist
            r|0|osd blocklist ls|show blocklisted clients
            rw|0|osd blocklist clear|clear all blocklisted clients
            rw|4|osd blacklist name=blacklistop,strings=add/rm,type=CephChoices \
            name=addr,type=CephEntityAddr name=expire,range=0.0,req=false,type=CephFloat|add (optionally \
            until <expire> seconds from now) or remove <addr> from blacklist
            r|4|osd blacklist ls|show blacklisted clients
            rw|4|osd blacklist clear|clear all blacklisted clients
            rw|0|osd pool mksnap name=pool,type=CephPoolname name=snap,type=CephString|make snapshot <snap> \
            in <pool>
            rw|0|osd pool rmsnap name=pool,type=CephPoolname name=snap,type=CephString|remove snapshot \
            <snap> from <pool>
            r|0|osd pool ls name=detail,req=false,strings=detail,type=CephChoices|list pools
            rw|0|osd pool create name=pool,type=CephPoolname name=pg_num,range=0,req=false,type=CephInt \
            name=pgp_num,range=0,req=false,type=CephInt \
            name=pool_type,req=false,strings=replicated/erasure,type=CephChoices \
            name=erasure_code_profile,goodchars=[A-Za-z0-9-_.],req=false,type=CephString \
            name=rule,req=false,type=CephString name=expected_num_objects,range=0,req=false,type=CephInt \
            name=size,range=0,req=false,type=CephInt name=pg_num_min,range=0,req=false,type=CephInt \
            name=pg_num_max,range=0,req=false,type=CephInt \
            name=autoscale_mode,req=false,strings=on/off/warn,type=CephChoices \
            name=bulk,req=false,type=CephBool name=target_size_bytes,range=0,req=false,type=CephInt \
            name=target_size_ratio,range=0.0,req=false,type=CephFloat|create pool
            rw|4|osd pool delete name=pool,type=CephPoolname name=pool2,req=false,type=CephPoolname \
            name=yes_i_really_really_mean_it,req=false,type=CephBool \
            name=yes_i_really_really_mean_it_not_faking,req=false,type=CephBool|delete pool
            rw|0|osd pool rm name=pool,type=CephPoolname name=pool2,req=false,type=CephPoolname \
            name=yes_i_really_really_mean_it,req=false,type=CephBool \
            name=yes_i_really_really_mean_it_not_faking,req=false,type=CephBool|remove pool
            rw|0|osd pool rename name=srcpool,type=CephPoolname name=destpool,type=CephPoolname|rename \
            <srcpool> to <destpool>
            r|0|osd pool get name=pool,type=CephPoolname \
            name=var,strings=size/min_size/pg_num/pgp_num/crush_rule/hashpspool/nodelete/nopgchange\
            /nosizechange/write_fadvise_dontneed/noscrub/nodeep-scrub/hit_set_type/hit_set_period/hit_set_count\
            /hit_set_fpp/use_gmt_hitset/target_max_objects/target_max_bytes/cache_target_dirty_ratio\
            /cache_target_dirty_high_ratio/cache_target_full_ratio/cache_min_flush_age/cache_min_evict_age\
            /erasure_code_profile/min_read_recency_for_promote/all/min_write_recency_for_promote/fast_read\
            /hit_set_grade_decay_rate/hit_set_search_last_n/scrub_min_interval/scrub_max_interval\
            /deep_scrub_interval/recovery_priority/recovery_op_priority/scrub_priority/compression_mode\
            /compression_algorithm/compression_required_ratio/compression_max_blob_size\
            /compression_min_blob_size/csum_type/csum_min_block/csum_max_block/allow_ec_overwrites\
            /fingerprint_algorithm/pg_autoscale_mode/pg_autoscale_bias/pg_num_min/pg_num_max/target_size_bytes\
            /target_size_ratio/dedup_tier/dedup_chunk_algorithm/dedup_cdc_chunk_size/bulk,type=CephChoices|get \
            pool parameter <var>
            rw|0|osd pool set name=pool,type=CephPoolname \
            name=var,strings=size/min_size/pg_num/pgp_num/pgp_num_actual/crush_rule/hashpspool/nodelete\
            /nopgchange/nosizechange/write_fadvise_dontneed/noscrub/nodeep-scrub/hit_set_type/hit_set_period\
            /hit_set_count/hit_set_fpp/use_gmt_hitset/target_max_bytes/target_max_objects\
            /cache_target_dirty_ratio/cache_target_dirty_high_ratio/cache_target_full_ratio/cache_min_flush_age\
            /cache_min_evict_age/min_read_recency_for_promote/min_write_recency_for_promote/fast_read\
            /hit_set_grade_decay_rate/hit_set_search_last_n/scrub_min_interval/scrub_max_interval\
            /deep_scrub_interval/recovery_priority/recovery_op_priority/scrub_priority/compression_mode\
            /compression_algorithm/compression_required_ratio/compression_max_blob_size\
            /compression_min_blob_size/csum_type/csum_min_block/csum_max_block/allow_ec_overwrites\
            /fingerprint_algorithm/pg_autoscale_mode/pg_autoscale_bias/pg_num_min/pg_num_max/target_size_bytes\
            /target_size_ratio/dedup_tier/dedup_chunk_algorithm/dedup_cdc_chunk_size/bulk,type=CephChoices \
            name=val,type=CephString name=yes_i_really_mean_it,req=false,type=CephBool|set pool parameter \
            <var> to <val>
            rw|0|osd pool set-quota name=pool,type=CephPoolname \
            name=field,strings=max_objects/max_bytes,type=CephChoices name=val,type=CephString|set object or \
            byte limit on pool
            r|0|osd pool get-quota name=pool,type=CephPoolname|obtain object or byte limits for pool
            rw|0|osd pool application enable name=pool,type=CephPoolname \
            name=app,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=yes_i_really_mean_it,req=false,type=CephBool|enable use of an application <app> \
            [cephfs,rbd,rgw] on pool <poolname>
            rw|0|osd pool application disable name=pool,type=CephPoolname name=app,type=CephString \
            name=yes_i_really_mean_it,req=false,type=CephBool|disables use of an application <app> on pool \
            <poolname>
            rw|0|osd pool application set name=pool,type=CephPoolname name=app,type=CephString \
            name=key,goodchars=[A-Za-z0-9-_.],type=CephString \
            name=value,goodchars=[A-Za-z0-9-_.=],type=CephString|sets application <app> metadata key <key> \
            to <value> on pool <poolname>
            rw|0|osd pool application rm name=pool,type=CephPoolname name=app,type=CephString \
            name=key,type=CephString|removes application <app> metadata key <key> on pool <poolname>
            r|0|osd pool application get name=pool,req=fasle,type=CephPoolname \
            name=app,req=false,type=CephString name=key,req=false,type=CephString|get value of key <key> of \
            application <app> on pool <poolname>
            r|0|osd utilization|get basic pg distribution stats
            rw|0|osd tier add name=pool,type=CephPoolname name=tierpool,type=CephPoolname \
            name=force_nonempty,req=false,strings=--force-nonempty,type=CephChoices|add the tier <tierpool> \
            (the second one) to base pool <pool> (the first one)
            rw|0|osd tier rm name=pool,type=CephPoolname name=tierpool,type=CephPoolname|remove the tier \
            <tierpool> (the second one) from base pool <pool> (the first one)
            rw|4|osd tier remove name=pool,type=CephPoolname name=tierpool,type=CephPoolname|remove the tier \
            <tierpool> (the second one) from base pool <pool> (the first one)
            rw|0|osd tier cache-mode name=pool,type=CephPoolname \
            name=mode,strings=writeback/readproxy/readonly/none,type=CephChoices \
            name=yes_i_really_mean_it,req=false,type=CephBool|specify the caching mode for cache tier <pool>
            """;

    private record Entry(String permission, int flags, String signature, String help) {}

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, CommandHandler> handlers = new LinkedHashMap<>();

    OsdSignatures() {
        for (String line : ALL.split("\n")) {
            // strings of choices are parted by a slash here, since the bar parts the columns
            String[] columns = line.split("\\|", 4);
            String signature = columns[2].replace('/', '|');
            Entry entry = new Entry(columns[0], Integer.parseInt(columns[1]), signature, columns[3]);
            entries.put(CommandSignature.parse(signature).prefix(), entry);
        }
    }

    OsdSignatures on(String prefix, CommandHandler handler) {
        if (!entries.containsKey(prefix) || handlers.putIfAbsent(prefix, handler) != null) {
            throw new IllegalArgumentException(prefix);
        }
        return this;
    }

    /// Adds all that have a handler, in Ceph's order.
    void register(CommandTable table) {
        entries.forEach((prefix, e) -> {
            CommandHandler handler = handlers.get(prefix);
            if (handler != null) {
                table.add(e.signature, e.help, prefix.startsWith("pg ") ? "pg" : "osd", e.permission, e.flags, handler);
            }
        });
    }
}
