/// What a scrub looks at and how it judges: scanning one member's objects, comparing the copies of all members, checking
/// clones against snap sets, and keeping what was found. Who scrubs when is `dev.inkfish.osd.pg`'s.
@org.jspecify.annotations.NullMarked
package dev.inkfish.osd.scrub;
